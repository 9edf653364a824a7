"""What a raw mail is known by, before anybody understood it."""

from __future__ import annotations

import hashlib
import re

HEAD = 262_144  # bytes of header looked at
END = re.compile(rb"\r?\n\r?\n|\r\r")
MESSAGE_ID = re.compile(rb"^message-id[ \t]*:[ \t]*(?:\r?\n[ \t]+)?([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
OVERSIZED = b"X-Pasokh-Oversized"  # first line of a note that stands for a mail too large to fetch: its size in bytes
UNREADABLE = b"X-Pasokh-Unfetched"  # first line of a note that stands for a mail the server would not hand over


def external_id(raw: bytes) -> str:
    """The Message-ID of a mail without brackets, or a hash of all of it where it has none."""
    match = MESSAGE_ID.search(header(raw))
    if match:
        value = match[1].decode("utf-8", "replace").strip()
        inner = re.search(r"<([^<>]+)>", value)
        value = "".join((inner[1] if inner else value).split())
        if value:
            return value[:500]
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def header(raw: bytes) -> bytes:
    """The header block of a mail."""
    head = raw[:HEAD]
    end = END.search(head)
    return head[: end.start() + 1] if end else head


def stand_in(kind: bytes, value: int | str, head: bytes) -> bytes:
    """A small mail with the header of one that can't be had whole. `kind` is `OVERSIZED` or `UNREADABLE`."""
    words = " ".join(str(value).split()).encode("ascii", "replace")
    return kind + b": " + words + b"\r\n" + head.strip(b"\r\n") + b"\r\n\r\n"

"""The identity of a raw mail before it is parsed: its external id, and the headers the reader adds to it."""

from __future__ import annotations

import hashlib
import re

HEAD = 262_144  # bytes of header looked at
END = re.compile(rb"\r?\n\r?\n|\r\r")
FIELD = rb"^%s[ \t]*+:((?:[^\r\n]++|\r?\n[ \t])*+)"
MESSAGE_ID, *OTHERS = (
    re.compile(FIELD % name, re.IGNORECASE | re.MULTILINE) for name in (b"message-id", b"from", b"date", b"subject")
)
WRITTEN = (*OTHERS, *(re.compile(FIELD % name, re.IGNORECASE | re.MULTILINE) for name in (b"to", b"content-type")))
BEGINS = re.compile(rb"[!-9;-~]{1,100}[ \t]*:")  # a header that begins as one
OVERSIZED = b"X-Pasokh-Oversized"  # first line of a note that stands for a mail too large to fetch: its size in bytes
STORED = b"X-Pasokh-Stored"  # first line of a mail from a mailbox: when its server says to have got it
UNREADABLE = b"X-Pasokh-Unfetched"  # first line of a note that stands for a mail the server would not hand over


def intake_id(raw: bytes) -> str:
    """The Message-ID and a short hash of sender, date and subject; a hash of all of it where there is none.

    The hash, because scanners and shops are seen that give every mail the same Message-ID: they would be lost.
    """
    head = header(raw)
    match = MESSAGE_ID.search(head)
    value = b"".join(match[1].split()).strip(b"<>").decode("utf-8", "replace") if match else ""
    if not value:
        return f"sha256:{hashlib.sha256(raw).hexdigest()}"
    rest = (result[1] if (result := field.search(head)) else b"" for field in OTHERS)
    digest = hashlib.sha256(b"\n".join(b" ".join(item.split()) for item in rest)).hexdigest()
    return f"<{value[:500]}> {digest[:16]}"


def fingerprint(raw: bytes) -> str | None:
    """Hash of the fields a person fills in and of everything below the header, without line ends and blanks around.

    What servers write above a mail on its way is left out. A note about a mail too large to fetch has its size
    instead of what is below the header. None for one that could not be fetched: nothing of it is known.
    """
    if raw.startswith(UNREADABLE):
        return None
    head = header(raw)
    parts = [b" ".join(result[1].split()) if (result := field.search(head)) else b"" for field in WRITTEN]
    body = raw[len(head) :].replace(b"\r\n", b"\n").replace(b"\r", b"\n").strip()
    if raw.startswith(OVERSIZED):
        body = b"oversized " + raw.partition(b"\n")[0].partition(b":")[2].strip()
    return hashlib.sha256(b"\0".join([*parts, body])).hexdigest()


def header(raw: bytes) -> bytes:
    """The header block of a mail."""
    head = raw[:HEAD]
    end = END.search(head)
    return head[: end.start() + 1] if end else head


def traced(raw: bytes, stored: str) -> bytes:
    """The mail with a line above it that says when the mailbox got it, as delivering servers add theirs."""
    stamp = " ".join(stored.split()).encode("ascii", "replace")
    if not stamp or raw.startswith((OVERSIZED, UNREADABLE)) or not BEGINS.match(raw):
        return raw
    return STORED + b": " + stamp + (b"\r\n" if b"\r\n" in raw[:HEAD] else b"\n") + raw


def stand_in(kind: bytes, value: int | str, head: bytes) -> bytes:
    """A stand-in with the header of a mail that cannot be fetched completely. `kind` is `OVERSIZED` or `UNREADABLE`."""
    shown = " ".join(str(value).split()).encode("ascii", "replace")
    return kind + b": " + shown + b"\r\n" + head.strip(b"\r\n") + b"\r\n\r\n"

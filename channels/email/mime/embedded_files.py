"""Files embedded in other formats: Outlook's winmail.dat and uuencoded blocks in a text."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from channels.email.mime.charsets import decode

MOST_FILES = 50  # uuencoded files looked for in one text
TNEF_TYPES = {"application/ms-tnef", "application/vnd.ms-tnef"}
_BEGIN = re.compile(r"^begin(?:-base64)? [0-7]{3,4} (\S.{0,300}+)\n", re.MULTILINE)


@dataclass(slots=True)
class Unwrapped:
    """What was inside: (name, content) of files, and perhaps the mail's own text."""

    files: list[tuple[str, bytes]] = field(default_factory=list)
    text: str = ""
    html: str = ""


def tnef(content: bytes) -> Unwrapped | None:
    """Open a winmail.dat. None: it isn't one or it is broken."""
    try:
        from tnefparse import TNEF

        return _collect(TNEF(content))
    except Exception:  # the library raises whatever a broken file makes it stumble over
        return None


def _collect(opened: Any) -> Unwrapped:
    unwrapped = Unwrapped()
    for number, item in enumerate(opened.attachments, 1):
        name = (_call(item, "long_filename") or str(item.name or "")).strip("\0 ") or f"attachment-{number}"
        unwrapped.files.append((name, bytes(item.data or b"")))
    unwrapped.text = _text(getattr(opened, "body", None))
    unwrapped.html = _text(getattr(opened, "htmlbody", None))
    return unwrapped


def _call(item: Any, name: str) -> str:
    try:
        return str(getattr(item, name)() or "")
    except Exception:  # as above: a broken name costs no file
        return ""


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        value = value[0] if value else ""
    if isinstance(value, bytes):
        value = decode(value)
    return str(value or "").replace("\0", "")


def uuencoded(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """(`text` without its uuencoded blocks, the files in them)."""
    files: list[tuple[str, bytes]] = []
    kept: list[str] = []
    end = 0
    for begin in islice(_BEGIN.finditer(text), MOST_FILES):
        if begin.start() < end:
            continue
        closed = _block(text, begin.end(), begin[0].startswith("begin-"))
        if closed is None:
            continue
        content, stop = closed
        kept.append(text[end : begin.start()])
        files.append((begin[1].strip(), content))
        end = stop
    return "".join([*kept, text[end:]]), files


def _block(text: str, start: int, is_base64: bool) -> tuple[bytes, int] | None:
    stop = text.find("\n====" if is_base64 else "\nend", max(start - 1, 0))
    if stop < 0:
        return None
    block = text[start:stop]
    after = text.find("\n", stop + 1)
    after = len(text) if after < 0 else after + 1
    content = bytearray()
    try:
        for line in block.splitlines():
            data = line.encode("ascii")
            content += binascii.a2b_base64(data) if is_base64 else _uu_line(data)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return None
    return bytes(content), after


def _uu_line(line: bytes) -> bytes:
    if not line.strip():
        return b""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        length = (((line[0] - 32) & 63) * 4 + 5) // 3  # some encoders write too much at the end
        return binascii.a2b_uu(line[: length + 1])

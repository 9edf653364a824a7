"""MIME structure of a mail, taken apart within limits; and text that senders broke into lines, joined again."""

from __future__ import annotations

import email
from email.generator import BytesGenerator
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import Compat32
from io import BytesIO

TANGLED = 200  # multiparts or nested messages; more is an attack, taken as text
BORDERS = 10_000  # lines that begin like a boundary


class _Part(Message):
    """A part. A delivery report stays a text: the library would make a message of every blank line in it."""

    def get_content_type(self) -> str:
        kind = super().get_content_type()
        return "text/plain" if kind == "message/delivery-status" else kind


def parse(raw: bytes) -> tuple[Message, bool]:
    """(the mail taken apart, whether that was refused because it is too tangled)."""
    if raw.count(b"oundary=") > TANGLED or raw.count(b"message/rfc822") > TANGLED or raw.count(b"\n--") > BORDERS:
        return BytesHeaderParser().parsebytes(raw), True
    try:
        return email.message_from_bytes(raw, _Part), False
    except (RecursionError, ValueError, LookupError, AssertionError, TypeError, AttributeError, IndexError):
        return BytesHeaderParser().parsebytes(raw), True


def unflow(text: str, drop_space: bool) -> str:
    """Lines broken by the sender's program put together again (RFC 3676)."""
    out: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        soft = content.endswith(" ") and content != "-- "
        if soft and drop_space:
            content = content[:-1]
        if depth == open_depth and content != "-- ":
            out[-1].append(content)
        else:
            out.append([">" * depth + (" " if depth else "") + content])
        open_depth = depth if soft else -1
    return "\n".join("".join(pieces) for pieces in out)


class _Verbatim(Compat32):
    """Header fields as they came: the library's folding takes time that grows with the square of a field."""

    def fold_binary(self, name: str, value: str) -> bytes:
        return f"{name}: {value}\n".replace("\r\n", "\n").encode("utf-8", "surrogateescape")


_VERBATIM = _Verbatim()


def flatten(message: Message) -> bytes:
    """A message that was taken apart, as bytes again."""
    out = BytesIO()
    try:
        BytesGenerator(out, mangle_from_=False, policy=_VERBATIM).flatten(
            message, unixfrom=bool(message.get_unixfrom())
        )
    except Exception:  # the generator stumbles over what the parser took
        head = "".join(f"{name}: {value}\n" for name, value in message.raw_items())
        content = message.get_payload()
        rest = content if isinstance(content, str) else ""
        return (head + "\n" + rest).encode("utf-8", "surrogateescape")
    flat = out.getvalue()
    return flat[:-1] if flat.endswith(b"\n\n") and not message.get_payload() else flat

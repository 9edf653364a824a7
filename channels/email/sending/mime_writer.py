"""The MIME writer: header lines and parts of an outgoing mail as bytes.

The standard library's builder parses every header it writes and takes milliseconds for a mail; this
writes only what the desk sends, and refuses what could break out of a header.
"""

from __future__ import annotations

import base64
import quopri
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

CRLF = b"\r\n"
WIDTH = 76  # characters of a line; 998 is the limit, 78 the custom
CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~. -]*")
LINES = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Part:
    """One node of a mail: either content or other parts, never both."""

    content_type: str
    content: bytes = b""
    headers: Sequence[tuple[str, str]] = ()
    parts: Sequence[Part] = field(default=())


def one_line(value: str) -> str:
    """`value` without anything that ends a line: nothing can be smuggled into a header."""
    return CONTROLS.sub(" ", value).strip()


def unstructured(value: str) -> str:
    """A subject or another free text, encoded where it must be (RFC 2047) and folded."""
    value = one_line(value)
    words = value.split(" ")
    if value.isascii() and "=?" not in value and max(map(len, words)) <= 200:
        return _fold(words)
    return "\r\n ".join(_words(value))


def mailbox(name: str, address: str) -> str:
    """`Name <address>` for From, To and Cc. Raises ValueError for what is no address."""
    address = ascii_address(address)
    name = one_line(name)[:200]
    if not name:
        return address
    if not name.isascii() or "=?" in name:
        shown = "\r\n ".join(_words(name))
    elif ATOM.fullmatch(name) and "." not in name:
        shown = name
    else:
        shown = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{shown} <{address}>"


def ascii_address(address: str) -> str:
    """The address as it goes over the wire: international domains in their ASCII form.

    Raises ValueError for anything with a space, an angle or a line break in it, without a domain, or with an
    international domain that has no ASCII form.
    """
    local, _, domain = address.strip().rpartition("@")
    if not local or not domain or re.search(r"[\s<>\x00-\x1f\x7f]", local + domain):
        raise ValueError(f"{address!r} is not an address")
    local.encode("utf-8")
    if not domain.isascii():
        domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}"


def ids(values: Sequence[str]) -> str:
    """Message-IDs for References, each in angle brackets, one a line."""
    clean = (re.sub(r"[\s<>\x00-\x1f\x7f]", "", value) for value in values)
    return "\r\n ".join(f"<{value}>" for value in clean if value.isascii() and 0 < len(value) <= 900)


def text_part(content: str, subtype: str = "plain") -> Part:
    """A text in UTF-8 and the shorter of the two encodings."""
    raw = CRLF.join(line.encode("utf-8", "replace") for line in LINES.split(content))
    if not raw.endswith(CRLF):
        raw += CRLF
    if raw.isascii() and b"\n--" not in raw and not raw.startswith(b"--") and b"\0" not in raw and _narrow(raw):
        return Part(f"text/{subtype}; charset=utf-8", raw, [("Content-Transfer-Encoding", "7bit")])
    wide = sum(byte > 126 for byte in raw)
    if wide * 6 > len(raw):
        return Part(f"text/{subtype}; charset=utf-8", _base64(raw), [("Content-Transfer-Encoding", "base64")])
    quoted = quopri.encodestring(raw.replace(CRLF, b"\n")).replace(b"\n", CRLF)
    return Part(f"text/{subtype}; charset=utf-8", quoted, [("Content-Transfer-Encoding", "quoted-printable")])


def file_part(name: str, content_type: str, content: bytes, *, content_id: str | None = None) -> Part:
    """An attachment, or with a `content_id` a picture the HTML shows."""
    kind = content_type if re.fullmatch(r"[\w.+-]+/[\w.+-]+", content_type, re.ASCII) else "application/octet-stream"
    if kind.startswith(("message/", "multipart/")):
        kind = "application/octet-stream"  # these may not be base64 (RFC 2046), and the file shall arrive as it is
    disposition = "inline" if content_id else "attachment"
    name = one_line(name).replace("/", "_").replace("\\", "_")[-180:] or "file"
    headers = [("Content-Transfer-Encoding", "base64"), ("Content-Disposition", disposition + _file_name(name))]
    if content_id:
        headers.append(("Content-ID", f"<{re.sub(r'[^A-Za-z0-9.@_+-]', '', content_id)}>"))
    return Part(kind, _base64(content), headers)


def multipart(kind: str, parts: Sequence[Part]) -> Part:
    """`parts` under one roof; a single part needs none."""
    return parts[0] if len(parts) == 1 else Part(f"multipart/{kind}", parts=parts)


def write(headers: Sequence[tuple[str, str]], body: Part, *, seed: str) -> bytes:
    """The whole mail. `seed` names the boundaries, so that the same mail is written the same way twice."""
    seed = re.sub(r"[^A-Za-z0-9]", "", seed)[:40]
    numbers = iter(range(1_000))
    head = CRLF.join(f"{name}: {value}".encode() for name, value in headers)
    return head + CRLF + b"MIME-Version: 1.0" + CRLF + b"".join(_render(body, seed, numbers))


def _render(part: Part, seed: str, numbers: Iterator[int]) -> Iterator[bytes]:
    if not part.parts:
        yield f"Content-Type: {part.content_type}\r\n".encode()
        for name, value in part.headers:
            yield f"{name}: {value}\r\n".encode()
        yield CRLF + part.content
        return
    boundary = f"=_{next(numbers)}.{seed}"  # "=_" occurs in no base64 and no quoted-printable text
    yield f'Content-Type: {part.content_type}; boundary="{boundary}"\r\n'.encode()
    for child in part.parts:
        yield f"\r\n--{boundary}\r\n".encode()
        yield from _render(child, seed, numbers)
    yield f"\r\n--{boundary}--\r\n".encode()


def _words(value: str) -> Iterator[str]:
    """Encoded words of at most 75 characters, cut between characters."""
    chunk = b""
    for character in value:
        encoded = character.encode("utf-8", "replace")
        if len(chunk) + len(encoded) > 42:
            yield _word(chunk)
            chunk = b""
        chunk += encoded
    yield _word(chunk)


def _word(chunk: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(chunk).decode()}?="


def _fold(words: Sequence[str]) -> str:
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) > WIDTH - 12:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return "\r\n ".join(lines)


def _file_name(name: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9._ ()+-]{1,60}", name):
        return f'; filename="{name}"'
    pieces = re.findall(r"(?:%..|[^%]){1,54}", quote(name, safe=""))
    if len(pieces) == 1:
        return f";\r\n filename*=utf-8''{pieces[0]}"
    starts = ["utf-8''", *[""] * (len(pieces) - 1)]
    return "".join(
        f";\r\n filename*{index}*={start}{piece}"
        for index, (start, piece) in enumerate(zip(starts, pieces, strict=True))
    )


def _base64(raw: bytes) -> bytes:
    return base64.encodebytes(raw).replace(b"\n", CRLF)


def _narrow(raw: bytes) -> bool:
    return all(len(line) <= WIDTH + 2 for line in raw.split(CRLF))

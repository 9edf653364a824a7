"""IMAP syntax: FETCH answers, UID sets, quoted strings, folder names in modified UTF-7. Pure."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

FETCHED = re.compile(rb"\d+ FETCH \(")
NUMBER = re.compile(rb"\bUID (\d+)")
SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
QUOTED = re.compile(rb'\bBODY\[[A-Z]*\] "((?:[^"\\]++|\\.)*+)"')
DATE = re.compile(rb'\bINTERNALDATE "([^"]+)"')


@dataclass(slots=True)
class Fetched:
    """One mail as the server described it; `content` is None where it was not asked for."""

    uid: int
    size: int = 0
    internal_date: str = ""
    content: bytes | None = None


def parse_fetch(lines: Iterable[bytes | bytearray]) -> list[Fetched]:
    """The mails of a FETCH answer; lines about flags alone are passed over."""
    mails: list[Fetched] = []
    literal: bytes | None = None
    text = b""
    for line in [*lines, b"0 FETCH ("]:
        if isinstance(line, bytearray):
            literal = bytes(line)
        elif FETCHED.match(line):
            mail = _one(text, literal)
            mails += [mail] if mail else []
            text, literal = bytes(line), None
        else:
            text += b" " + bytes(line)
    return mails


def _one(text: bytes, literal: bytes | None) -> Fetched | None:
    number = NUMBER.search(text)
    if number is None:
        return None
    size, date = SIZE.search(text), DATE.search(text)
    short = QUOTED.search(text) if literal is None else None
    if short:
        literal = re.sub(rb"\\(.)", rb"\1", short[1])
    return Fetched(
        int(number[1]), int(size[1]) if size else 0, date[1].decode("ascii", "replace") if date else "", literal
    )


def uid_set(uids: Iterable[int]) -> str:
    """`[1, 2, 3, 7]` -> `1:3,7`."""
    ranges: list[list[int]] = []
    for uid in sorted(set(uids)):
        if ranges and uid == ranges[-1][1] + 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in ranges)


def folder_name(folder: str) -> str:
    """A folder as IMAP writes it: quoted, in modified UTF-7 (RFC 3501, 5.1.3)."""
    out = re.sub(r"&|[^\x20-\x7e]+", _utf7, folder)
    return quoted(out)


def _utf7(match: re.Match[str]) -> str:
    if match.group() == "&":
        return "&-"
    encoded = base64.b64encode(match.group().encode("utf-16-be")).decode().rstrip("=")
    return "&" + encoded.replace("/", ",") + "-"


def quoted(value: str) -> str:
    """An argument as IMAP quotes it."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

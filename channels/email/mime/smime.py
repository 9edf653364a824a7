"""Opaque S/MIME signatures: the mail inside is extracted, not verified."""

from __future__ import annotations

_DATA = bytes.fromhex("06092a864886f70d010701")  # the object identifier of plain content
_WHOLE, _PIECES, _HOLDER = 0x04, 0x24, 0xA0
MOST_PIECES = 100_000


def signed_content(octets: bytes) -> bytes | None:
    """The signed content of a PKCS #7 file, or None when there is none to be read (encrypted, broken)."""
    at = octets.find(_DATA)
    while at >= 0:
        content = _after(octets, at + len(_DATA))
        if content is not None:
            return content
        at = octets.find(_DATA, at + 1)
    return None


def _after(octets: bytes, at: int) -> bytes | None:
    holder = _header(octets, at)
    if holder is None or holder[0] != _HOLDER:
        return None
    inner = _header(octets, holder[2])
    if inner is None or inner[0] not in (_WHOLE, _PIECES):
        return None
    kind, length, start = inner
    if kind == _WHOLE:
        return octets[start : start + length] if length is not None else None
    end = len(octets) if length is None else start + length
    pieces: list[bytes] = []
    while start < end and len(pieces) < MOST_PIECES:
        piece = _header(octets, start)
        if piece is None or piece[0] != _WHOLE or piece[1] is None:
            break
        pieces.append(octets[piece[2] : piece[2] + piece[1]])
        start = piece[2] + piece[1]
    return b"".join(pieces) or None


def _header(octets: bytes, at: int) -> tuple[int, int | None, int] | None:
    """(tag, length, start of the content) at a place; a length of None ends by a mark."""
    if at + 2 > len(octets):
        return None
    tag, first = octets[at], octets[at + 1]
    if first == 0x80:
        return tag, None, at + 2
    if first < 0x80:
        return tag, first, at + 2
    count = first & 0x7F
    if count > 4 or at + 2 + count > len(octets):
        return None
    return tag, int.from_bytes(octets[at + 2 : at + 2 + count]), at + 2 + count

"""Signed names of timeline entries: what Message-IDs, reply and bounce addresses carry.

Lower-case letters and digits only, because mail servers change the case. Eighty bits of HMAC.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_MAC = 16  # base32 characters


def _mac(secret: bytes, number: str) -> str:
    digest = hmac.digest(secret, b"entry:" + number.encode(), hashlib.sha256)
    return base64.b32encode(digest[:10]).decode().lower()


def sign(secret: bytes, entry_id: int) -> str:
    """The token of an entry."""
    number, rest = "", entry_id
    while rest:
        rest, digit = divmod(rest, 36)
        number = _DIGITS[digit] + number
    return number + _mac(secret, number)


def verify(secret: bytes, token: str) -> int | None:
    """The entry a token names, or None when we did not sign it."""
    token = token.lower()
    number, mac = token[:-_MAC], token[-_MAC:]
    if not 1 <= len(number) <= 13 or not token.isascii() or not hmac.compare_digest(mac, _mac(secret, number)):
        return None
    try:
        return int(number, 36)
    except ValueError:
        return None

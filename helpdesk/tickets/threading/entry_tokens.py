"""Signed names of timeline entries: what Message-IDs, reply addresses and return paths carry.

The token of a return path is another one than that of the Message-ID and is made for one recipient: who got a copy
knows the Message-ID, and their own return path alone.

Lower-case letters and digits only, because mail servers change the case. Eighty bits of HMAC.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_MAC = 16  # base32 characters


def _mac(secret: bytes, number: str, purpose: bytes = b"entry:") -> str:
    digest = hmac.digest(secret, purpose + number.encode(), hashlib.sha256)
    return base64.b32encode(digest[:10]).decode().lower()


def sign(secret: bytes, entry_id: int) -> str:
    """The token of an entry."""
    number = _number(entry_id)
    return number + _mac(secret, number)


def sign_return(secret: bytes, entry_id: int, address: str) -> str:
    """The token of the return path of an entry's message to one recipient."""
    number = _number(entry_id)
    return number + _mac(secret, number, b"return:" + address.lower().encode("utf-8", "replace") + b":")


def named_entry(token: str) -> int | None:
    """The entry a token of either kind names, signed by us or not."""
    number = token.lower()[:-_MAC]
    return int(number, 36) if 1 <= len(number) <= 12 and number.isascii() and number.isalnum() else None


def _number(entry_id: int) -> str:
    number, rest = "", entry_id
    while rest:
        rest, digit = divmod(rest, 36)
        number = _DIGITS[digit] + number
    return number


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

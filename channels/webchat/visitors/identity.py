"""Visitor identity: an anonymous token stored as its hash, or a user the website vouches for."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

VERSION = 1
TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")  # 192 bits
LONGEST_LIFE = 60 * 60 * 24 * 31  # seconds an identity may be valid ahead


class NotVouchedFor(Exception):
    """An identity is missing, expired or not signed by the site. The words are for the site's programmer."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A user of the website. `expiry` in Unix seconds."""

    user: str
    email: str
    expiry: int
    name: str = ""

    def expired(self, now: datetime) -> bool:
        """Whether it counts no longer."""
        return self.expiry <= now.timestamp()


def new_token() -> str:
    """An unguessable token of 192 bits."""
    return secrets.token_urlsafe(24)


def is_token(text: str) -> bool:
    """Whether a text has the form of a token."""
    return TOKEN.fullmatch(text) is not None


def token_hash(token: str) -> str:
    """What is stored of a token: 128 bits, of which nobody gets back to it."""
    return hashlib.sha256(f"pasokh webchat token\n{token}".encode()).hexdigest()[:32]


def user_hash(user: str) -> str:
    """The key of a user of the website."""
    return hashlib.sha256(f"pasokh webchat user\n{user}".encode()).hexdigest()[:32]


def sign(secret: bytes, *, user: str, email: str, expiry: int) -> str:
    """HMAC-SHA256 in hexadecimal over version, user, email and expiry, one a line. The website does the same."""
    claim = "\n".join((str(VERSION), user, email, str(expiry)))
    return hmac.new(secret, claim.encode(), hashlib.sha256).hexdigest()


def verify(
    secret: bytes | None, *, version: int, user: str, email: str, expiry: int, signature: str, name: str, now: datetime
) -> Identity:
    """The user, when the site has vouched for them. Raises NotVouchedFor."""
    if secret is None:
        raise NotVouchedFor("this site has no secret to verify identities with")
    if version != VERSION:
        raise NotVouchedFor(f"version {version} of identities is not known")
    if "\n" in user or "\n" in email or not user:
        raise NotVouchedFor("the user must be named, in one line")
    expected = sign(secret, user=user, email=email, expiry=expiry)
    if not hmac.compare_digest(expected.encode(), signature.lower().encode()):
        raise NotVouchedFor("the signature is wrong")
    seconds = now.astimezone(UTC).timestamp()
    if expiry <= seconds:
        raise NotVouchedFor("the identity has expired")
    if expiry > seconds + LONGEST_LIFE:
        raise NotVouchedFor("the identity is valid for longer than 31 days")
    return Identity(user, email, expiry, name)

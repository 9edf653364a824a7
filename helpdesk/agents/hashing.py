"""Password hashing (argon2id) and random tokens. Only hashes are ever stored."""

from __future__ import annotations

import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

TOKEN_BYTES = 24  # 192 bits


def new_token() -> str:
    """A random URL-safe token."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """The stored hash of a token: it has enough entropy for plain SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()


class Passwords:
    """Argon2id, with the least parameters OWASP names: 19 MiB, two passes, one lane (about 20 ms of processor time).

    Slow on purpose: call it in a thread, never inside a transaction.
    """

    def __init__(self, *, memory_kib: int = 19_456, passes: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._nobody = self._hasher.hash(new_token())

    def hash(self, password: str) -> str:
        """The hash to store."""
        return self._hasher.hash(password)

    def right(self, stored: str | None, password: str) -> bool:
        """Whether the password matches; takes as long when there is no account (`stored` is None)."""
        try:
            self._hasher.verify(stored or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether a stored hash has outdated parameters."""
        return self._hasher.check_needs_rehash(stored)

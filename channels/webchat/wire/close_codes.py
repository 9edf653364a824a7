"""Close codes of a connection: why it ended. README.md says what a client does about each."""

from __future__ import annotations

BAD_FRAME = 4400
NO_HELLO = 4401
REFUSED = 4403
NO_SITE = 4404
TOO_SLOW = 4408
TOO_MANY = 4429
BROKEN = 4500
GOING_DOWN = 4503


class Refused(Exception):
    """The connection is closed with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason

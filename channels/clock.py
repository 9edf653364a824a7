"""The wall clock, for the few places where the time cannot be passed in: the Date header of a mail."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, aware and UTC."""
    return datetime.now(UTC)

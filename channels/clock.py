"""The wall clock of channels, where time can't be passed in: the Date of a mail being written."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, aware and UTC."""
    return datetime.now(UTC)

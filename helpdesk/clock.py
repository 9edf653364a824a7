"""The only place that reads the wall clock. Everything else is handed the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """The present moment, aware, UTC, to the microsecond."""
    return datetime.now(UTC)

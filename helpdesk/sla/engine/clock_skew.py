"""The times a switchboard tells, made ours: its clock may be wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

FAR = timedelta(hours=24)  # a call is told late, but hardly a day late: then its clock is wrong, or it is history
RIGHT = timedelta(0)


def is_skewed(call: Mapping[str, Any], at: datetime) -> timedelta:
    """What to add to the times in the record of a call whose line stands at `at` by our own clock."""
    began = call.get("started_at") or call.get("queued_at")
    off = at - datetime.fromisoformat(began) if isinstance(began, str) else RIGHT
    return off if off < RIGHT or off > FAR else RIGHT

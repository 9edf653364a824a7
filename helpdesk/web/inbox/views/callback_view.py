"""View model of a pending callback."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CallBackView:
    """Why somebody is to be called, since when, and where. `rings`: the switchboard can be asked to do it."""

    why: str  # missed abandoned voicemail left_by_key busy, or sad
    since: datetime
    number: str
    rings: bool

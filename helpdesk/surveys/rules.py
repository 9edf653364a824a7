"""Rules of the survey: when an invitation is sent, until when an answer counts, the CSAT score. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Score = Literal["happy", "neutral", "sad"]
SCORES: tuple[Score, ...] = ("happy", "neutral", "sad")  # always in this order


@dataclass(frozen=True, slots=True)
class Ending:
    """The facts of a resolution."""

    cycle: int
    spam: bool
    merged: bool
    automatic: bool
    invited_this_cycle: bool
    last_invited_at: datetime | None
    unreachable: bool


def why_no_survey(ending: Ending, *, enabled: bool, cool_down: timedelta, now: datetime) -> str | None:
    """Why no survey is sent, as a code; None: send it."""
    if not enabled:
        return "switched_off"
    if ending.spam or ending.merged or ending.automatic or ending.cycle == 0:
        return "not_a_customer_matter"
    if ending.invited_this_cycle:
        return "once_per_cycle"
    if ending.last_invited_at is not None and now < ending.last_invited_at + cool_down:
        return "cool_down"
    if ending.unreachable:
        return "unreachable"
    return None


def may_answer(
    *, invited_at: datetime, answered_at: datetime | None, answerable: timedelta, changeable: timedelta, now: datetime
) -> bool:
    """Whether an answer, first or changed, still counts."""
    if answered_at is not None:
        return now <= answered_at + changeable
    return now <= invited_at + answerable


def csat(happy: int, neutral: int, sad: int) -> float | None:
    """Happy of all answered, 0 to 1; None when nobody answered."""
    answered = happy + neutral + sad
    return happy / answered if answered else None

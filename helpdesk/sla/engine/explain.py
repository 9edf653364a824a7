"""Why something is due when it is: the working spans used, and why the desk was closed in between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from helpdesk.dates import clock_words, day_words, duration_words, local
from helpdesk.sla.calendar.calendars import Calendar

Reason = Literal["hours", "holiday", "exception"]


@dataclass(frozen=True, slots=True)
class Step:
    """A span that counted, or one that did not with its reason; `days` are the special dates within."""

    start: datetime
    end: datetime
    working: bool
    reason: Reason = "hours"
    days: tuple[tuple[date, str], ...] = ()

    @property
    def minutes(self) -> float:
        """Real minutes of the span."""
        return (self.end - self.start).total_seconds() / 60


def explain(calendar: Calendar, start: datetime, minutes: float) -> list[Step]:
    """Every span from `start` to the due time, in order; empty when nothing falls due."""
    due = calendar.due(start, minutes)
    steps: list[Step] = []
    at = start
    for begin, end in due.intervals:
        if begin > at:
            steps.append(_closed(calendar, at, begin))
        steps.append(Step(begin, end, working=True))
        at = end
    return steps


def in_words(calendar: Calendar, steps: list[Step], language: str = "fa") -> list[str]:
    """One line a step, for people."""
    return [_line(calendar, step, language) for step in steps]


def _closed(calendar: Calendar, begin: datetime, end: datetime) -> Step:
    day, last = local(begin, calendar.tz).date(), local(end, calendar.tz).date()
    special: list[tuple[date, str]] = []
    reasons: set[str] = set()
    while day <= last:
        _, why = calendar.hours(day)
        if why == "holiday" or (why == "exception" and day < last):
            special.append((day, calendar.holidays.get(day, "")))
            reasons.add(why)
        day += timedelta(days=1)
    reason: Reason = "holiday" if "holiday" in reasons else "exception" if reasons else "hours"
    return Step(begin, end, working=False, reason=reason, days=tuple(special))


def _line(calendar: Calendar, step: Step, language: str) -> str:
    persian = language == "fa"
    begin = f"{day_words(local(step.start, calendar.tz).date(), language, weekday=True, year=False)}"
    hours = [clock_words(at, language, calendar.tz) for at in (step.start, step.end)]
    length = duration_words(step.minutes * 60, language)
    if step.working:
        return (
            f"{begin}، {hours[0]} تا {hours[1]}: {length}" if persian else f"{begin}, {hours[0]}-{hours[1]}: {length}"
        )
    until = day_words(local(step.end, calendar.tz).date(), language, weekday=True, year=False)
    named = ("، " if persian else ", ").join(
        f"{day_words(day, language, year=False)}{f' ({name})' if name else ''}" for day, name in step.days
    )
    if persian:
        why = {"hours": "بسته", "holiday": f"بسته، تعطیل: {named}", "exception": f"بسته، ساعت ویژه: {named}"}
        return f"{begin} {hours[0]} تا {until} {hours[1]}: {why[step.reason]}"
    why = {"hours": "closed", "holiday": f"closed, holiday: {named}", "exception": f"closed, special hours: {named}"}
    return f"{begin} {hours[0]} to {until} {hours[1]}: {why[step.reason]}"

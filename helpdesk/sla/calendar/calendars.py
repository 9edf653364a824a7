"""When the desk works: a zone, hours per weekday, holidays, dated exceptions. Values only, no database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from json import dumps
from typing import Any
from zoneinfo import ZoneInfo

from helpdesk.errors import Invalid
from helpdesk.sla.calendar.working_intervals import NO_OPENING_DAYS, SECOND, Intervals, WorkingIntervals

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = EPOCH.toordinal()
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
NEVER = f"This calendar has no working time in the {NO_OPENING_DAYS} days after the start, so nothing falls due."
TOO_FAR = "The working time of this calendar is not used up within forty years, so nothing falls due."


@dataclass(frozen=True)
class Due:
    """A due time and the working spans that lead to it; `due_at` is None with a `warning` that says why."""

    due_at: datetime | None
    intervals: list[tuple[datetime, datetime]]
    warning: str | None = None


@dataclass(frozen=True)
class Calendar:
    """Hours as seconds after midnight per weekday (Monday first); dates win over weekdays, exceptions over holidays."""

    tz: str
    week: tuple[Intervals, ...]
    holidays: Mapping[date, str] = field(default_factory=dict)
    exceptions: Mapping[date, Intervals] = field(default_factory=dict)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone by its name."""
        return ZoneInfo(self.tz)

    @cached_property
    def version(self) -> str:
        """Changes whenever anything in the calendar does; kept with every record made by it."""
        return sha256(dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()[:12]

    def due(self, start: datetime, minutes: float) -> Due:
        """When `minutes` of working time after `start` are used up; exactly at a closing counts as that closing."""
        result = self._spans.after(_micro(start), round(minutes * 60 * SECOND))
        if result is None:
            return Due(None, [], NEVER if self.next_opening(start) is None else TOO_FAR)
        return Due(_moment(result[0]), [(_moment(a), _moment(b)) for a, b in result[1]])

    def due_at(self, start: datetime, minutes: float) -> datetime | None:
        """`due` without the explanation."""
        result = self._spans.after(_micro(start), round(minutes * 60 * SECOND))
        return None if result is None else _moment(result[0])

    def working_seconds(self, start: datetime, end: datetime) -> float:
        """Working time between two moments; 0 when `end` is not after `start`."""
        return self._spans.used(_micro(start), _micro(end)) / SECOND

    def intervals(self, a: datetime, b: datetime) -> list[tuple[datetime, datetime]]:
        """The working spans between two moments, in order."""
        return [(_moment(x), _moment(y)) for x, y in self._spans.between(_micro(a), _micro(b))]

    def is_open(self, at: datetime) -> bool:
        """Whether `at` is working time; the closing moment itself is closed."""
        return self._spans.open_at(_micro(at))

    def next_opening(self, at: datetime) -> datetime | None:
        """`at` itself when open, else the next opening; None when there is none in 400 days."""
        result = self._spans.after(_micro(at), 0)
        return None if result is None else _moment(result[0])

    def hours(self, day: date) -> tuple[Intervals, str]:
        """The hours of a date, and why: `exception`, `holiday` or `week`."""
        if day in self.exceptions:
            return self.exceptions[day], "exception"
        if day in self.holidays:
            return (), "holiday"
        return self.week[day.weekday()], "week"

    def to_dict(self) -> dict[str, Any]:
        """The form `parse` reads."""
        return {
            "tz": self.tz,
            "week": {d: _written(h) for d, h in zip(WEEKDAYS, self.week, strict=True)},
            "holidays": {d.isoformat(): name for d, name in sorted(self.holidays.items())},
            "exceptions": {d.isoformat(): _written(h) for d, h in sorted(self.exceptions.items())},
        }

    @cached_property
    def _spans(self) -> WorkingIntervals:
        week, exceptions = self.week, {d.toordinal() - _EPOCH_DAY: h for d, h in self.exceptions.items()}
        closed = {d.toordinal() - _EPOCH_DAY for d in self.holidays}
        special = closed | exceptions.keys()

        def hours(day: int) -> Intervals:
            if day in special:
                return exceptions.get(day, ())
            return week[(day + 3) % 7]  # 1970 began on a Thursday

        return WorkingIntervals(self.zone, hours, None if any(week) else max(exceptions, default=0) + 2)


def parse(raw: Any) -> Calendar:
    """A calendar from its written form. Unknown fields are ignored. Raises `Invalid` naming the field."""
    if not isinstance(raw, Mapping):
        raise Invalid("calendar: an object with tz and week is needed", "calendar")
    week: list[Intervals] = [()] * 7
    for name, hours in _mapping(raw, "week").items():
        short = str(name).strip().lower()[:3]
        if short not in WEEKDAYS:
            raise Invalid(f"calendar.week: {name!r} is no weekday; use {', '.join(WEEKDAYS)}", "calendar.week")
        week[WEEKDAYS.index(short)] = _intervals(hours, f"calendar.week.{name}")
    exceptions = _mapping(raw, "exceptions")
    return Calendar(
        _zone(raw.get("tz")),
        tuple(week),
        _holidays(raw.get("holidays")),
        {_date(d, "calendar.exceptions"): _intervals(h, f"calendar.exceptions.{d}") for d, h in exceptions.items()},
    )


def _mapping(raw: Mapping[Any, Any], name: str) -> Mapping[Any, Any]:
    value = raw.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Invalid(f"calendar.{name}: an object is needed", f"calendar.{name}")
    return value


def _zone(name: Any) -> str:
    try:
        if not isinstance(name, str) or not name:
            raise ValueError
        ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        raise Invalid(f"calendar.tz: {name!r} is no time zone; write one like Asia/Tehran", "calendar.tz") from None
    return name


def _holidays(raw: Any) -> dict[date, str]:
    if raw is None:
        return {}
    if not isinstance(raw, list | tuple | Mapping):
        raise Invalid("calendar.holidays: a list of dates is needed", "calendar.holidays")
    named = raw if isinstance(raw, Mapping) else dict.fromkeys(map(str, raw), "")
    return {_date(day, "calendar.holidays"): str(name or "") for day, name in named.items()}


def _date(raw: Any, where: str) -> date:
    try:
        return date.fromisoformat(str(raw))
    except ValueError:
        raise Invalid(f"{where}: {raw!r} is no date; write one like 2026-03-21", where) from None


def _intervals(raw: Any, where: str) -> Intervals:
    if not isinstance(raw, list | tuple):
        raise Invalid(f"{where}: a list of [from, to] is needed", where)
    intervals = []
    for pair in raw:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise Invalid(f"{where}: {pair!r} is no [from, to]", where)
        opens, closes = (_seconds(time, where) for time in pair)
        intervals.append((opens, closes if closes > opens else closes + 86_400))
    return tuple(sorted(intervals))


def _seconds(raw: Any, where: str) -> int:
    match = _TIME.fullmatch(raw) if isinstance(raw, str) else None
    if match:
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        total = hours * 3600 + minutes * 60 + seconds
        if minutes < 60 and seconds < 60 and total <= 86_400:
            return total
    raise Invalid(f"{where}: {raw!r} is no time of day; write 08:30, or 24:00 for the end of the day", where)


def _written(hours: Intervals) -> list[list[str]]:
    def clock(seconds: int) -> str:
        text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
        return f"{text}:{seconds % 60:02}" if seconds % 60 else text

    return [[clock(a), clock(b if b <= 86_400 else b - 86_400)] for a, b in hours]


def _micro(at: datetime) -> int:
    delta = at - EPOCH
    return (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds


def _moment(micro: int) -> datetime:
    return EPOCH + timedelta(microseconds=micro)

"""Test oracle of due times: working time counted minute by minute on the wall clock, sharing no code with the desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
MINUTE = timedelta(minutes=1)


def intervals_of(calendar: Mapping[str, Any], day: date) -> list[list[str]]:
    iso = day.isoformat()
    if iso in calendar.get("exceptions", {}):
        return list(calendar["exceptions"][iso])
    if iso in calendar.get("holidays", []):
        return []
    return list(calendar["week"].get(DAYS[day.weekday()], []))


def is_working(calendar: Mapping[str, Any], at: datetime) -> bool:
    """Whether the minute that begins at `at` is working time."""
    return working_minutes(calendar, at, 1)[0]


def working_minutes(calendar: Mapping[str, Any], first: datetime, count: int) -> list[bool]:
    """For each of `count` minutes from `first`: whether it is working time."""
    zone, known = ZoneInfo(calendar["tz"]), dict[date, list[tuple[int, int]]]()
    found = []
    for n in range(count):
        wall = (first + n * MINUTE).astimezone(zone)
        day, minute = wall.date(), wall.hour * 60 + wall.minute
        if day not in known:
            known[day] = [span for back in (0, 1, 2) for span in _spans(calendar, day - timedelta(days=back), back)]
        found.append(any(a <= minute < b for a, b in known[day]))
    return found


def _spans(calendar: Mapping[str, Any], day: date, back: int) -> list[tuple[int, int]]:
    """Hours of a day, in minutes after the midnight `back` days later."""
    pairs = [(minutes(opens), minutes(closes)) for opens, closes in intervals_of(calendar, day)]
    return [(a - back * 1440, (b if b > a else b + 1440) - back * 1440) for a, b in pairs]


def minutes(clock: str) -> int:
    hours, rest = clock.split(":")
    return int(hours) * 60 + int(rest)


def due(calendar: Mapping[str, Any], start: datetime, amount: int, limit_days: int = 30) -> datetime | None:
    """The due time of a start on a whole minute; None when it is beyond `limit_days`."""
    at, left = start, amount
    while at < start + timedelta(days=limit_days):
        if is_working(calendar, at):
            if left == 0:
                return at
            left -= 1
            if left == 0:
                return at + MINUTE
        at += MINUTE
    return None


def worked(calendar: Mapping[str, Any], a: datetime, b: datetime) -> int:
    """Working minutes between two whole minutes."""
    count = 0
    while a < b:
        count += is_working(calendar, a)
        a += MINUTE
    return count


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)

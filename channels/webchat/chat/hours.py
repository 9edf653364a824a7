"""Opening hours: whether somebody is there now, and when they are back. Pure: the moment is passed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # as date.weekday() counts
AHEAD = 30  # days that are looked at
DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """A week of spans in minutes of the day; one that ends not after its start passes midnight."""

    zone: ZoneInfo
    week: Mapping[int, Sequence[tuple[int, int]]]
    closed: frozenset[date]

    @classmethod
    def of(cls, zone: str, week: Mapping[int, Sequence[tuple[str, str]]], closed: Sequence[str]) -> Hours:
        """From words. Raises ValueError."""
        try:
            known = ZoneInfo(zone)
        except (KeyError, OSError):
            raise ValueError(f"{zone!r} is no time zone") from None
        spans = {day: [_span(item) for item in listed] for day, listed in week.items()}
        return cls(known, spans, frozenset(date.fromisoformat(item) for item in closed))

    def open_at(self, now: datetime) -> bool:
        """Whether `now` lies in a span. Exactly at closing is closed."""
        return any(start <= now < end for start, end in self._spans(now, 1))

    def back_at(self, now: datetime) -> datetime | None:
        """The next opening after `now`, UTC. None: not within a month."""
        return min((start for start, _ in self._spans(now, AHEAD) if start > now), default=None)

    def _spans(self, now: datetime, ahead: int) -> list[tuple[datetime, datetime]]:
        today = now.astimezone(self.zone).date()
        spans = []
        for offset in range(-1, ahead + 1):
            day = today + timedelta(days=offset)
            if day not in self.closed:
                spans += [(self._at(day, a), self._at(day, b)) for a, b in self.week.get(day.weekday(), ())]
        return spans

    def _at(self, day: date, minutes: int) -> datetime:
        days, rest = divmod(minutes, DAY)
        local = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), self.zone)
        return local.astimezone(UTC)


def _span(span: tuple[str, str]) -> tuple[int, int]:
    start, end = (_minutes(time_of_day) for time_of_day in span)
    return start, end if end > start else end + DAY


def _minutes(text: str) -> int:
    if text == "24:00":
        return DAY
    at = time.fromisoformat(text)
    return at.hour * 60 + at.minute

"""Local opening hours laid out on the UTC line, for as many days as were asked about so far.

Times are whole microseconds since 1970. A moment is working time if its local wall-clock time lies in an
interval of its day, so an hour that a zone repeats counts twice and one it skips never.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock
from zoneinfo import ZoneInfo

SECOND = 1_000_000
DAY = 86_400
NO_OPENING_DAYS = 400
"""So long without working time means: none."""
FURTHEST_DAYS = 40 * 366
_FIRST_DAY, _LAST_DAY = -719_162 + 3, 2_932_896 - 3  # years 1 to 9999, room left for any offset

Intervals = Sequence[tuple[int, int]]
"""Seconds after the midnight a day begins with; an end beyond 86,400 lies in the next day."""


class WorkingIntervals:
    """Working spans of one zone and one choice of hours per day (days counted since 1970)."""

    def __init__(self, zone: ZoneInfo, hours: Callable[[int], Intervals], last: int | None = None) -> None:
        """`hours` gives a day's intervals; `last` is the last day that has any, None when they never end."""
        self._zone, self._hours, self._last = zone, hours, _LAST_DAY if last is None else last
        self._lock = Lock()  # the writer's thread and the pages ask the same calendar, and asking may lay out more
        self._lo = self._hi = 0  # days laid out; everything before _hi and after _lo is known
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = []  # working time before each span
        self._upto: list[int] = []  # and up to its end

    def after(self, start: int, amount: int) -> tuple[int, list[tuple[int, int]]] | None:
        """When `amount` of working time after `start` is used up, and the spans used. None: never."""
        with self._lock:
            return self._after(start, amount)

    def _after(self, start: int, amount: int) -> tuple[int, list[tuple[int, int]]] | None:
        day = start // (DAY * SECOND)
        if day < _FIRST_DAY or day > _LAST_DAY:
            return None
        self._reach(day, day + 1)
        while True:
            first = bisect_right(self._ends, start)
            if first < len(self._ends):
                if self._starts[first] - start > NO_OPENING_DAYS * DAY * SECOND:
                    return None
                target = self._before[first] + max(0, start - self._starts[first]) + amount
                last = max(first, bisect_left(self._upto, target))
                if last < len(self._ends):
                    break
            if not self._further(day, first < len(self._ends)):
                return None
        due = max(start, self._starts[last]) if amount == 0 else self._starts[last] + target - self._before[last]
        if due - start > FURTHEST_DAYS * DAY * SECOND:
            return None
        used = [] if amount == 0 else self._slice(first, last, start, due)
        return due, used

    def used(self, a: int, b: int) -> int:
        """Working time between two moments, 0 when `b` is not after `a`."""
        with self._lock:
            return self._used(a, b)

    def _used(self, a: int, b: int) -> int:
        if b <= a:
            return 0
        low, high = a // (DAY * SECOND), b // (DAY * SECOND) + 1
        self._reach(max(low, _FIRST_DAY), min(high, _LAST_DAY))
        return self._upto_moment(b) - self._upto_moment(a)

    def between(self, a: int, b: int) -> list[tuple[int, int]]:
        """The working spans between two moments."""
        with self._lock:
            return self._between(a, b)

    def _between(self, a: int, b: int) -> list[tuple[int, int]]:
        if b <= a:
            return []
        self._reach(max(a // (DAY * SECOND), _FIRST_DAY), min(b // (DAY * SECOND) + 1, _LAST_DAY))
        first, last = bisect_right(self._ends, a), bisect_left(self._starts, b) - 1
        return self._slice(first, last, a, b)

    def open_at(self, at: int) -> bool:
        """Whether `at` is working time; the closing moment itself is not."""
        with self._lock:
            return self._open_at(at)

    def _open_at(self, at: int) -> bool:
        day = at // (DAY * SECOND)
        self._reach(day, day + 1)
        i = bisect_right(self._ends, at)
        return i < len(self._starts) and self._starts[i] <= at

    def _slice(self, first: int, last: int, a: int, b: int) -> list[tuple[int, int]]:
        spans = zip(self._starts[first : last + 1], self._ends[first : last + 1], strict=True)
        return [(max(s, a), min(e, b)) for s, e in spans]

    def _upto_moment(self, at: int) -> int:
        i = bisect_right(self._ends, at)
        if i == len(self._ends):
            return self._upto[-1] if self._upto else 0
        return self._before[i] + max(0, at - self._starts[i])

    def _further(self, day: int, opened: bool) -> bool:
        """Lay out more days; False when it would be no use."""
        limit = FURTHEST_DAYS if opened else NO_OPENING_DAYS + 3
        if self._hi - day > limit or self._hi > min(self._last + 1, _LAST_DAY):
            return False
        self._reach(day, min(self._hi + max(60, self._hi - day), _LAST_DAY))
        return True

    def _reach(self, low: int, high: int) -> None:
        """Make sure that every span touching the days `low` to `high` is laid out."""
        if self._lo < low - 1 and high + 1 < self._hi:
            return
        if self._lo == self._hi or low < self._lo - FURTHEST_DAYS or high > self._hi + FURTHEST_DAYS:
            self._lo, self._hi = low - 3, high + 21
        else:
            grown = self._hi - self._lo
            self._lo = min(self._lo, low - 3 - grown // 4) if low - 1 <= self._lo else self._lo
            self._hi = max(self._hi, high + 3 + grown // 2) if high + 1 >= self._hi else self._hi
        self._lo, self._hi = max(self._lo, _FIRST_DAY - 2), min(self._hi, _LAST_DAY + 2)
        self._lay_out()

    def _lay_out(self) -> None:
        moments = self._moments()
        starts, ends, before, upto = [], [], [], []
        total = 0
        for start, end in _merged(moments):
            starts.append(start * SECOND)
            ends.append(end * SECOND)
            before.append(total)
            total += (end - start) * SECOND
            upto.append(total)
        self._starts, self._ends, self._before, self._upto = starts, ends, before, upto

    def _moments(self) -> list[tuple[int, int]]:
        """Every interval of the days laid out, in UTC seconds, not yet merged."""
        segments = _segments(self._zone, self._lo - 1, self._hi + 1)
        moments, k = [], 0
        for day in range(self._lo - 1, self._hi):
            midnight = day * DAY
            while k + 1 < len(segments) and segments[k][1] < midnight - DAY:
                k += 1
            for opens, closes in self._hours(day):
                for begin, finish, offset in segments[k:]:
                    if begin > midnight + 3 * DAY:
                        break
                    start, end = max(midnight + opens - offset, begin), min(midnight + closes - offset, finish)
                    if start < end:
                        moments.append((start, end))
        return moments


def _merged(moments: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(moments):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _segments(zone: ZoneInfo, low: int, high: int) -> list[tuple[int, int, int]]:
    """(from, to, offset) in seconds, covering the days and one more on each side; zone jumps lie between."""
    begin, finish = max(low - 1, _FIRST_DAY - 2) * DAY, min(high + 1, _LAST_DAY + 2) * DAY
    segments = []
    offset, since, at = _offset(zone, begin), begin, begin
    while at < finish:
        later = min(at + DAY, finish)
        if (new := _offset(zone, later)) != offset:
            a, b = at, later
            while b - a > 1:
                middle = (a + b) // 2
                a, b = (middle, b) if _offset(zone, middle) == offset else (a, middle)
            segments.append((since, b, offset))
            since, offset = b, new
        at = later
    segments.append((since, finish + DAY, offset))
    return segments


def _offset(zone: ZoneInfo, at: int) -> int:
    delta = datetime.fromtimestamp(at, zone).utcoffset()
    return delta.days * DAY + delta.seconds if delta else 0

"""The read position of a mailbox (UIDVALIDITY and last UID) and the mails skipped on purpose. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
INTERNAL_DATE = re.compile(r"\s*(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)\s*")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Everything up to number `last` was taken in or left out.

    Left out: the mails up to `left_until`, of these only the ones older than `left_before` if that is set.
    """

    uidvalidity: int
    last: int = 0
    left_until: int = 0
    left_before: str = ""  # ISO date
    newest: str = ""  # ISO date of the newest mail taken; where to look again when the numbers change

    def dump(self) -> str:
        """As it is remembered."""
        return json.dumps(asdict(self))

    @property
    def choosing(self) -> bool:
        """Whether part of the mails ahead is chosen by date."""
        return bool(self.left_before) and self.last < self.left_until

    def criteria(self) -> list[str]:
        """Search keys of the mails ahead. May find the last one again: a server answers `9:*` with 8."""
        if self.choosing:
            return [
                "UID",
                f"{self.last + 1}:{self.left_until}",
                "SINCE",
                imap_date(date.fromisoformat(self.left_before)),
            ]
        return ["UID", f"{self.last + 1}:*"]

    def left_out(self, up_to: int) -> list[str] | None:
        """Search keys of what was left out among the mails up to a number; None: nothing."""
        until = min(self.left_until, up_to)
        if not until:
            return None
        before = ["BEFORE", imap_date(date.fromisoformat(self.left_before))] if self.left_before else []
        return ["UID", f"1:{until}", *before]

    def after(self, last: int, newest: datetime | None = None) -> Cursor:
        """The cursor once everything up to `last` is safe."""
        seen = max(self.newest, newest.date().isoformat()) if newest else self.newest
        return replace(self, last=max(last, self.last), newest=seen)


def load(value: str | None) -> Cursor | None:
    """What was remembered, or None when nothing or nothing readable was."""
    try:
        return Cursor(**json.loads(value or ""))
    except (ValueError, TypeError):
        return None


def first(uidvalidity: int, uidnext: int, choice: str) -> Cursor:
    """The cursor of a mailbox never read: `all`, `none` or `since:YYYY-MM-DD`."""
    if choice == "none":
        return Cursor(uidvalidity, last=uidnext - 1, left_until=uidnext - 1)
    if choice.startswith("since:"):
        return Cursor(uidvalidity, left_until=uidnext - 1, left_before=choice[6:])
    return Cursor(uidvalidity)


def renumbered(old: Cursor, uidvalidity: int, uidnext: int, days: int) -> Cursor:
    """The cursor after the server gave its mails new numbers.

    Looks at everything from `days` before the newest mail taken; taking a mail twice is harmless,
    losing one is not. Nothing taken ever: everything is new.
    """
    if not old.newest:
        return Cursor(uidvalidity)
    since = (date.fromisoformat(old.newest) - timedelta(days=days)).isoformat()
    return Cursor(uidvalidity, left_until=uidnext - 1, left_before=since, newest=old.newest)


def imap_date(day: date) -> str:
    """`2026-01-31` as `31-Jan-2026`."""
    return f"{day.day}-{MONTHS[day.month - 1]}-{day.year}"


def internal_date(value: str) -> datetime | None:
    """When the mail server received a mail, from its INTERNALDATE; None when that is no date."""
    match = INTERNAL_DATE.fullmatch(value)
    if match is None or match[2].title() not in MONTHS:
        return None
    offset = timedelta(hours=int(match[8]), minutes=int(match[9])) * (1 if match[7] == "+" else -1)
    try:
        hour, minute, second = int(match[4]), int(match[5]), min(int(match[6]), 59)
        moment = datetime(
            int(match[3]),
            MONTHS.index(match[2].title()) + 1,
            int(match[1]),
            hour,
            minute,
            second,
            tzinfo=timezone(offset),
        )
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None

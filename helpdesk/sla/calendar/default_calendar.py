"""The working week a new desk starts with; everything here can be changed by its people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from helpdesk.sla.calendar import official_holidays
from helpdesk.sla.calendar.calendars import Calendar, parse

CalendarKind = Literal["written", "phone"]
YEARS = range(2020, 2036)
_CLOSING = {"written": "24:00", "phone": "18:00"}


def default_calendar(kind: CalendarKind = "written", years: Iterable[int] = YEARS) -> Calendar:
    """Tehran: Saturday to Wednesday in full, Thursday till 13:00, Friday and official holidays closed."""
    full = [["08:00", _CLOSING[kind]]]
    week = {**dict.fromkeys(("sat", "sun", "mon", "tue", "wed"), full), "thu": [["08:00", "13:00"]], "fri": []}
    named = {day.isoformat(): name for day, name in iranian_holidays(years).items()}
    return parse({"tz": "Asia/Tehran", "week": week, "holidays": named})


def iranian_holidays(years: Iterable[int]) -> dict[date, str]:
    """Official holidays with Persian names. Those of the lunar year are estimates and must stay correctable."""
    wanted = set(years)
    dates = official_holidays.holidays(min(wanted), max(wanted) + 1) if wanted else {}
    return {day: name for day, name in dates.items() if day.year in wanted}

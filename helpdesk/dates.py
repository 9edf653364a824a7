"""Times in words, for people: Jalali in Persian, Gregorian in English. Stored times stay UTC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from persiantools.jdatetime import JalaliDate

from helpdesk.text import digits

TEHRAN = "Asia/Tehran"
_JALALI: Callable[[date], Any] = JalaliDate  # the library has no types

# Written out because neither the system's locales nor Babel can be trusted with Persian dates.
MONTHS_FA = (
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
)  # fmt: skip
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
DAYS_FA = ("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنج‌شنبه", "جمعه", "شنبه", "یک‌شنبه")  # Monday first, as in Python
DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_UNITS = {
    "fa": (("روز", "روز"), ("ساعت", "ساعت"), ("دقیقه", "دقیقه")),
    "en": (("day", "days"), ("h", "h"), ("min", "min")),
}


def local(at: datetime, zone: str = TEHRAN) -> datetime:
    """The same moment on the clocks of `zone`."""
    return at.astimezone(ZoneInfo(zone))


def day_words(day: date, language: str = "fa", *, weekday: bool = False, year: bool = True) -> str:
    """A date in full: «یک‌شنبه ۱ آذر ۱۴۰۵», "Sunday 22 November 2026"."""
    if language == "fa":
        jalali = _JALALI(day)
        words, name = f"{jalali.day} {MONTHS_FA[jalali.month - 1]}", DAYS_FA[day.weekday()]
        number = jalali.year
    else:
        words, name = f"{day.day} {MONTHS_EN[day.month - 1]}", DAYS_EN[day.weekday()]
        number = day.year
    if year:
        words = f"{words} {number}"
    return digits(f"{name} {words}" if weekday else words, language)


def day_figures(day: date, language: str = "fa") -> str:
    """A date in figures: «۱۴۰۵/۰۹/۰۱», "2026-11-22"."""
    if language != "fa":
        return day.isoformat()
    jalali = _JALALI(day)
    return digits(f"{jalali.year}/{jalali.month:02}/{jalali.day:02}", "fa")


def clock_words(at: datetime, language: str = "fa", zone: str = TEHRAN) -> str:
    """The time of day, hours and minutes."""
    return digits(f"{local(at, zone):%H:%M}", language)


def full_words(at: datetime, language: str = "fa", zone: str = TEHRAN) -> str:
    """Everything: «یک‌شنبه ۱ آذر ۱۴۰۵، ۱۴:۰۵», "Sunday 22 November 2026, 14:05"."""
    day = day_words(local(at, zone).date(), language, weekday=True)
    return f"{day}{'،' if language == 'fa' else ','} {clock_words(at, language, zone)}"


def relative_words(at: datetime, now: datetime, language: str = "fa", zone: str = TEHRAN) -> str:
    """How long ago, as short as it stays clear: minutes, hours, yesterday, then the date."""
    persian = language == "fa"
    seconds = (now - at).total_seconds()
    then, today = local(at, zone), local(now, zone).date()
    days = (today - then.date()).days
    if -60 < seconds < 60:
        return "همین حالا" if persian else "just now"
    if 0 < seconds < 6 * 3600 and (days == 0 or seconds < 3600):
        return f"{duration_words(seconds, language, parts=1)} {'پیش' if persian else 'ago'}"
    clock = clock_words(at, language, zone)
    named = {0: ("امروز", "today"), 1: ("دیروز", "yesterday"), -1: ("فردا", "tomorrow")}.get(days)
    if named:
        return f"{named[0] if persian else named[1]} {clock}"
    return f"{day_words(then.date(), language, year=abs(days) > 300)}{'،' if persian else ','} {clock}"


def remaining_words(due_at: datetime, now: datetime, language: str = "fa") -> str:
    """What a clock chip says: «۱۲ دقیقه مانده», "12 min left"; after it «۸ دقیقه گذشته», "8 min over"."""
    seconds = (due_at - now).total_seconds()
    after = ("مانده", "left") if seconds > 0 else ("گذشته", "over")
    return f"{duration_words(abs(seconds), language)} {after[0] if language == 'fa' else after[1]}"


def duration_words(seconds: float, language: str = "fa", *, parts: int = 2) -> str:
    """A length of time in its largest units: «۲ ساعت و ۵ دقیقه», "2 h 5 min". Never less than a minute is told."""
    persian = language == "fa"
    minutes = int(seconds // 60)
    if minutes < 1:
        return "کمتر از یک دقیقه" if persian else "less than a minute"
    amounts = (minutes // 1440, minutes // 60 % 24, minutes % 60)
    units = _UNITS["fa" if persian else "en"]
    sayings = [f"{n} {item if n == 1 else many}" for n, (item, many) in zip(amounts, units, strict=True) if n]
    return digits((" و " if persian else " ").join(sayings[:parts]), language)

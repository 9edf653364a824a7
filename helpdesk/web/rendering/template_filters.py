"""Template filters: numbers, times, sizes and stored reasons in the language of the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any

from markupsafe import Markup, escape

from helpdesk import dates
from helpdesk.text import digits, isolate

PREFIXES = re.compile(r"(?:(?:re|fwd?|aw|wg|sv|پاسخ|ارجاع)\s*:\s*)+(?=\S)", re.IGNORECASE)
UNITS = {"fa": ("بایت", "کیلوبایت", "مگابایت", "گیگابایت", "ترابایت"), "en": ("bytes", "KB", "MB", "GB", "TB")}


def filters(
    language: str, zone: str = dates.TEHRAN, gettext: Callable[[str], str] = str
) -> dict[str, Callable[..., Any]]:
    """Every filter, bound to one language and one time zone."""
    return {
        "num": partial(number, language=language),
        "nth_time": partial(nth_time, language=language),
        "percent": partial(percent, language=language),
        "size": partial(size, language=language),
        "clock": partial(dates.clock_words, language=language, zone=zone),
        "day": lambda at: dates.day_words(dates.local(at, zone).date(), language, weekday=True, year=False),
        "day_year": lambda at: dates.day_words(dates.local(at, zone).date(), language, weekday=True),
        "date": lambda at: dates.day_words(dates.local(at, zone).date(), language),
        "month": partial(month, language=language, zone=zone),
        "full": partial(dates.full_words, language=language, zone=zone),
        "ago": partial(dates.relative_words, language=language, zone=zone),
        "duration": partial(dates.duration_words, language=language),
        "stopwatch": partial(stopwatch, language=language),
        "seconds": partial(seconds, language=language),
        "clock_words": partial(clock_words, language=language, zone=zone, gettext=gettext),
        "translated": partial(translated, gettext=gettext),
        "clause": partial(clause, gettext=gettext),
        "paragraphs": paragraphs,
        "subject": subject,
        "isolate": isolate,
        "iso": iso,
    }


def gettext_for(gettext: Callable[[str], str]) -> Callable[..., Markup]:
    """The `gettext` of templates: cached lookups, escaped values."""

    @lru_cache(maxsize=2048)
    def looked_up(text: str) -> tuple[Markup, Markup]:
        translation = Markup(gettext(text))  # noqa: S704 (our own catalogue)
        return translation, translation % {} if "%(" not in translation else translation

    def translate(text: str, /, **values: Any) -> Markup:
        translation, is_complete = looked_up(text)
        return translation % values if values else is_complete

    return translate


def number(value: object, language: str = "fa") -> str:
    """A number, or a text with numbers in it, in the language's digits; integers with thousands separators."""
    if isinstance(value, int) and abs(value) >= 10_000:
        value = f"{value:,}".replace(",", "٬" if language == "fa" else ",")
    return digits(value, language)


def percent(share: float, language: str = "fa") -> str:
    """A share of one as a percentage without decimals."""
    return digits(f"{round(share * 100)}{'٪' if language == 'fa' else '%'}", language)


def size(count: int, language: str = "fa") -> str:
    """Bytes in the largest unit that leaves a number above one."""
    amount, step = float(count), 0
    while amount >= 1000 and step < 4:
        amount, step = amount / 1000, step + 1
    shown = f"{amount:.1f}" if step and amount < 10 else f"{amount:.0f}"
    if language == "fa":
        shown = shown.replace(".", "٫")
    return f"{digits(shown, language)} {UNITS['fa' if language == 'fa' else 'en'][step]}"


def month(at: datetime, language: str = "fa", zone: str = dates.TEHRAN) -> str:
    """Month and year: «آبان ۱۴۰۵», "November 2026"."""
    return dates.day_words(dates.local(at, zone).date(), language).split(" ", 1)[1]


def stopwatch(seconds: float, language: str = "fa") -> str:
    """A short length of time with its seconds: «۳:۴۰»."""
    return digits(f"{int(seconds) // 60}:{int(seconds) % 60:02}", language)


def seconds(count: float, language: str = "fa") -> str:
    """A length of time to the second: «۳ دقیقه و ۴۰ ثانیه», "3 min 40 s"."""
    hours, minutes, rest = int(count) // 3600, int(count) // 60 % 60, int(count) % 60
    units = ("ساعت", "دقیقه", "ثانیه") if language == "fa" else ("h", "min", "s")
    parts = [f"{n} {unit}" for n, unit in zip((hours, minutes, rest), units, strict=True) if n]
    return digits((" و " if language == "fa" else " ").join(parts) or f"0 {units[2]}", language)


def nth_time(number: int, language: str = "fa") -> str:
    """Which time a ticket is worked on: «بار دوم», "2nd time"."""
    if language == "fa":
        names = ("یکم", "دوم", "سوم", "چهارم", "پنجم", "ششم", "هفتم", "هشتم", "نهم", "دهم")
        return f"بار {names[number - 1]}" if 0 < number <= len(names) else digits(f"بار {number}اُم", language)
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending} time"


def clock_words(clock: Any, language: str = "fa", zone: str = dates.TEHRAN, gettext: Callable[[str], str] = str) -> str:
    """An SLA clock in words: time left, time overdue, or answered."""
    if clock.state == "met":
        return gettext("Answered")
    if clock.state == "paused":
        return gettext("Paused")
    if clock.call_back:
        return _call_back(clock, language, zone, gettext)
    if clock.far:
        return gettext("by %(when)s") % {"when": dates.relative_words(clock.due_at, clock.now, language, zone)}
    left = gettext("%(time)s over") if clock.seconds < 0 else gettext("%(time)s left")
    return left % {"time": dates.duration_words(abs(clock.seconds), language)}


def _call_back(clock: Any, language: str, zone: str, gettext: Callable[[str], str]) -> str:
    if clock.seconds < 0:
        return gettext("Call back overdue")
    if clock.far:
        return gettext("call by %(when)s") % {"when": dates.relative_words(clock.due_at, clock.now, language, zone)}
    return gettext("%(time)s to call back") % {"time": dates.duration_words(clock.seconds, language)}


def translated(sentence: str, gettext: Callable[[str], str] = str) -> str:
    """A stored reason, translated when it is one of the desk's own sentences."""
    return gettext(sentence) if sentence else ""


def clause(sentence: str, gettext: Callable[[str], str] = str) -> str:
    """A stored reason within a sentence: translated, without its full stop."""
    return translated(sentence, gettext).rstrip(".")


def paragraphs(text: str, *, quotes: bool = False) -> Markup:
    """Plain text as HTML paragraphs, each with its own direction; single line breaks are kept.

    `quotes`: lines that begin with `>` are somebody else's words and pale.
    """
    blocks = [block for block in text.replace("\r\n", "\n").split("\n\n") if block.strip()]
    return Markup("").join(
        Markup('<p dir="auto">{}</p>').format(
            Markup("<br>").join(_line(line, quotes=quotes) for line in block.strip("\n").split("\n"))
        )
        for block in blocks
    )


def _line(line: str, *, quotes: bool) -> Markup:
    pale = quotes and line.lstrip().startswith(">")
    return Markup('<span class="quiet">{}</span>').format(line) if pale else escape(line)


def subject(text: str) -> Markup:
    """A subject with its "Re:" prefixes isolated, so that they do not decide its direction."""
    marks = PREFIXES.match(text)
    if marks is None:
        return escape(text)
    return Markup("<bdi>{}</bdi> {}").format(marks[0].strip(), text[marks.end() :])


def iso(at: datetime) -> str:
    """For the `datetime` attribute."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

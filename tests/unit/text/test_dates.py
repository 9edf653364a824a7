"""Dates in words: Jalali and Gregorian, relative times, durations."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from persiantools import jdatetime

from helpdesk import dates
from helpdesk.text import key

NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)  # Sunday 1 Azar 1405, 14:00 in Tehran


def test_month_and_weekday_names_are_those_of_the_calendar_library() -> None:
    assert list(dates.MONTHS_FA) == jdatetime.MONTH_NAMES_FA[1:]
    ours = [key(dates.DAYS_FA[(i + 5) % 7], joined=True) for i in range(7)]
    assert ours == [key(name, joined=True) for name in jdatetime.WEEKDAY_NAMES_FA]


def test_a_full_date_is_jalali_in_persian_and_gregorian_in_english() -> None:
    assert dates.full_words(NOW, "fa") == "یک‌شنبه ۱ آذر ۱۴۰۵، ۱۴:۰۰"
    assert dates.full_words(NOW, "en") == "Sunday 22 November 2026, 14:00"
    assert dates.day_figures(date(2026, 3, 21), "fa") == "۱۴۰۵/۰۱/۰۱"


def test_tehran_had_summer_time_before_autumn_2022() -> None:
    assert dates.clock_words(datetime(2022, 7, 1, 10, tzinfo=UTC), "en") == "14:30"
    assert dates.clock_words(datetime(2023, 7, 1, 10, tzinfo=UTC), "en") == "13:30"


def test_a_clock_shows_time_left_or_overdue() -> None:
    assert dates.remaining_words(NOW + timedelta(minutes=12), NOW, "fa") == "۱۲ دقیقه مانده"
    assert dates.remaining_words(NOW + timedelta(minutes=12), NOW, "en") == "12 min left"
    assert dates.remaining_words(NOW - timedelta(minutes=8), NOW, "fa") == "۸ دقیقه گذشته"
    assert dates.remaining_words(NOW + timedelta(hours=2, minutes=5), NOW, "fa") == "۲ ساعت و ۵ دقیقه مانده"
    assert dates.remaining_words(NOW + timedelta(seconds=30), NOW, "en") == "less than a minute left"


def test_recent_times_are_relative() -> None:
    assert dates.relative_words(NOW, NOW) == "همین حالا"
    assert dates.relative_words(NOW - timedelta(minutes=5), NOW) == "۵ دقیقه پیش"
    assert dates.relative_words(NOW - timedelta(hours=3), NOW, "en") == "3 h ago"
    assert dates.relative_words(NOW - timedelta(days=1), NOW) == "دیروز ۱۴:۰۰"
    assert dates.relative_words(NOW + timedelta(days=1), NOW, "en") == "tomorrow 14:00"
    assert dates.relative_words(NOW - timedelta(days=5), NOW) == "۲۶ آبان، ۱۴:۰۰"
    assert dates.relative_words(NOW - timedelta(days=400), NOW, "en") == "18 October 2025, 14:00"


@given(st.integers(0, 10**8), st.sampled_from(["fa", "en"]))
def test_a_duration_is_never_empty(seconds: int, language: str) -> None:
    assert dates.duration_words(seconds, language).strip()

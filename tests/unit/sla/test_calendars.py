"""Working calendars: due times against the oracle, DST, holidays, exceptions, parsing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.errors import Invalid
from helpdesk.sla.calendar.calendars import NEVER, parse
from helpdesk.sla.calendar.default_calendar import default_calendar
from tests.unit.sla import due_oracle, random_calendars
from tests.unit.sla.due_oracle import utc

DAYS = ("sat", "sun", "mon", "tue", "wed", "thu", "fri")
SHOP = {
    "tz": "Asia/Tehran",
    "week": {**{day: [["08:00", "24:00"]] for day in DAYS[:6]}, "fri": []},
}


def due(calendar: dict[str, Any], start: str, minutes: float) -> datetime | None:
    return parse(calendar).due(utc(start), minutes).due_at


def check_one_calendar(random: Random, times: int) -> int:
    """Compare `times` starts in one random calendar with the oracle, which counts its minutes once."""
    raw, jump = random_calendars.calendar(random)
    calendar = parse(raw)
    first = datetime(jump.year, jump.month, jump.day, tzinfo=UTC) - timedelta(days=3)
    working = due_oracle.working_minutes(raw, first, 7 * 1440)
    for _ in range(times):
        begin, amount = random.randrange(5 * 1440), random.choice((0, 1, 30, 60, 480, random.randrange(1500)))
        at, left = begin, amount
        while at < len(working) and not (left == 0 and (working[at] or amount)):
            left -= working[at] if left else 0
            at += 1
        start = first + timedelta(minutes=begin)
        got = calendar.due(start, amount)
        if at < len(working):
            assert got.due_at == first + timedelta(minutes=at), (raw, start, amount)
            assert sum((b - a).total_seconds() for a, b in got.intervals) == amount * 60
        else:
            assert got.due_at is None or got.due_at >= first + timedelta(days=7), (raw, start, amount)
        end = begin + random.randrange(2 * 1440)
        span = (start, first + timedelta(minutes=end))
        assert calendar.working_seconds(*span) == 60 * sum(working[begin:end]), (raw, span)
        assert sum((b - a).total_seconds() for a, b in calendar.intervals(*span)) == 60 * sum(working[begin:end])
        assert calendar.is_open(start) == working[begin], (raw, start)
    return times


@pytest.mark.slow
def test_due_times_match_the_oracle_in_ten_thousand_cases() -> None:
    random = Random(14050901)
    assert sum(check_one_calendar(random, 50) for _ in range(200)) == 10_000


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_due_times_match_the_oracle_for_generated_calendars(random: Random) -> None:
    check_one_calendar(random, 20)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2_000_000), st.integers(0, 600), st.integers(0, 600))
def test_due_times_are_additive(minute: int, first: int, second: int) -> None:
    calendar = default_calendar(years=range(2020, 2026))
    start = datetime(2021, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    middle, end = calendar.due_at(start, first), calendar.due_at(start, first + second)
    assert middle is not None
    assert end is not None
    assert calendar.working_seconds(start, end) == 60 * (first + second)
    if second:
        assert calendar.due_at(middle, second) == end


def test_t7_thursday_ten_to_midnight_with_thirty_minutes_is_due_on_saturday_after_the_opening() -> None:
    assert due(SHOP, "2026-11-26T23:50:00+03:30", 30) == utc("2026-11-28T08:20:00+03:30")


def test_t8_exactly_at_closing_counts_as_closed() -> None:
    calendar = parse(SHOP | {"week": {"sat": [["08:00", "16:00"]], "sun": [["08:00", "16:00"]]}})
    closing = utc("2026-11-28T16:00:00+03:30")
    assert not calendar.is_open(closing)
    assert calendar.is_open(closing - timedelta(microseconds=1))
    assert calendar.due_at(closing, 30) == utc("2026-11-29T08:30:00+03:30")
    assert calendar.due_at(closing - timedelta(minutes=30), 30) == closing
    assert calendar.due_at(closing - timedelta(minutes=29), 30) == utc("2026-11-29T08:01:00+03:30")
    assert calendar.next_opening(closing) == utc("2026-11-29T08:00:00+03:30")
    assert calendar.next_opening(closing - timedelta(minutes=1)) == closing - timedelta(minutes=1)


def test_t9_a_holiday_closes_exactly_its_own_date() -> None:
    calendar = SHOP | {"holidays": ["2026-11-29"]}
    assert due(calendar, "2026-11-28T23:50:00+03:30", 30) == utc("2026-11-30T08:20:00+03:30")
    assert due(calendar, "2026-11-29T12:00:00+03:30", 1) == utc("2026-11-30T08:01:00+03:30")


def test_t9_a_break_between_two_intervals_does_not_count() -> None:
    calendar = SHOP | {"week": {"sat": [["14:00", "18:00"], ["08:00", "12:00"]]}}
    found = parse(calendar).due(utc("2026-11-28T11:50:00+03:30"), 30)
    assert found.due_at == utc("2026-11-28T14:20:00+03:30")
    assert found.intervals == [
        (utc("2026-11-28T11:50:00+03:30"), utc("2026-11-28T12:00:00+03:30")),
        (utc("2026-11-28T14:00:00+03:30"), utc("2026-11-28T14:20:00+03:30")),
    ]


def test_t9_an_interval_past_midnight_belongs_to_the_day_it_starts_on() -> None:
    calendar = {"tz": "Asia/Tehran", "week": {"thu": [["20:00", "02:00"]], "sat": [["08:00", "16:00"]]}}
    assert due(calendar, "2026-11-27T01:50:00+03:30", 30) == utc("2026-11-28T08:20:00+03:30")
    assert due(calendar | {"holidays": ["2026-11-27"]}, "2026-11-27T01:00:00+03:30", 30) is not None
    assert parse(calendar | {"holidays": ["2026-11-27"]}).is_open(utc("2026-11-27T01:00:00+03:30"))
    assert not parse(calendar | {"holidays": ["2026-11-26"]}).is_open(utc("2026-11-27T01:00:00+03:30"))


def test_t9_tehran_had_summer_time_before_autumn_2022() -> None:
    calendar = {"tz": "Asia/Tehran", "week": {day: [["08:00", "16:00"]] for day in DAYS}}
    assert due(calendar, "2022-07-02T00:00:00Z", 0) == utc("2022-07-02T03:30:00Z")
    assert due(calendar, "2023-07-02T00:00:00Z", 0) == utc("2023-07-02T04:30:00Z")


def test_minutes_are_elapsed_minutes_across_dst_changes() -> None:
    night = {"tz": "Europe/Berlin", "week": {day: [["00:00", "06:00"]] for day in DAYS}}
    assert parse(night).working_seconds(utc("2026-03-28T23:00:00Z"), utc("2026-03-29T10:00:00Z")) == 5 * 3600
    assert parse(night).working_seconds(utc("2026-10-24T22:00:00Z"), utc("2026-10-25T10:00:00Z")) == 7 * 3600


def test_overlapping_hours_count_once() -> None:
    calendar = SHOP | {"week": {"sat": [["08:00", "12:00"], ["10:00", "14:00"]]}}
    assert due(calendar, "2026-11-28T08:00:00+03:30", 330) == utc("2026-11-28T13:30:00+03:30")


def test_an_exception_replaces_its_date_and_wins_over_a_holiday() -> None:
    calendar = SHOP | {"holidays": ["2026-11-28"], "exceptions": {"2026-11-28": [["10:00", "11:00"]]}}
    assert due(calendar, "2026-11-28T00:00:00+03:30", 30) == utc("2026-11-28T10:30:00+03:30")


@pytest.mark.parametrize("week", [{}, {"sat": []}])
def test_t10_a_calendar_without_working_time_gives_a_warning_and_no_due_time(week: dict[str, Any]) -> None:
    calendar = parse({"tz": "Asia/Tehran", "week": week, "exceptions": {"2020-01-01": [["08:00", "09:00"]]}})
    found = calendar.due(utc("2026-11-28T00:00:00Z"), 30)
    assert (found.due_at, found.intervals, found.warning) == (None, [], NEVER)
    assert calendar.next_opening(utc("2026-11-28T00:00:00Z")) is None
    assert calendar.working_seconds(utc("2026-11-28T00:00:00Z"), utc("2027-11-28T00:00:00Z")) == 0
    assert calendar.due_at(utc("2020-01-01T00:00:00Z"), 61) is None


def test_an_opening_after_four_hundred_days_is_too_late() -> None:
    calendar = parse({"tz": "UTC", "week": {}, "exceptions": {"2027-12-31": [["08:00", "09:00"]]}})
    assert calendar.due_at(utc("2026-11-20T00:00:00Z"), 30) is None
    assert calendar.due_at(utc("2026-12-20T00:00:00Z"), 30) == utc("2027-12-31T08:30:00Z")


@pytest.mark.parametrize("year", [1, 1900, 2262, 9999])
def test_distant_years_are_answered_without_error(year: int) -> None:
    start = datetime(year, 12, 31 if year > 1 else 1, tzinfo=UTC)
    parse(SHOP).due(start, 10_000_000)


def test_due_times_do_not_depend_on_query_order() -> None:
    random, calendar = Random(4), parse(SHOP)
    for _ in range(300):
        start = datetime(1950, 1, 1, tzinfo=UTC) + timedelta(minutes=random.randrange(120 * 525_960))
        assert calendar.due(start, 5000) == parse(SHOP).due(start, 5000)


def test_the_default_calendar_is_the_one_of_the_specification() -> None:
    written, phone = default_calendar("written"), default_calendar("phone")
    monday = utc("2026-11-23T20:00:00+03:30")
    assert written.is_open(monday)
    assert not phone.is_open(monday)
    assert not written.is_open(utc("2026-11-26T13:00:00+03:30"))
    assert not written.is_open(utc("2026-11-27T10:00:00+03:30"))
    assert not written.is_open(utc("2026-03-21T10:00:00+03:30")), "Nowruz"
    assert "نوروز" in written.holidays[utc("2026-03-21T10:00:00Z").date()]


def test_a_calendar_survives_serialisation() -> None:
    random = Random(7)
    for _ in range(50):
        calendar = parse(random_calendars.calendar(random)[0])
        assert parse(calendar.to_dict()) == calendar
        assert parse(calendar.to_dict()).version == calendar.version


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ([], "calendar"),
        ({"week": {}}, "calendar.tz"),
        ({"tz": "Tehran/Asia"}, "calendar.tz"),
        ({"tz": "../etc/passwd"}, "calendar.tz"),
        ({"tz": "UTC", "week": []}, "calendar.week"),
        ({"tz": "UTC", "week": {"moonday": [], "xyz": []}}, "calendar.week"),
        ({"tz": "UTC", "week": {"sat": ["08:00"]}}, "calendar.week.sat"),
        ({"tz": "UTC", "week": {"sat": [["8", "12:00"]]}}, "calendar.week.sat"),
        ({"tz": "UTC", "week": {"sat": [["08:00", "24:01"]]}}, "calendar.week.sat"),
        ({"tz": "UTC", "week": {"sat": [["08:60", "12:00"]]}}, "calendar.week.sat"),
        ({"tz": "UTC", "holidays": ["2026-02-30"]}, "calendar.holidays"),
        ({"tz": "UTC", "holidays": "2026-02-20"}, "calendar.holidays"),
        ({"tz": "UTC", "exceptions": {"x": []}}, "calendar.exceptions"),
    ],
)
def test_an_invalid_calendar_is_refused_with_its_field(raw: Any, field: str) -> None:
    with pytest.raises(Invalid) as error:
        parse(raw)
    assert error.value.field == field

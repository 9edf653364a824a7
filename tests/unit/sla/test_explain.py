"""Explanation of a due time: the working intervals that count up to it."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from helpdesk.sla.calendar.calendars import parse
from helpdesk.sla.engine.explain import explain, in_words
from tests.unit.sla import random_calendars
from tests.unit.sla.due_oracle import utc

SHOP = {
    "tz": "Asia/Tehran",
    "week": {"thu": [["08:00", "13:00"]], "sat": [["08:00", "16:00"]], "sun": [["08:00", "16:00"]]},
    "holidays": {"2026-11-28": "روز نمونه"},
}


def test_a_due_time_is_explained_by_its_intervals() -> None:
    calendar = parse(SHOP)
    steps = explain(calendar, utc("2026-11-26T12:50:00+03:30"), 30)
    assert [step.working for step in steps] == [True, False, True]
    assert [step.minutes for step in steps if step.working] == [10, 20]
    assert steps[1].reason == "holiday"
    assert in_words(calendar, steps, "fa") == [
        "پنج‌شنبه ۵ آذر، ۱۲:۵۰ تا ۱۳:۰۰: ۱۰ دقیقه",
        "پنج‌شنبه ۵ آذر ۱۳:۰۰ تا یک‌شنبه ۸ آذر ۰۸:۰۰: بسته، تعطیل: ۷ آذر (روز نمونه)",
        "یک‌شنبه ۸ آذر، ۰۸:۰۰ تا ۰۸:۲۰: ۲۰ دقیقه",
    ]
    assert in_words(calendar, steps, "en")[0] == "Thursday 26 November, 12:50-13:00: 10 min"


def test_a_clock_without_due_time_has_no_steps() -> None:
    assert explain(parse({"tz": "UTC", "week": {}}), utc("2026-11-26T12:50:00Z"), 30) == []


def test_explanation_steps_are_contiguous_and_sum_to_the_target() -> None:
    random = Random(11)
    for _ in range(200):
        raw, jump = random_calendars.calendar(random)
        start, minutes = random_calendars.start_near(random, jump), random.randrange(1, 900)
        steps = explain(parse(raw), start, minutes)
        if steps:
            assert steps[0].start == start
            assert all(a.end == b.start for a, b in pairwise(steps))
            assert sum(step.minutes for step in steps if step.working) == minutes

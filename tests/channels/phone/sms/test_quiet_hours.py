"""Quiet hours, and what fits into one text message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.phone.settings import Survey
from channels.phone.sms import quiet_hours, sms_text


@pytest.mark.parametrize(
    ("at", "seconds"),
    [
        ("05:29:59", 1),
        ("05:30:00", 0),
        ("17:29:59", 0),
        ("17:30:00", 15.5 * 3600 - 0.5 * 3600 - 3 * 3600),
        ("20:30:00", 9 * 3600),
        ("00:00:00", 5.5 * 3600),
    ],
)
def test_people_are_left_alone_from_nine_to_nine(at, seconds):
    assert quiet_hours.quiet_until(Survey(), datetime.fromisoformat(f"2026-03-02T{at}+00:00")) == seconds


@given(st.integers(1_577_836_800, 1_893_456_000), st.sampled_from(["Asia/Tehran", "Europe/Berlin"]))
def test_quiet_hours_end_after_the_wait_they_ask_for(seconds, zone):
    rules, now = Survey(time_zone=zone), datetime.fromtimestamp(seconds, UTC)
    wait = quiet_hours.quiet_until(rules, now)
    assert quiet_hours.quiet_until(rules, now + timedelta(seconds=wait)) == 0
    assert wait <= 14 * 3600  # 12 hours, an hour more where clocks change, and never a whole day


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("س" * 70, 1),
        ("س" * 71, 2),
        ("س" * 134, 2),
        ("س" * 135, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_the_parts_of_a_text_are_counted_as_telephones_do(text, parts):
    assert sms_text.parts(text) == parts


@given(st.integers(10, 58), st.sampled_from(["fa", "en", "de"]))
def test_a_question_fits_into_one_message_with_any_link_that_leaves_room(length, language):
    link = "https://" + "x" * (length - 8) if length > 8 else "x" * length
    text = sms_text.question(link, language)
    assert text.endswith(link)
    assert sms_text.parts(text) == 1

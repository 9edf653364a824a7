"""Event order: shuffled, repeated, partial or lost events give the record they must."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.phone.calls.call_record import DISPOSITIONS
from channels.phone.describe import describe
from channels.phone.normalise import call_of, merge_call
from channels.phone.settings import PhoneSettings
from channels.phone.switchboards.adapters import readings
from tests.support.phone.switchboard import Event, Switchboard

SHARED = Path(__file__).parents[5] / "shared" / "testdata" / "phone"
MOMENT = ("started_at", "answered_at", "ended_at")
OWN = PhoneSettings()


def stories() -> dict[str, list[Event]]:
    """Calls of every shape."""
    found: dict[str, list[Event]] = {}
    board = Switchboard().rings_in().joins()
    line = board.takes()
    found["answered"] = (
        board.waits(30).finishes(line, "caller", 30).billed("Queue", "ANSWERED", "PJSIP/101-1").ends("h")
    )
    found["abandoned"] = Switchboard().rings_in().joins().waits(20).gives_up().ends("h", cause=0)
    board = Switchboard().rings_in().joins().waits(20).gives_up().waits(9)
    board.main["Context"] = "voicemail"
    found["voicemail"] = board.user_event("HelpdeskVoicemail", File="f").billed("Record", "ANSWERED").ends("s")
    board = Switchboard().rings_in().joins()
    line = board.takes()
    board.waits(10).says("BlindTransfer", TransfereeLinkedid=board.call, Extension="102")
    board.finishes(line, "transfer", 10)
    second = board.dials("PJSIP/102", "PJSIP/102")
    found["transfer"] = board.waits(3).dial_ends(second, "ANSWER").waits(20).line_ends(second).ends()
    board = Switchboard().places("PJSIP/101-00000009", "from-internal")
    own = board.dials("PJSIP/101", "101", by_itself=True)
    board.waits(2).dial_ends(own, "ANSWER", by_itself=True)
    theirs = board.dials("PJSIP/trunk", "09121234567@trunk")
    found["outgoing"] = board.waits(6).dial_ends(theirs, "ANSWER").waits(20).line_ends(theirs).ends()
    board = Switchboard().places("PJSIP/trunk-0000000d", "from-trunk")
    line = board.dials("PJSIP/trunk", "09121234567@trunk", by_itself=True)
    board.waits(3).dial_ends(line, "ANSWER", by_itself=True).user_event("SurveyResult", SurveyId="s", Rate=3)
    found["survey"] = board.ends()
    board = Switchboard().picks_up_to_dial("101", "09121234567")
    line = board.dials("PJSIP/trunk", "09121234567@trunk")
    found["by hand"] = board.waits(5).dial_ends(line, "BUSY").line_ends(line, 17).ends(cause=17)
    board = Switchboard().picks_up_to_dial("101", "102")
    line = board.dials("PJSIP/102", "PJSIP/102")
    found["colleagues"] = board.waits(5).dial_ends(line, "ANSWER").waits(4).line_ends(line).ends()
    return found


STORIES = stories()
names = st.sampled_from(sorted(STORIES))


@st.composite
def arrivals(draw: Any) -> tuple[str, list[Event]]:
    """A call's events, shuffled, some of them twice or thrice."""
    name = draw(names)
    events = STORIES[name]
    again = draw(st.lists(st.sampled_from(events), max_size=len(events)))
    return name, draw(st.permutations([*events, *again]))


@given(arrivals())
@settings(max_examples=300, deadline=None)
def test_shuffled_and_repeated_events_make_the_same_record(arrival):
    name, events = arrival
    assert describe({"events": events}) == describe({"events": STORIES[name]})


@given(arrivals(), st.data())
@settings(max_examples=150, deadline=None)
def test_parts_that_are_merged_as_they_come_make_the_same_record(arrival, data):
    name, events = arrival
    known: dict[str, Any] = {}
    while events:
        size = data.draw(st.integers(1, len(events)))
        part, events = events[:size], events[size:]
        known = json.loads(json.dumps(merge_call(OWN, known, call_of(OWN, readings({"events": part})))))
    assert known == json.loads(json.dumps(call_of(OWN, readings({"events": STORIES[name]}))))


@given(names, st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_gets_lost_the_record_stays_sensible(name, data):
    events = STORIES[name]
    left = data.draw(st.lists(st.sampled_from(events), min_size=1, unique_by=id))
    made = describe({"events": left})
    assert made["disposition"] is None or made["disposition"] in DISPOSITIONS
    assert made["status"] == "ended" or made["ended_at"] is None
    for field in ("queue_wait_s", "ring_s", "talk_s", "spoken_s"):
        assert made[field] is None or made[field] >= 0
    times = [made[field] for field in MOMENT if made[field]]
    assert times == sorted(times)
    if made["agents"]:
        assert made["disposition"] == "answered"


@given(names)
@settings(max_examples=20, deadline=None)
def test_a_call_only_ever_learns(name):
    """Taking events in order, what was answered stays answered and what was over stays over."""
    order = ("ringing", "queued", "talking", "ended")
    was = 0
    answered = False
    for count in range(1, len(STORIES[name]) + 1):
        made = describe({"events": STORIES[name][:count]})
        assert order.index(made["status"]) >= was or made["status"] == "ringing"
        was = max(was, order.index(made["status"]))
        assert not answered or made["disposition"] == "answered"
        answered = made["disposition"] == "answered"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from(sorted({name for events in STORIES.values() for event in events for name in event}))


@given(names, st.lists(st.tuples(st.integers(0, 30), fields, values), max_size=8))
@settings(max_examples=300, deadline=None)
def test_nonsense_in_any_field_is_a_refusal_in_words_or_a_record(name, changes):
    events: list[dict[str, Any]] = [dict(event) for event in STORIES[name]]
    for index, field, value in changes:
        events[index % len(events)][field] = value
    try:
        json.dumps(describe({"events": events}))
    except ValueError as error:
        assert str(error)


def truth() -> list[Any]:
    path = SHARED / "calls.jsonl"
    if not path.exists():
        if os.environ.get("CI"):
            return [pytest.param({}, id="missing")]
        return [pytest.param({}, id="missing", marks=pytest.mark.skip(reason="../shared is not at hand"))]
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [pytest.param(line, id=line["scenario"].replace(" ", "-")) for line in lines]


@pytest.mark.parametrize("call", truth())
def test_calls_of_a_real_switchboard_are_read_as_they_were(call):
    assert call, "../shared/testdata/phone/calls.jsonl is missing"
    events = call["events"]
    for order in (events, events[::-1], events[1::2] + events[::2], events * 2):
        made = describe({"events": order})
        for name, expected in call["truth"].items():
            if name in MOMENT and expected:
                assert made[name] == datetime.fromisoformat(expected).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            else:
                assert made[name] == expected, name

"""Outgoing calls: of people, of the switchboard for people, among colleagues, and our own surveys."""

from __future__ import annotations

from typing import Any

import pytest

from channels.phone.describe import describe
from tests.support.phone.switchboard import Event, Switchboard


def record(events: list[Event]) -> dict[str, Any]:
    return describe({"events": events})


@pytest.mark.parametrize(
    ("status", "disposition"),
    [
        ("ANSWER", "answered"),
        ("BUSY", "busy"),
        ("NOANSWER", "no_answer"),
        ("CONGESTION", "failed"),
        ("CHANUNAVAIL", "failed"),
        ("CANCEL", "no_answer"),
    ],
)
def test_calling_a_customer_ends_as_the_customers_line_says_not_as_the_agents(status, disposition):
    board = Switchboard().places("PJSIP/101-00000009", "from-internal")
    own = board.dials("PJSIP/101", "101", by_itself=True)
    board.waits(2).dial_ends(own, "ANSWER", by_itself=True)
    theirs = board.dials("PJSIP/trunk", "09121234567@trunk")
    made = record(board.waits(6).dial_ends(theirs, status).waits(20).line_ends(theirs).ends())
    assert (made["direction"], made["kind"], made["disposition"]) == ("outbound", "customer", disposition)
    assert (made["customer"], made["agent_ext"]) == ("+989121234567", "101")
    assert made["spoken_s"] == (20 if status == "ANSWER" else None)
    assert (made["answered_at"] is not None) == (status == "ANSWER")


def test_a_number_dialled_by_hand_is_an_outgoing_call_with_its_agent():
    board = Switchboard().picks_up_to_dial("101", "09121234567")
    line = board.dials("PJSIP/trunk", "09121234567@trunk")
    made = record(board.waits(5).dial_ends(line, "ANSWER").waits(30).line_ends(line).ends())
    assert (made["direction"], made["from"], made["to"]) == ("outbound", "101", "+989121234567")
    assert (made["agents"], made["ring_s"], made["talk_s"], made["agent_ext"]) == (["101"], 5, 30, "101")


def test_colleagues_who_call_each_other_are_nobodys_ticket():
    board = Switchboard().picks_up_to_dial("101", "102")
    line = board.dials("PJSIP/102", "PJSIP/102")
    assert record(board.waits(1).dial_ends(line, "ANSWER").ends())["direction"] == "internal"


@pytest.mark.parametrize("status", ["ANSWER", "NOANSWER", "BUSY", "CONGESTION"])
def test_our_own_survey_calls_are_never_anybodys_missed_call(status):
    board = Switchboard().places("PJSIP/trunk-0000000d", "from-trunk")
    line = board.dials("PJSIP/trunk", "09121234567@trunk", by_itself=True)
    made = record(board.waits(10).dial_ends(line, status, by_itself=True).ends())
    assert (made["kind"], made["direction"], made["customer"]) == ("survey", "outbound", "+989121234567")


def test_the_key_of_a_survey_call_and_its_survey_are_kept():
    board = Switchboard().places("PJSIP/trunk-0000000d", "from-trunk")
    line = board.dials("PJSIP/trunk", "09121234567@trunk", by_itself=True)
    board.dial_ends(line, "ANSWER", by_itself=True).user_event("SurveyResult", SurveyId="svy", Rate=2)
    assert record(board.ends())["survey"] == {"SurveyId": "svy", "Rate": "2"}


def test_a_survey_at_the_end_of_a_customers_call_leaves_it_a_customers_call():
    board = Switchboard().rings_in().waits(0.5).joins()
    line = board.takes()
    board.waits(10).finishes(line, "agent", 10).waits(4).user_event("SurveyResult", SurveyId="", Rate=1)
    made = record(board.ends())
    assert (made["kind"], made["disposition"], made["survey"]["Rate"], made["talk_s"]) == (
        "customer",
        "answered",
        "1",
        10,
    )

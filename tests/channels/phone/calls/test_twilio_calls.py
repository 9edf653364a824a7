"""Calls of Twilio told in several callbacks: machines, softphones, calls placed by a program."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from channels.phone.calls.build_record import reduce
from channels.phone.switchboards.adapters import understand
from channels.phone.web.webhook_request import Options, webhook_of

OURS, CUSTOMER = "+442079460111", "+447700900777"


def callback(sid: str, second: int, **fields: str) -> dict[str, str]:
    return {"CallSid": sid, "Timestamp": f"Tue, 03 Mar 2026 09:00:{second:02d} +0000", **fields}


def placed(status: str, second: int, **more: str) -> dict[str, str]:
    own = {"From": OURS, "To": CUSTOMER, "Direction": "outbound-api", "CallStatus": status}
    return callback("CA1", second, **own, **more)


def child(to: str, status: str, second: int, **more: str) -> dict[str, str]:
    own = {"ParentCallSid": "CA1", "From": OURS, "To": to, "Direction": "outbound-dial", "CallStatus": status}
    return callback("CA2", second, **own, **more)


def softphone(status: str, second: int, **more: str) -> dict[str, str]:
    return callback("CA1", second, From="client:reza", To=OURS, Direction="inbound", CallStatus=status, **more)


def records(events: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The record of a call however its callbacks come in."""
    readings = [
        understand(webhook_of({"provider": "twilio", "body": event, "headers": {}}, Options())) for event in events
    ]
    return [reduce([item for one in order for item in one]).as_json() for order in permutations(readings)]


def same(events: list[dict[str, str]]) -> dict[str, Any]:
    first, *others = records(events)
    assert all(other == first for other in others)
    return first


@pytest.mark.parametrize("found", ["machine_start", "machine_end_beep", "machine_end_silence", "fax"])
def test_a_machine_answers_nothing(found):
    alone = same([callback("CA1", 6, AnsweredBy=found), placed("completed", 30, CallDuration="22")])
    within = same([placed("in-progress", 2), placed("completed", 30, CallDuration="22", AnsweredBy=found)])
    assert (alone["disposition"], alone["kind"], alone["agents"]) == ("machine", "automatic", [])
    assert within["disposition"] == "machine"


def test_a_call_placed_by_a_program_is_nobodys_until_somebody_joins_it():
    alone = same([placed("completed", 30, CallDuration="22", AnsweredBy="human")])
    assert (alone["disposition"], alone["kind"]) == ("answered", "automatic")
    joined = same([
        placed("completed", 50, CallDuration="40", AnsweredBy="human"),
        child("client:mina", "completed", 49, CallDuration="30"),
    ])  # fmt: skip
    assert (joined["disposition"], joined["kind"], joined["agents"]) == ("answered", "customer", ["mina"])


def test_a_softphone_calls_out():
    taken = same([
        softphone("ringing", 1), child(CUSTOMER, "completed", 40, CallDuration="33"),
        softphone("completed", 41, CallDuration="40"),
    ])  # fmt: skip
    assert (taken["direction"], taken["to"], taken["from"]) == ("outbound", CUSTOMER, OURS)
    assert (taken["disposition"], taken["agents"], taken["talk_s"]) == ("answered", ["reza"], 33)
    silent = same([child(CUSTOMER, "no-answer", 24), softphone("completed", 25, CallDuration="25")])
    assert (silent["direction"], silent["disposition"], silent["caller_hidden"]) == ("outbound", "no_answer", False)


def test_a_customer_put_through_to_a_mobile_was_answered_by_it():
    made = same([
        callback("CA1", 41, From=CUSTOMER, To=OURS, Direction="inbound", CallStatus="completed", CallDuration="40"),
        child("+447700900222", "completed", 40, CallDuration="33"),
    ])  # fmt: skip
    assert (made["direction"], made["from"], made["agents"]) == ("inbound", CUSTOMER, ["+447700900222"])

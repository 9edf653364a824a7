"""Asterisk's channel event log, where the manager interface is not available."""

from __future__ import annotations

import json
from typing import Any

import pytest

from channels.phone.describe import describe

MAIN = {"Channel": "PJSIP/trunk-00000000", "UniqueID": "a.1", "LinkedID": "a.1", "CallerIDnum": "09121234567",
        "Context": "from-trunk", "Exten": "1000"}  # fmt: skip
AGENT = {"Channel": "PJSIP/101-00000001", "UniqueID": "a.2", "LinkedID": "a.1", "CallerIDnum": "101",
         "Context": "from-internal", "Exten": "1000"}  # fmt: skip


def said(name: str, second: int, base: dict[str, str], **more: Any) -> dict[str, Any]:
    extra = more.pop("extra", None)
    event = {"EventName": name, "EventTime": f"2026-03-02T06:00:{second:02d}+0000", **base, **more}
    return event | ({"Extra": json.dumps(extra)} if extra is not None else {})


def record(*events: dict[str, Any]) -> dict[str, Any]:
    made = [describe({"events": order}) for order in (list(events), list(events)[::-1], list(events) * 2)]
    assert made[0] == made[1] == made[2]
    return made[0]


def test_an_answered_call_of_a_queue():
    made = record(
        said("CHAN_START", 0, MAIN), said("APP_START", 1, MAIN, Application="Queue", AppData="support,,,,60"),
        said("APP_START", 1, MAIN, Application="MixMonitor"), said("CHAN_START", 1, AGENT),
        said("ANSWER", 9, AGENT, Application="AppQueue"), said("APP_END", 40, MAIN, Application="Queue"),
        said("HANGUP", 40, AGENT, extra={"hangupcause": 16, "hangupsource": AGENT["Channel"]}),
        said("HANGUP", 40, MAIN, Exten="h", extra={"hangupcause": 16, "hangupsource": AGENT["Channel"]}),
        said("LINKEDID_END", 40, MAIN),
    )  # fmt: skip
    assert (made["disposition"], made["queue"], made["queue_wait_s"], made["ring_s"]) == ("answered", "support", 8, 8)
    assert (made["talk_s"], made["agents"], made["hangup_by"]) == (31, ["101"], "agent")
    assert (made["recording"], made["cause"]) == (True, 16)


def test_a_caller_who_hangs_up_in_the_queue_has_abandoned_and_one_who_is_thrown_out_has_not():
    start = [said("CHAN_START", 0, MAIN), said("APP_START", 1, MAIN, Application="Queue", AppData="support")]
    out = said("APP_END", 20, MAIN, Application="Queue")
    own = said("HANGUP", 20, MAIN, Exten="h", extra={"hangupsource": MAIN["Channel"]})
    dialplan = said("HANGUP", 20, MAIN, Exten="h", extra={"hangupsource": "dialplan/builtin"})
    assert record(*start, out, own)["disposition"] == "abandoned"
    assert record(*start, out, dialplan)["disposition"] == "missed"


def test_a_voicemail_and_a_transfer_are_seen():
    assert record(said("CHAN_START", 0, MAIN), said("APP_START", 9, MAIN, Application="VoiceMail"),
                  said("HANGUP", 20, MAIN))["disposition"] == "voicemail"  # fmt: skip
    second = {**AGENT, "Channel": "PJSIP/102-00000002", "UniqueID": "a.3"}
    made = record(
        said("CHAN_START", 0, MAIN), said("ANSWER", 5, AGENT, Application="AppDial"), said("BLINDTRANSFER", 15, MAIN),
        said("HANGUP", 15, AGENT), said("ANSWER", 20, second, Application="AppDial"), said("HANGUP", 30, second),
        said("HANGUP", 30, MAIN),
    )  # fmt: skip
    assert (made["agents"], made["talk_s"]) == (["101", "102"], 20)


def test_our_own_survey_call_is_known():
    line = {**MAIN, "CallerIDnum": "", "Exten": "s"}
    made = record(said("CHAN_START", 0, line), said("ANSWER", 3, line, Application="AppDial2"), said("HANGUP", 9, line))
    assert (made["kind"], made["direction"], made["disposition"]) == ("survey", "outbound", "answered")


@pytest.mark.parametrize("extra", ["{half", "[1]", "null", "[" * 5000])
def test_what_can_not_be_read_in_an_event_is_left_out(extra):
    assert record(said("CHAN_START", 0, MAIN), {**said("HANGUP", 5, MAIN), "Extra": extra})["disposition"] == "missed"


def test_times_may_be_seconds_and_one_without_a_zone_is_none():
    event = said("CHAN_START", 0, MAIN)
    assert record({**event, "EventTime": "1772431200.5"})["started_at"] == "2026-03-02T06:00:00Z"
    assert record({**event, "EventTime": "2026-03-02 06:00:00"})["started_at"] is None
    with pytest.raises(ValueError, match="LinkedID"):
        describe({"events": [{"EventName": "CHAN_START"}]})

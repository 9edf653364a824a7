"""Every webhook of channels/phone/samples becomes what its expectation says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from channels.phone.calls.build_record import reduce
from channels.phone.calls.call_events import NotACall
from channels.phone.switchboards.adapters import PROVIDERS, understand
from channels.phone.web.webhook_request import Options, Webhook, webhook_of

SAMPLES = sorted((Path(__file__).parents[4] / "channels" / "phone" / "samples").glob("*.json"))


def hook_of(sample: dict[str, Any]) -> Webhook:
    return webhook_of(sample, Options(**sample.get("options", {})))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_read_as_it_says(path):
    sample = json.loads(path.read_text("utf-8"))
    made = reduce(understand(hook_of(sample))).as_json()
    assert {name: made[name] for name in sample["expected"]} == sample["expected"]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_half_a_body_is_refused_in_words_or_tells_less_but_never_fails_otherwise(path):
    sample = json.loads(path.read_text("utf-8"))
    for length in range(0, len(sample["body"]), 7):
        try:
            understand(hook_of({**sample, "body": sample["body"][:length]}))
        except NotACall as error:
            assert str(error)


def test_every_provider_has_a_sample():
    named = {json.loads(path.read_text("utf-8"))["provider"] for path in SAMPLES}
    assert named == set(PROVIDERS)


@pytest.mark.parametrize("path", [one for one in SAMPLES if "mapped" not in one.stem], ids=lambda path: path.stem)
def test_the_switchboard_is_guessed_when_a_file_does_not_name_it(path):
    sample = json.loads(path.read_text("utf-8"))
    named = understand(hook_of(sample))
    guessed = understand(hook_of({**sample, "provider": ""}))
    assert [one.facts for one in guessed] == [one.facts for one in named]


def two(name: str, *bodies: dict[str, Any]) -> dict[str, Any]:
    hooks = [webhook_of({"provider": name, "body": body}) for body in bodies]
    found = [one for hook in hooks for one in understand(hook)]
    made = [reduce(order).as_json() for order in (found, found[::-1], found * 2)]
    assert made[0] == made[1] == made[2]
    return made[0]


def test_twilio_believes_the_agents_line_over_completed():
    made = two(
        "twilio",
        {
            "CallSid": "A",
            "Direction": "inbound",
            "From": "+989121234567",
            "To": "+982191001000",
            "CallStatus": "completed",
            "CallDuration": "60",
            "Timestamp": "Mon, 02 Mar 2026 06:01:00 +0000",
        },
        {
            "CallSid": "B",
            "ParentCallSid": "A",
            "To": "sip:101@pbx.example",
            "CallStatus": "in-progress",
            "Timestamp": "Mon, 02 Mar 2026 06:00:10 +0000",
        },
        {
            "CallSid": "B",
            "ParentCallSid": "A",
            "To": "sip:101@pbx.example",
            "CallStatus": "completed",
            "CallDuration": "50",
            "Timestamp": "Mon, 02 Mar 2026 06:01:00 +0000",
        },
    )
    assert (made["disposition"], made["agents"], made["talk_s"]) == ("answered", ["101"], 50)
    assert (made["status"], made["answered_at"]) == ("ended", "2026-03-02T06:00:10Z")


def test_twilio_reports_who_left_the_queue():
    base = {"CallSid": "A", "Direction": "inbound", "From": "+989121234567", "To": "+982191001000"}
    done = {**base, "CallStatus": "completed", "Timestamp": "Mon, 02 Mar 2026 06:01:00 +0000"}
    made = two("twilio", {**base, "QueueResult": "hangup", "QueueTime": "21", "CallStatus": "in-progress"}, done)
    assert (made["disposition"], made["queue_wait_s"], made["status"]) == ("abandoned", 21, "ended")


def test_vonage_joins_the_legs_of_a_conversation():
    customer = {"conversation_uuid": "C", "uuid": "1", "direction": "inbound", "from": "989121234567", "to": "1"}
    agent = {"conversation_uuid": "C", "uuid": "2", "direction": "outbound", "from": "1", "to": "101"}
    made = two(
        "vonage",
        {**customer, "status": "ringing", "timestamp": "2026-03-02T06:00:00Z"},
        {**agent, "status": "answered", "timestamp": "2026-03-02T06:00:05Z"},
        {**agent, "status": "completed", "timestamp": "2026-03-02T06:00:45Z", "duration": "40"},
        {**customer, "status": "completed", "timestamp": "2026-03-02T06:00:45Z"},
    )
    assert (made["direction"], made["disposition"], made["agents"]) == ("inbound", "answered", ["101"])
    assert (made["talk_s"], made["from"], made["answered_at"]) == (40, "+989121234567", "2026-03-02T06:00:05Z")


def test_yeastar_writes_two_rows_for_a_transfer_and_the_talk_is_their_sum():
    row = {"event": "NewCdr", "callid": "1.5", "timestart": "2026-03-02 09:30:00", "callfrom": "09121234567",
           "status": "ANSWERED", "type": "Inbound"}  # fmt: skip
    made = two(
        "yeastar",
        {**row, "callto": "101", "callduraction": "20", "talkduraction": "12"},
        {**row, "callto": "102", "timestart": "2026-03-02 09:30:20", "callduraction": "30", "talkduraction": "30"},
    )
    assert (sorted(made["agents"]), made["talk_s"], made["disposition"]) == (["101", "102"], 42, "answered")
    assert (made["started_at"], made["ended_at"]) == ("2026-03-02T06:00:00Z", "2026-03-02T06:00:50Z")


def test_three_agents_of_3cx_who_did_not_answer_are_one_missed_call():
    report = {"CallType": "Missed", "Number": "09121234567", "CallStartTimeUTC": "2026-03-02T06:00:00Z"}
    hooks = [webhook_of({"provider": "3cx", "body": {**report, "Agent": agent}}) for agent in ("101", "102", "103")]
    assert len({one.call_id for hook in hooks for one in understand(hook)}) == 1


def test_generic_events_add_up_in_any_order():
    made = two(
        "generic",
        {
            "call_id": "g",
            "event": "ringing",
            "direction": "inbound",
            "from": "09121234567",
            "at": "2026-03-02T06:00:00Z",
        },
        {"call_id": "g", "event": "answered", "agent": "101", "at": "2026-03-02T06:00:09Z"},
        {"call_id": "g", "event": "ended", "talk_s": "31", "ended_at": "2026-03-02T06:00:40Z", "recording": "r.mp3"},
    )
    assert (made["disposition"], made["answered_at"], made["status"]) == ("answered", "2026-03-02T06:00:09Z", "ended")
    assert (made["agents"], made["talk_s"], made["recording_file"]) == (["101"], 31, "r.mp3")


def test_other_yeastar_events_are_ignored_and_broken_ones_refused():
    def reads(**body: Any) -> int:
        return len(understand(webhook_of({"provider": "yeastar", "body": body})))

    assert reads(event="ExtensionStatus") == reads(type=30008, msg="{}") == 0
    for body, word in (({"type": 30012, "msg": "{half"}, "whole JSON"), ({"type": 30012, "msg": "[]"}, "no object"),
                       ({"event": "NewCdr"}, "callid")):  # fmt: skip
        with pytest.raises(NotACall, match=word):
            reads(**body)


def test_a_recording_of_vonage_belongs_to_its_conversation_and_a_refused_leg_is_busy():
    made = two("vonage", {"conversation_uuid": "C", "recording_url": "https://r.example/1"},
               {"conversation_uuid": "C", "direction": "outbound", "from": "1", "to": "989121234567", "status": "rejected",
                "timestamp": "2026-03-02T06:00:45Z"})  # fmt: skip
    assert (made["recording_file"], made["disposition"], made["status"]) == ("https://r.example/1", "busy", "ended")

"""`run.py phone reduce`, as an administrator uses it."""

from __future__ import annotations

import json
from typing import Any

from typer.testing import CliRunner

from helpdesk.cli.inspect.phone import app
from tests.support.phone.switchboard import Switchboard

FIELDS = [
    "call_id",
    "direction",
    "kind",
    "from",
    "to",
    "queue",
    "queue_wait_s",
    "ring_s",
    "talk_s",
    "agents",
    "disposition",
    "hangup_by",
    "recording",
    "voicemail",
    "started_at",
    "ended_at",
    "survey",
]


def asks(*lines: Any) -> tuple[int, list[dict[str, Any]]]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    result = CliRunner().invoke(app, ["reduce", "-"], input=text)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_a_line_of_events_is_answered_with_every_field_of_the_record():
    status, [made] = asks({"events": Switchboard().rings_in().ends(), "scenario": "unknown fields are ignored"})
    assert status == 0
    assert set(FIELDS) <= set(made)
    assert (made["disposition"], made["started_at"]) == ("missed", "2026-05-28T20:26:40Z")


def test_a_webhook_is_answered_too_with_its_provider_or_without():
    body = (
        "event=hangup&uniqueid=1.2&src=09121234567&start=1780000000&answer=1780000000&billsec=9&queue=q&abandoned=TRUE"
    )
    for provider in ("asterisk", "freepbx", None):
        status, [made] = asks({"provider": provider, "headers": {}, "body": body})
        assert (status, made["disposition"], made["from"]) == (0, "abandoned", "+989121234567")


def test_a_bad_line_is_reported_and_the_others_are_still_answered():
    good = {"events": Switchboard().rings_in().ends()}
    status, made = asks(good, "{half", {"events": []}, {"provider": "nobody", "body": "a=b"}, [1], good)
    assert status == 1
    assert made[0] == made[5]
    assert [one["line"] for one in made[1:5]] == [2, 3, 4, 5]
    assert made[1]["error"].startswith("not JSON")
    assert made[2]["error"] == "no events"
    assert "not one of the switchboards known" in made[3]["error"]

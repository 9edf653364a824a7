"""Two switchboards with the same call ids: a call of one is never taken for a call of the other."""

from __future__ import annotations

import json

import pytest

from channels.phone.normalise import envelope
from tests.support.desk.desk_story import story
from tests.support.phone.phone_desk import Phone

SOURCES = [{"name": one, "provider": "generic"} for one in ("pbx", "branch")]


@pytest.fixture
def phone(database, tmp_path):
    return Phone(story(database, tmp_path), sources=SOURCES)


async def tells(phone, account, **event):
    phone.count += 1
    body = json.dumps({"call_id": "42", "direction": "inbound", **event})
    raw = envelope("generic", "application/json", body, phone.desk.time())
    await phone.desk.app.desk_for("phone").accept(account, f"e{phone.count}", raw, order_key="42")
    await phone.desk.work()


async def test_calls_of_the_same_name_are_two_calls(phone):
    await tells(phone, "pbx", **{"from": "09121111111", "event": "missed"})
    await tells(phone, "branch", **{"from": "09122222222", "event": "queued"})
    await tells(phone, "branch", **{"from": "09122222222", "event": "abandoned"})
    assert [(line.address, line.data["disposition"]) for line in await phone.calls()] == [
        ("phone:+989121111111", "missed"),
        ("phone:+989122222222", "abandoned"),
    ]


async def test_hidden_callers_of_both_are_not_the_same_person(phone):
    for account in ("pbx", "branch"):
        await tells(phone, account, **{"from": "anonymous", "event": "missed"})
    assert [line.ticket_id for line in await phone.calls()] == [1, 2]


async def test_a_key_pressed_at_one_is_no_opinion_about_a_call_of_the_other(phone):
    await tells(phone, "pbx", **{"from": "09121111111", "event": "answered", "agent": "101"})
    await tells(phone, "branch", **{"from": "09122222222", "event": "answered", "agent": "101", "rate": "3"})
    said = [line.ticket_id for number in (1, 2) for line in await phone.desk.timeline(number) if line.kind == "survey"]
    assert said == [2]

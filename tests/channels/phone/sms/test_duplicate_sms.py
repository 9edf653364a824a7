"""Duplicate text messages: a message with an id is nothing new when it comes again; the same words without one are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from channels.phone.channel import Channel
from channels.phone.settings import PhoneSettings
from tests.channels.phone.webhooks.test_webhooks import ENV, NOW, Door
from tests.support.desk.memory_desk import MemoryDesk

SMS = {"driver": "http", "url": "http://127.0.0.1:1/"}
HEADERS = {"X-Pbx-Token": "sms-key", "Content-Type": "application/json"}


@pytest.fixture
async def door():
    time = {"now": NOW}
    channel = Channel(PhoneSettings.model_validate({"enabled": True, "sms": SMS}), env=ENV, now=lambda: time["now"])
    desk, below, app = MemoryDesk(), web.Application(), web.Application()
    below.add_routes(channel.routes(desk))
    app.add_subapp("/channels/phone/", below)
    async with TestClient(TestServer(app)) as client:
        made = Door(client, desk, channel)
        made.time = time
        yield made


async def kept(door, body):
    status, text = await door.post("sms", body.encode(), **HEADERS)
    assert status == 200
    return text


async def test_a_gateway_that_gives_no_ids_may_bring_the_same_words_another_time(door):
    body = '{"from": "09121234567", "text": "بله"}'
    assert await kept(door, body) == '{"kept": 1}'
    door.time["now"] += timedelta(minutes=4)
    assert await kept(door, body) == '{"kept": 1}'  # the customer or the gateway: nobody knows, so it is marked
    door.time["now"] += timedelta(hours=1)
    assert await kept(door, body) == '{"kept": 1}'
    understood = [(one.text, one.details.get("problem")) for one in door.understood()]
    assert understood == [("بله", None), ("بله", "same words"), ("بله", None)]


async def test_a_message_with_an_id_and_a_report_are_one_for_ever(door):
    for body in ('{"id": "7", "from": "09121234567", "text": "بله"}', '{"id": "7", "state": "failed"}'):
        assert await kept(door, body) == '{"kept": 1}'
        door.time["now"] += timedelta(days=2)
        assert await kept(door, body) == '{"kept": 0}'

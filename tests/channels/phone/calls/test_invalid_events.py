"""Invalid events: stored all the same, understood as far as possible, and never in the way of others."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from channels.phone.normalise import envelope
from channels.phone.web import webhooks
from channels.phone.web.signatures import sign
from tests.channels.phone.webhooks.test_webhooks import AT, BODY, NOW, Door, phone
from tests.support.desk.memory_desk import MemoryDesk


@pytest.fixture
async def door():
    desk, channel, app = MemoryDesk(), phone(), web.Application()
    below = web.Application()
    below.add_routes(channel.routes(desk))
    app.add_subapp("/channels/phone/", below)
    async with TestClient(TestServer(app)) as client:
        yield Door(client, desk, channel)


ABSURD: list[dict[str, Any]] = [
    {"started_at": "0001-01-01T00:00:00+03:30"},
    {"started_at": "0001-01-01 00:00:00"},
    {"started_at": "9999-12-31T23:59:59-03:30"},
    {"queued_at": "0001-01-01T00:00:00Z", "ended_at": "9999-12-31T23:59:59Z", "event": "answered", "talk_s": 9999999},
    {"ended_at": "0001-01-01T00:00:00Z", "event": "abandoned", "queue_wait_s": 9999999},
    {"ended_at": "9999-12-31T23:59:59Z", "queued_at": "0300-12-31T23:59:59Z"},
    {"queue_wait_s": -5, "talk_s": "-1", "ring_s": "NaN", "from": 10**4000},
    {"name": "\ud800", "agents": ["\x00", {"a": 1}], "direction": ["x"], "event": 3},
]


@pytest.mark.parametrize("absurd", ABSURD)
async def test_an_event_with_an_impossible_value_is_kept_and_understood_as_far_as_it_can_be(door, absurd):
    plain = {"call_id": "c-1", "direction": "inbound", "from": "09121234567", "event": "missed", **absurd}
    batch = {"events": [plain, {**plain, **json.loads(BODY), "call_id": "c-2"}]}
    assert await door.signed(json.dumps(plain).encode()) == (200, '{"kept": 1}')
    assert (await door.signed(json.dumps(batch).encode()))[0] == 200
    assert {one.order_key for one in door.desk.kept} == {"c-1", "c-2"}
    for call in door.understood():
        said = (call.call[name] for name in ("started_at", "queued_at", "answered_at", "ended_at"))
        assert all(at is None or at[:2] in ("19", "20") for at in said)


@pytest.mark.parametrize("name", ["startTime", "StartTimeUTC", "CallStartTimeLocal"])
async def test_an_impossible_time_of_another_switchboard_is_left_out(name):
    for said in ("0001-01-01T00:00:00", "1/1/0001 1:00:00 AM", "9999-12-31T23:59:59-10:00", "12/31/9999 11:00:00 PM"):
        for provider in ("3cx", "yeastar", "vonage", "twilio", "asterisk"):
            body = {name: said, "CallEndTime": said, "timestart": said, "start": said, "end": said, "timestamp": said,
                    "eventtime": said, "EventName": "HANGUP", "LinkedID": "1.1", "UniqueID": "1.1", "CallSid": "CA1", "uuid": "u", "callid": "1",
                    "Number": "09121234567", "CallType": "Inbound", "Duration": "99999:59:59"}  # fmt: skip
            raw = envelope(provider, "application/json", json.dumps(body), NOW)
            phone(sources=[{"name": "x", "provider": provider}]).normalise("x", raw)


async def test_an_event_that_breaks_its_adapter_is_kept_and_so_are_its_neighbours(door, monkeypatch):
    real = webhooks.understand

    def bug(hook):
        if hook.fields.get("call_id") == "c-1":
            raise OverflowError("date value out of range")
        return real(hook)

    monkeypatch.setattr(webhooks, "understand", bug)
    other = BODY.replace(b"c-1", b"c-2")
    assert await door.signed(b'{"events": [%b, %b]}' % (BODY, other)) == (200, '{"kept": 2}')
    assert [one.order_key for one in door.desk.kept] == ["", "c-2"]


async def test_a_header_that_is_no_text_is_refused_like_any_other(door):
    port = door.client.port
    for header in (b"X-Pbx-Token: \xff", b"Authorization: Bearer \xff"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"POST /channels/phone/pbx HTTP/1.1\r\nHost: x\r\n%b\r\nContent-Length: 3\r\nConnection: close\r\n\r\na=1"
            % header
        )
        status = await reader.readline()
        writer.close()
        assert b" 401 " in status


async def test_what_came_before_its_call_is_not_lost_when_the_call_itself_must_be_sent_twice(door):
    """A line hung up, then the event that names the customer meets a full disk and comes again."""
    ended = {"call_id": "c-1", "event": "ended", "ended_at": "2026-03-02T06:00:00Z", "disposition": "missed"}
    rings = {"call_id": "c-1", "event": "ringing", "direction": "inbound", "from": "09121234567"}
    assert (await door.signed(json.dumps(ended).encode()))[0] == 200
    door.desk.failing = OSError("disk full")
    assert (await door.signed(json.dumps(rings).encode()))[0] == 503
    door.desk.failing = None
    assert (await door.signed(json.dumps(rings).encode()))[0] == 200
    assert [(one.author is not None, one.call["disposition"]) for one in door.understood()][-1] == (True, "missed")


async def test_what_a_signature_does_not_cover_is_not_believed(door):
    """A signed empty body is no proof of what stands in the address."""
    query = "call_id=x&direction=inbound&from=09121234567&event=missed"
    async with door.client.get(
        f"/channels/phone/ours?{query}", headers={"X-Signature": sign(b"", "new", AT)}
    ) as answer:
        assert answer.status == 405
    assert door.desk.kept == []

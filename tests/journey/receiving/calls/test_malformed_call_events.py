"""Whatever stands where a number should: a call is on a timeline, or its raw event waits in quarantine. Never neither."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from helpdesk.intake.models import intake
from tests.support.desk.desk_story import story
from tests.support.phone.phone_desk import Phone, posts

WRONG = (
    "", " ", "abc", "0912", "+", "++98912", "9" * 40, "1" * 10_000, "\u0000", "09121234567\u0000", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "<script>", "'; drop table calls; --", "+98 912 12345", "00", "*72#", "sip:@", "tel:", "anonymous", "Unavailable",
)  # fmt: skip


@pytest.fixture
def phone(database, tmp_path):
    source = {"name": "pbx", "provider": "generic", "proof": "token"}
    return Phone(story(database, tmp_path), sources=[source])


async def kept(phone):
    return await phone.desk.database.read(
        lambda tx: [(one.state, one.external_id) for one in tx.execute(select(intake.c.state, intake.c.external_id))]
    )


async def test_a_wrong_number_loses_no_call(phone):
    calls = [
        {"call_id": f"c{number}", "direction": "inbound", "from": wrong, "disposition": "missed", "to": "02191001000"}
        for number, wrong in enumerate(WRONG)
    ]
    await posts(phone, "pbx", *calls, as_json=True)
    for _ in range(8):  # what fails is tried again for a while before it is put aside
        phone.desk.time.passes(hours=3)
        await phone.desk.work()
    told = await phone.desk.database.read(_calls)
    aside = {external_id.split(":")[0] for state, external_id in await kept(phone) if state == "quarantined"}
    assert {one["call_id"] for one in calls} == told | aside
    assert len(aside) <= 2, "almost everything is a call all the same"
    assert {state for state, _ in await kept(phone)} <= {"done", "quarantined"}


def _calls(tx):
    from helpdesk.tickets.models import entries

    return set(tx.execute(select(entries.c.remote_id).where(entries.c.kind == "call")).scalars())


async def test_an_event_nobody_understands_waits_in_quarantine_as_it_came(phone):
    await posts(phone, "pbx", {"who": "09121234567", "what": "rang"}, as_json=True)
    [(state, _)] = await kept(phone)
    assert state == "quarantined"
    [raw] = await phone.desk.database.read(lambda tx: list(tx.execute(select(intake.c.raw)).scalars()))
    assert json.loads(json.loads(raw)["body"]) == {"who": "09121234567", "what": "rang"}


async def test_half_a_body_is_not_taken_for_a_whole_one(phone):
    app = web.Application()
    app.add_routes(phone.channel.routes(phone.desk.app.desk_for("phone")))
    body = json.dumps(
        {"call_id": "c1", "direction": "inbound", "from": "09121234567", "disposition": "missed"}
    ).encode()
    async with TestServer(app) as server:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        head = f"POST /pbx?token=key HTTP/1.1\r\nHost: desk\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body[: len(body) // 2])
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        assert await reader.read() == b""
    assert await kept(phone) == []
    await posts(phone, "pbx", json.loads(body), as_json=True)
    assert len(await phone.calls()) == 1


async def test_times_without_a_zone_are_the_switchboards_own(database, tmp_path):
    sources = [{"name": "pbx", "provider": "generic", "proof": "token", "time_zone": "Asia/Tehran"}]
    phone = Phone(story(database, tmp_path), sources=sources)
    call = {"call_id": "c1", "direction": "inbound", "from": "09121234567", "disposition": "abandoned", "queue": "support",
            "started_at": "2026-03-02 09:29:00", "queued_at": "2026-03-02 09:29:00", "ended_at": "2026-03-02 09:29:50"}  # fmt: skip
    await posts(phone, "pbx", call, as_json=True)
    [wait] = await phone.desk.clocks(1, "queue_wait")
    assert (wait.started_at.isoformat(), wait.working_seconds) == ("2026-03-02T05:59:00+00:00", 50)

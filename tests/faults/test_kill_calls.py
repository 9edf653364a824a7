"""kill -9 while a switchboard reports calls: every acknowledged call is stored once, complete."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from sqlalchemy import select

from helpdesk.database.engine import open_database
from helpdesk.intake import queries as intake
from helpdesk.sla.store.models import clocks
from helpdesk.tickets.models import entries
from tests.faults.test_kill_mail import free_port
from tests.support.phone.killable_phone import TOKEN
from tests.support.servers.forked import ForkedProgram

KILLS = 12
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kill")]
START = datetime(2026, 3, 2, 6, tzinfo=UTC)


def call_events(number: int) -> list[dict[str, object]]:
    """The events of one call: ringing, queued, abandoned after 70 seconds."""
    began = START + timedelta(seconds=number)
    base = {"call_id": f"c{number}", "direction": "inbound", "from": f"0912{number % 23:07d}", "queue": "support"}
    ended = (began + timedelta(seconds=70)).isoformat()
    return [
        {**base, "event": "ringing", "started_at": began.isoformat(), "at": began.isoformat()},
        {**base, "event": "queued", "at": began.isoformat()},
        {**base, "event": "ended", "disposition": "abandoned", "ended_at": ended, "at": ended},
    ]


async def post(port: int, accepted: set[str], stop: asyncio.Event) -> None:
    """A switchboard that retries each event until acknowledged, with duplicates and reordering."""
    dice, number = random.Random(7), 0
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
        while not stop.is_set():
            number += 1
            events = call_events(number)
            dice.shuffle(events)
            for event in [*events, dice.choice(events)]:
                if not await _until_taken(http, port, event, stop):
                    return
            accepted.add(f"c{number}")


async def another_call(accepted: set[str]) -> None:
    """Wait for another acknowledged call: on a slow machine the test must not be vacuous."""
    before = len(accepted)
    async with asyncio.timeout(60):
        while len(accepted) == before:
            await asyncio.sleep(0.01)


async def _until_taken(http, port, event, stop):
    while True:
        try:
            place = f"http://127.0.0.1:{port}/channels/phone/pbx"
            async with http.post(place, json=event, headers={"X-Pbx-Token": TOKEN}) as answer:
                if answer.status == 200:
                    return True
                assert answer.status >= 500, await answer.text()
        except (OSError, aiohttp.ClientError, TimeoutError):
            await asyncio.sleep(0.02)
        if stop.is_set():
            return False


async def test_kills_lose_no_call_and_duplicate_none(database_url, tmp_path):
    kills = KILLS if database_url.startswith("sqlite") else KILLS // 4
    dice, accepted, stop, port = random.Random(20261122), set(), asyncio.Event(), free_port()
    desk = ForkedProgram("tests.support.phone.killable_phone", str(tmp_path), database_url, str(port))
    await desk.start()
    posting = asyncio.create_task(post(port, accepted, stop))
    for _ in range(kills):
        await another_call(accepted)
        await asyncio.sleep(dice.uniform(0.05, 0.4))  # at a random moment; nothing waits for it
        await desk.kill()
        await desk.start()
    stop.set()
    await posting
    database = await open_database(database_url)
    try:
        async with asyncio.timeout(120):
            while (await database.read(intake.figures))["new"]:
                await asyncio.sleep(0.1)
        await desk.kill()
        figures = await database.read(intake.figures)
        calls = await database.read(lambda tx: tx.execute(select(entries).where(entries.c.kind == "call")).all())
        waits = await database.read(lambda tx: tx.execute(select(clocks).where(clocks.c.kind == "queue_wait")).all())
    finally:
        await database.close()
    times = Counter(one.remote_id for one in calls)
    assert len(accepted) >= kills
    assert figures["quarantined"] == 0
    assert [name for name in accepted if times[name] != 1] == []
    outcomes = {one.remote_id: (one.data["disposition"], one.data["queue_wait_s"]) for one in calls}
    assert {outcomes[name] for name in accepted} == {("abandoned", 70)}
    judged = Counter(one.start_entry_id for one in waits)
    assert [one.id for one in calls if one.remote_id in accepted and judged[one.id] != 1] == []

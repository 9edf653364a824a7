"""kill -9 while visitors chat: every acknowledged message is stored once, in one order."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import aiohttp
import pytest
from sqlalchemy import select

from helpdesk.database.engine import open_database
from helpdesk.tickets.models import entries
from tests.faults.test_kill_mail import free_port, quiet
from tests.support.servers.forked import ForkedProgram
from tests.support.webchat.chat_client import Client, Closed

KILLS, VISITORS = 12, 5
LOST = (aiohttp.ClientError, Closed, TimeoutError, ConnectionError)
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kill")]


class Visitor:
    """Sends messages one after the other and retries each until acknowledged, over any transport."""

    def __init__(self, name, http, address):
        self.name, self.acked = name, {}
        self.client = Client(http, address)

    async def talk(self, stop):
        number, waiting = 0, None
        while not stop.is_set():
            try:
                await self.client.connect()
                while not stop.is_set():
                    if waiting is None:
                        number += 1
                        waiting = f"{self.name}-message-{number:05}"
                    ack = await self.client.says(waiting, cid=waiting)
                    self.acked[waiting] = ack["seq"]
                    waiting = None
            except LOST:
                await asyncio.sleep(0.02)


async def some_more(visitors):
    """Wait for another acknowledgement: on a slow machine the test must not be vacuous."""
    before = sum(len(one.acked) for one in visitors)
    async with asyncio.timeout(60):
        while sum(len(one.acked) for one in visitors) == before:
            await asyncio.sleep(0.01)


async def test_kills_lose_no_message_and_duplicate_none(database_url, tmp_path):
    kills = KILLS if database_url.startswith("sqlite") else KILLS // 4
    dice, stop, port = random.Random(20260303), asyncio.Event(), free_port()
    desk = ForkedProgram("tests.support.webchat.killable_chat", str(tmp_path), database_url, str(port))
    await desk.start()
    async with aiohttp.ClientSession() as http:
        visitors = [Visitor(f"visitor{n}", http, f"http://127.0.0.1:{port}") for n in range(VISITORS)]
        talking = [asyncio.create_task(one.talk(stop)) for one in visitors]
        for _ in range(kills):
            await some_more(visitors)
            await asyncio.sleep(dice.uniform(0.0, 0.4))  # at a random moment; nothing waits for it
            await desk.kill()
            await desk.start()
        stop.set()
        await asyncio.gather(*talking)
        await quiet(database_url)
        for one in visitors:
            await one.client.connect()
            one.client.have = 0
        seen = [await full_history(http, one) for one in visitors]
        await asyncio.gather(*(one.client.leave() for one in visitors))
        await desk.kill()
    database = await open_database(database_url)
    lines = await database.read(lambda tx: tx.execute(select(entries).where(entries.c.kind == "message")).all())
    await database.close()
    asked = Counter(one.text for one in lines if one.author == "customer")
    assert sum(len(one.acked) for one in visitors) > kills
    for one, shown in zip(visitors, seen, strict=True):
        assert [text for text in one.acked if asked[text] != 1] == []
        assert {text: seq for text, seq in shown.items() if text in one.acked} == one.acked
    assert [text for text, times in asked.items() if times != 1] == []


async def full_history(http, visitor):
    """A whole conversation as a new client receives it: text → number; dense, without duplicates."""
    fresh = Client(http, visitor.client.address, token=visitor.client.token)
    welcome = await fresh.connect(have=0)
    await fresh.has(welcome["last"])
    await fresh.leave()
    numbers = sorted(fresh.lines)
    assert numbers == list(range(welcome["from"] + 1, welcome["last"] + 1))
    ids = [line["id"] for line in fresh.lines.values() if line["t"] == "msg" and "id" in line]
    assert len(ids) == len(set(ids))
    texts = [line.get("text") for line in fresh.lines.values() if line.get("by") == "visitor"]
    assert len(texts) == len(set(texts))
    if welcome["from"]:  # a long conversation: older messages are not sent, and were checked by their numbers
        visitor.acked = {text: seq for text, seq in visitor.acked.items() if seq > welcome["from"]}
    return {line["text"]: line["seq"] for line in fresh.lines.values() if line.get("by") == "visitor"}

"""A thousand chats at once: nothing lost, every number once, memory bounded, no slow page delays another."""

from __future__ import annotations

import asyncio
import gc
import os
import resource
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import func, select

from helpdesk.database.engine import open_database
from helpdesk.intake.models import intake
from helpdesk.tickets.models import entries, tickets
from tests.support.desk.desk_story import story
from tests.support.webchat.chat_client import Client, open_chat, settings

CHATS, MESSAGES = 1000, 3
KIB_EACH = 400  # of both ends together: the client is in this process too
pytestmark = [pytest.mark.slow]


def resident() -> float:
    """KiB this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024


@pytest.fixture
def many_files():
    """Two thousand ends of sockets."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CHATS + 500
    if hard != resource.RLIM_INFINITY and hard < wanted:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("this machine allows too few open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
async def chat(empty_desk, tmp_path):
    import shutil

    shutil.copy(empty_desk, tmp_path / "desk.db")
    database = await open_database(f"sqlite:///{tmp_path / 'desk.db'}")
    limits = {"arrivals": (10_000, 1000.0)}
    async with open_chat(story(database, tmp_path), settings(tmp_path, limits=limits)) as opened:
        yield opened
    await database.close()


async def test_a_thousand_chats_at_once_lose_nothing(chat, many_files):
    before = resident()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        clients = [Client(http, chat.address, patience=120.0) for _ in range(CHATS)]
        await asyncio.gather(*(one.connect() for one in clients))

        async def talk(one, number):
            return [(await one.says(f"{number}/{n}", cid=f"message-{n}"))["seq"] for n in range(MESSAGES)]

        numbers = await asyncio.gather(*(talk(one, n) for n, one in enumerate(clients)))
        assert numbers == [[1, 2, 3]] * CHATS
        gc.collect()
        assert (resident() - before) / CHATS < KIB_EACH
        assert not any(one.waiting for one in chat.channel.chat().connections.values())
        kept = await chat.story.database.read(lambda tx: tx.execute(select(func.count()).select_from(intake)).scalar())
        assert kept == CHATS * MESSAGES
        await chat.story.work()
        rows = await chat.story.database.read(
            lambda tx: tx.execute(
                select(tickets.c.conversation, entries.c.text)
                .join(tickets, tickets.c.id == entries.c.ticket_id)
                .where(entries.c.kind == "message")
                .order_by(entries.c.id)
            ).all()
        )
        await asyncio.gather(*(one.leave() for one in clients))
    said: dict[str, list[str]] = {}
    for conversation, text in rows:
        said.setdefault(conversation, []).append(text)
    assert len(said) == CHATS
    assert sorted(said.values()) == sorted([f"{n}/{m}" for m in range(MESSAGES)] for n in range(CHATS))

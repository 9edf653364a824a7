"""A file that takes long holds up its own conversation and nobody else's."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import cast

import pytest

from channels.contract import Attachment, Channel, DeliveryError
from helpdesk.intake import queries
from helpdesk.workers import attachment_fetch
from tests.support.desk.desk_story import Story, story
from tests.support.desk.memory_channel import MemoryChannel, letter


@dataclass
class Slow(MemoryChannel):
    """A channel whose files come when the test lets them. `remote` of a message names its file."""

    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def _inbound(self, said):
        made = super()._inbound(said)
        return replace(
            made, attachments=[Attachment(name, "text/plain", None, 0, remote=name) for name in said.get("remote", ())]
        )

    async def fetch(self, account, attachment):
        self.asked.append(attachment.name)
        self.news.set()
        gate = self.gates.get(attachment.name)
        if gate is not None:
            await gate.wait()
        if attachment.name == "broken":
            raise DeliveryError("the file server is away")
        return replace(attachment, content=attachment.name.encode(), size=len(attachment.name))


@dataclass
class World:
    """A desk whose intake works all the time."""

    desk: Story
    channel: Slow
    taken: int = 0

    async def writes(self, sender: str, text: str, *files: str) -> None:
        self.taken += 1
        raw = letter(text, sender=sender, id=f"in-{self.taken}", remote=files)
        await self.desk.app.desk_for("memory").accept("main", f"in-{self.taken}", raw, order_key=sender)

    async def lines(self) -> list[str]:
        """What stands on all timelines, in the order it came there."""
        found = []
        for number in range(1, 200):
            try:
                await self.desk.ticket(number)
            except Exception:  # there are no more
                break
            found += [line for line in await self.desk.timeline(number) if line.kind == "message"]
        return [line.text for line in sorted(found, key=lambda one: one.id)]

    async def until(self, *texts: str) -> None:
        async with asyncio.timeout(30):
            while await self.lines() != list(texts):
                await asyncio.sleep(0.01)


@pytest.fixture
async def world(database, tmp_path) -> AsyncIterator[World]:
    desk = story(database, tmp_path)
    channel = Slow()
    cast("dict[str, Channel]", desk.app.context.channels)["memory"] = channel
    worker = asyncio.create_task(desk.app.intake_worker().run())
    yield World(desk, channel)
    worker.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await worker


async def test_a_slow_file_delays_its_own_conversation_only_and_there_the_order_holds(world):
    world.channel.gates["slow"] = asyncio.Event()
    await world.writes("sara", "see this", "slow")
    await world.writes("sara", "did you see it?")
    await world.writes("omid", "hello?")
    await world.until("hello?")
    await world.writes("sara", "are you there?")
    await world.writes("mina", "quick", "small")
    await world.until("hello?", "quick")
    world.channel.gates["slow"].set()
    await world.until("hello?", "quick", "see this", "did you see it?", "are you there?")
    assert world.channel.asked == ["slow", "small"]  # nothing was asked for twice


async def test_files_of_one_conversation_come_together_and_stand_in_order(world):
    names = [f"picture {number}" for number in range(4)]
    world.channel.gates = {name: asyncio.Event() for name in names}
    for name in names:
        await world.writes("sara", name, name)
    async with asyncio.timeout(30):
        while not world.channel.asked:
            await asyncio.sleep(0.01)
    for name in reversed(names):
        world.channel.gates[name].set()
    await world.until(*names)


async def test_a_file_that_fails_is_tried_again_with_its_message_before_the_ones_behind_it(world):
    world.channel.gates["broken"] = asyncio.Event()
    world.channel.gates["broken"].set()
    await world.writes("sara", "see this", "broken")
    await world.writes("sara", "and?")
    async with asyncio.timeout(30):
        while not await world.desk.database.read(queries.next_due, after=world.desk.time()):
            await asyncio.sleep(0.01)
    assert await world.lines() == []
    figures = await world.desk.database.read(queries.figures)
    assert (figures["new"], figures["quarantined"]) == (2, 0)


async def test_a_worker_that_died_over_a_file_leaves_it_to_the_next_one(world, database):
    world.channel.gates["slow"] = asyncio.Event()
    await world.writes("sara", "see this", "slow")
    async with asyncio.timeout(30):
        while not world.channel.asked:
            await asyncio.sleep(0.01)
    other = world.desk.app.intake_worker()
    assert await other.work_once() == 0  # held by the first one
    world.channel.gates.clear()
    world.desk.time.passes(seconds=attachment_fetch.HELD.total_seconds() + 1)
    assert await other.work_once() == 1
    await world.until("see this")


async def test_more_slow_conversations_than_fit_wait_their_turn_and_none_is_lost(world, monkeypatch):
    monkeypatch.setattr(attachment_fetch, "MOST_CONVERSATIONS", 2)
    monkeypatch.setattr(attachment_fetch, "PAUSE", timedelta(seconds=0))
    gate = asyncio.Event()
    for number in range(6):
        world.channel.gates[f"file {number}"] = gate
        await world.writes(f"somebody {number}", f"message {number}", f"file {number}")
    await world.writes("omid", "hello?")
    await world.until("hello?")
    gate.set()
    async with asyncio.timeout(30):
        while len(await world.lines()) < 7:
            await asyncio.sleep(0.01)

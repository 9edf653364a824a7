"""The outbox keeps every slot filled: a slow message holds up its own chat and nobody else."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from helpdesk.outbox import actions
from helpdesk.outbox import queries as outbox
from tests.support.desk.memory_channel import MemoryChannel


class SlowForSome(MemoryChannel):
    """Messages to Sara hang until the gate opens; whoever left is told in `left`."""

    def __init__(self):
        super().__init__()
        self.open, self.left, self.news, self.begun = asyncio.Event(), [], asyncio.Event(), asyncio.Event()

    async def send(self, outbound):
        self.begun.set()
        if "sara" in outbound.to.address:
            await self.open.wait()
        self.left.append(outbound.text)
        self.news.set()
        return self.remote_id(outbound)


async def left(channel, *texts):
    """Wait until exactly these have left, whatever their order."""
    async with asyncio.timeout(20):
        while sorted(channel.left) != sorted(texts):
            channel.news.clear()
            await channel.news.wait()


async def under_way(desk, count):
    """Wait until so many are being sent; gives the figures."""
    async with asyncio.timeout(20):
        while (found := await desk.database.read(outbox.figures))["sending"] != count:
            await asyncio.sleep(0)
    return found


async def slow_desk(desk, people, **more):
    channel = desk.context.channels["memory"] = SlowForSome()
    desk.channel = channel
    mina = await desk.person()
    tickets = {name: await desk.writes(sender=f"{name}@customers.example", **more) for name in people}
    return channel, mina, tickets


async def test_a_slow_message_does_not_hold_back_those_of_others(desk):
    names = ["sara", "omid", "nora", "reza", "lena", "kian"]
    channel, mina, tickets = await slow_desk(desk, names)
    for name in names:
        await desk.answers(tickets[name], mina, name)
    await desk.answers(tickets["sara"], mina, "second to sara")
    desk.time.passes(seconds=20)
    worker = desk.app.outbox_worker()
    worker.at_once = 2
    running = asyncio.create_task(worker.run())
    await left(channel, *names[1:])
    assert await under_way(desk, 1) == {"queued": 1, "sending": 1, "failed": 0, "uncertain": 0}
    channel.open.set()
    await left(channel, *names, "second to sara")
    assert channel.left[-2:] == ["sara", "second to sara"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_becomes_due_meanwhile_leaves_beside_a_slow_one(desk):
    channel, mina, tickets = await slow_desk(desk, ["sara", "omid"])
    await desk.answers(tickets["sara"], mina, "sara")
    desk.time.passes(seconds=20)
    worker = desk.app.outbox_worker()
    worker.poll = 0.05
    running = asyncio.create_task(worker.run())
    await under_way(desk, 1)
    await desk.answers(tickets["omid"], mina, "omid")
    desk.time.passes(seconds=20)
    await left(channel, "omid")
    channel.open.set()
    await left(channel, "omid", "sara")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_never_more_at_once_than_there_are_slots(desk):
    names = [f"sara{number}" for number in range(5)]
    channel, mina, tickets = await slow_desk(desk, names)
    for name in names:
        await desk.answers(tickets[name], mina, name)
    desk.time.passes(seconds=20)
    worker = desk.app.outbox_worker()
    worker.at_once = 3
    running = asyncio.create_task(worker.run())
    await under_way(desk, 3)
    for _ in range(5):
        desk.app.bells["outbox"].ring()
        assert (await desk.database.read(outbox.figures))["sending"] == 3
    channel.open.set()
    await left(channel, *names)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_messages_under_way_are_finished_when_the_desk_stops(desk):
    channel, mina, tickets = await slow_desk(desk, ["sara"])
    await desk.answers(tickets["sara"], mina, "sara")
    desk.time.passes(seconds=20)
    running = asyncio.create_task(desk.app.outbox_worker().run())
    await channel.begun.wait()  # what is merely claimed goes back to the queue, see below
    running.cancel()
    await asyncio.sleep(0)
    channel.open.set()
    await asyncio.gather(running, return_exceptions=True)
    row = await desk.database.read(outbox.newest_of, ticket_id=tickets["sara"])
    assert row.state == "sent"


async def test_the_next_look_waits_for_nothing_that_waits_for_another_message(desk):
    _, mina, tickets = await slow_desk(desk, ["sara"])
    await desk.answers(tickets["sara"], mina, "first")
    await desk.answers(tickets["sara"], mina, "second")
    now = desk.time.passes(seconds=20)
    assert await desk.database.read(outbox.next_due, after=now) is None
    assert await desk.database.read(outbox.next_due, after=now - timedelta(seconds=10)) is not None


async def test_what_was_claimed_when_the_desk_stopped_and_not_begun_waits_again(desk, monkeypatch):
    channel, mina, tickets = await slow_desk(desk, ["omid"])
    await desk.answers(tickets["omid"], mina, "omid")
    desk.time.passes(seconds=20)
    worker, claimed = desk.app.outbox_worker(), asyncio.Event()
    write = desk.database.write

    async def held(unit, *args, **more):
        found = await write(unit, *args, **more)
        if unit is actions.claim:
            claimed.set()
            await asyncio.sleep(0.05)  # the desk is stopped just here
        return found

    monkeypatch.setattr(desk.database, "write", held)
    running = asyncio.create_task(worker.run())
    await claimed.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert channel.left == []
    assert await desk.database.read(outbox.figures) == {"queued": 1, "sending": 0, "failed": 0, "uncertain": 0}


async def test_a_database_that_stumbles_cuts_nothing_off(desk, monkeypatch):
    channel, mina, tickets = await slow_desk(desk, ["sara"])
    await desk.answers(tickets["sara"], mina, "sara")
    desk.time.passes(seconds=20)
    worker = desk.app.outbox_worker()
    running = asyncio.create_task(worker.run())
    await channel.begun.wait()
    monkeypatch.setattr(type(worker), "_nap", lambda worker, looked: 1 / 0)
    desk.app.bells["outbox"].ring()
    await asyncio.gather(running, return_exceptions=True)
    assert isinstance(running.exception(), ZeroDivisionError)
    channel.open.set()
    await under_way(desk, 0)
    row = await desk.database.read(outbox.newest_of, ticket_id=tickets["sara"])
    assert row.state == "sent"

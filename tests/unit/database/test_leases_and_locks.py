"""Several processes of one desk: leases and row locks let one of them do each piece of work."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from helpdesk.app import standalone_database
from helpdesk.errors import Conflict
from helpdesk.intake import queries as intake
from helpdesk.workers.intake_worker import receive_batch
from helpdesk.workers.loops.with_lease import with_lease
from tests.support.desk.desk_story import story
from tests.support.desk.memory_channel import letter


async def test_leased_work_moves_on_when_its_holder_ends(database):
    from helpdesk.clock import now

    began: asyncio.Queue[str] = asyncio.Queue()

    def work(name):
        async def run():
            began.put_nowait(name)
            await asyncio.Event().wait()

        return run

    first = asyncio.create_task(with_lease(database, "poll", "a", now, work("a"), seconds=0.3))
    async with asyncio.timeout(20):
        assert await began.get() == "a"
        second = asyncio.create_task(with_lease(database, "poll", "b", now, work("b"), seconds=0.3))
        first.cancel()
        assert await began.get() == "b"
    second.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    assert began.empty()


async def test_a_lost_lease_stops_the_work(database):
    from helpdesk.clock import now
    from helpdesk.database.leases import acquire

    began, stopped = asyncio.Event(), asyncio.Event()

    async def run():
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    task = asyncio.create_task(with_lease(database, "poll", "a", now, run, seconds=3.0))
    async with asyncio.timeout(20):
        await began.wait()
        assert await database.write(
            acquire, name="poll", holder="thief", now=now() + timedelta(seconds=5), seconds=20.0
        )
        await stopped.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_two_intake_workers_process_each_row_once(database, tmp_path):
    desk = story(database, tmp_path)
    for n in range(5):
        raw = letter(f"m{n}", id=f"m{n}")
        await desk.app.desk_for("memory").accept("main", f"m{n}", raw, order_key="x")
    worker = desk.app.intake_worker()
    rows = await database.read(intake.due, now=desk.time(), most=50, longest=timedelta(hours=2))
    for _ in range(2):
        understood = worker._understand(rows)
        worker._store(understood, desk.time())
        await database.write(receive_batch, context=desk.context, batch=understood, now=desk.time(), waits=(5,))
    count = sum([len(await desk.timeline(number)) for number in range(1, 6)])
    assert count == 5


def test_a_second_process_on_the_same_sqlite_database_is_refused(tmp_path):
    with (
        standalone_database(tmp_path / "desk.db"),
        pytest.raises(Conflict, match="PostgreSQL"),
        standalone_database(tmp_path / "desk.db"),
    ):
        pass
    with standalone_database(tmp_path / "desk.db"):
        pass

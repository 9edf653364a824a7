"""Cancelled writes: the waiting task is released at once, the write still completes."""

from __future__ import annotations

import asyncio
import contextlib
import time

import pytest
from sqlalchemy import text

from helpdesk.database.dialect import savepoint
from helpdesk.intake import actions, queries
from tests.support.desk.desk_story import MONDAY


def slowly(tx, *, begun, loop):
    """Writes a cursor within a savepoint, slowly, as a unit that waits for a lock."""
    loop.call_soon_threadsafe(begun.set)
    with contextlib.suppress(Exception), savepoint(tx):  # units continue after a failed savepoint
        if tx.dialect.name == "postgresql":
            tx.execute(text("SELECT pg_sleep(0.3)"))
        else:
            time.sleep(0.3)
        actions.save_cursor(tx, channel="x", account="y", key="z", value="1", now=MONDAY)


async def test_a_cancelled_write_completes_and_its_task_is_cancelled(database):
    begun = asyncio.Event()
    waiting = asyncio.create_task(database.write(slowly, begun=begun, loop=asyncio.get_running_loop()))
    await begun.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with asyncio.timeout(10):
        while await database.read(queries.load_cursor, channel="x", account="y", key="z") != "1":
            await asyncio.sleep(0.01)


async def test_a_cancelled_read_is_a_cancellation_and_no_failure_of_the_database(database):
    begun = asyncio.Event()

    def slow(tx, loop):
        tx.execute(text("SELECT 1"))
        loop.call_soon_threadsafe(begun.set)
        if tx.dialect.name == "postgresql":
            tx.execute(text("SELECT pg_sleep(5)"))

    for _ in range(3):
        begun.clear()
        reading = asyncio.create_task(database.read(slow, asyncio.get_running_loop()))
        await begun.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
    assert await database.read(queries.load_cursor, channel="x", account="y", key="z") is None

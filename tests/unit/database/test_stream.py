"""Streamed queries: one consistent snapshot in portions; the connection is returned however the stream ends."""

from __future__ import annotations

import asyncio
import tracemalloc

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from helpdesk.database.metadata import STREAM_ROWS
from helpdesk.intake.models import cursors
from tests.support.desk.desk_story import MONDAY

ROWS = 4 * STREAM_ROWS + 7
ALL = select(cursors).order_by(cursors.c.key)


def fill(tx, first=0, rows=ROWS, size=10):
    tx.execute(
        insert(cursors),
        [
            {"channel": "c", "account": "a", "key": f"{n:06}", "value": "v" * size, "changed_at": MONDAY}
            for n in range(first, first + rows)
        ],
    )


async def keys(database, query=ALL):
    async with database.stream(query) as rows:
        return [row.key async for row in rows]


async def test_rows_come_in_order_and_with_their_types(database):
    await database.write(fill)
    async with database.stream(ALL) as rows:
        streamed = [row async for row in rows]
    assert [row.key for row in streamed] == [f"{n:06}" for n in range(ROWS)]
    assert streamed[0].changed_at == MONDAY


async def test_a_stream_sees_one_snapshot_and_does_not_block_the_writer(database):
    await database.write(fill)
    seen = 0
    async with database.stream(ALL) as rows:
        async for _ in rows:
            seen += 1
            if seen == 1:
                async with asyncio.timeout(20):
                    await database.write(fill, first=ROWS, rows=100)
    assert seen == ROWS
    assert len(await keys(database)) == ROWS + 100


async def test_leaving_early_returns_the_connection(database):
    await database.write(fill)
    for _ in range(15):  # more than there are connections
        async with asyncio.timeout(20), database.stream(ALL) as rows:
            async for _row in rows:
                break
    if database.kind == "postgresql":
        assert database._engine.pool.checkedout() == 0
    assert len(await keys(database)) == ROWS


async def test_an_error_inside_a_stream_propagates(database):
    await database.write(fill)

    async def fail():
        async with asyncio.timeout(20), database.stream(ALL) as rows:
            async for _row in rows:
                raise ZeroDivisionError

    for _ in range(15):
        with pytest.raises(ZeroDivisionError):
            await fail()
    with pytest.raises(DBAPIError):
        async with database.stream(text("SELECT nothing FROM nowhere")):
            pass
    assert len(await keys(database)) == ROWS


async def test_a_cancelled_stream_returns_the_connection(database):
    await database.write(fill)
    reached = asyncio.Event()

    async def read_and_wait():
        async with database.stream(ALL) as rows:
            async for _ in rows:
                reached.set()
                await asyncio.Event().wait()

    for _ in range(12):
        task = asyncio.create_task(read_and_wait())
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert len(await keys(database)) == ROWS


async def test_many_streams_run_concurrently(database):
    await database.write(fill)
    results = await asyncio.gather(*(keys(database) for _ in range(5)))
    assert {len(each) for each in results} == {ROWS}


async def test_a_stream_cannot_write_on_sqlite(database):
    if database.kind != "sqlite":
        return
    with pytest.raises(DBAPIError, match="readonly"):
        async with database.stream(text("DELETE FROM cursors RETURNING key")):
            pass


async def test_a_stream_holds_only_a_few_rows(database):
    for part in range(20):
        await database.write(fill, first=part * 500, rows=500, size=4_000)  # 40 MB
    await keys(database, ALL.limit(1))
    tracemalloc.start()
    try:
        async with database.stream(ALL) as rows:
            count = sum([1 async for _ in rows])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 10_000
    assert peak < 12_000_000

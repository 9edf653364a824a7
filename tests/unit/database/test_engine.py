"""Database units: atomic, sharing commits on SQLite, hints only after the commit; leases."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from helpdesk.database.dialect import savepoint
from helpdesk.database.engine import hint, open_database
from helpdesk.database.leases import acquire, release
from helpdesk.errors import Invalid, Unavailable
from tests.support.desk.desk_story import MONDAY, Time


def count(tx, table="cursors"):
    return tx.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()


def put(tx, key, fail=False):
    from helpdesk.intake.actions import save_cursor

    save_cursor(tx, channel="c", account="a", key=key, value="1", now=MONDAY)
    hint(tx, "put", key)
    if fail:
        raise Invalid("not this one")


async def test_a_failing_unit_is_rolled_back_alone(database):
    heard = []
    database.listen(heard.extend)
    units = [database.write(put, f"k{n}", fail=n % 3 == 0) for n in range(30)]
    results = await asyncio.gather(*units, return_exceptions=True)
    assert sum(isinstance(one, Invalid) for one in results) == 10
    assert await database.read(count) == 20
    assert sorted(key for _, key in heard) == sorted(f"k{n}" for n in range(30) if n % 3)


async def test_writes_in_a_read_unit_are_rolled_back(database):
    await database.read(put, "x")
    assert await database.read(count) == 0


async def test_waiting_units_share_a_commit_on_sqlite(database):
    if database.kind != "sqlite":
        return
    before = database.commits
    await asyncio.gather(*(database.write(put, f"k{n}") for n in range(200)))
    assert database.commits - before < 20


async def test_a_lease_has_one_holder_until_it_expires(database):
    time = Time()
    ask = {"name": "poller", "seconds": 30.0}
    assert await database.write(acquire, holder="a", now=time(), **ask)
    assert await database.write(acquire, holder="a", now=time(), **ask)
    assert not await database.write(acquire, holder="b", now=time(), **ask)
    assert await database.write(acquire, holder="b", now=time.passes(seconds=31), **ask)
    await database.write(release, name="poller", holder="b")
    assert await database.write(acquire, holder="a", now=time(), **ask)


async def test_an_unknown_database_address_is_refused():
    with pytest.raises(Invalid, match="sqlite:///"):
        await open_database("mysql://somewhere")


async def test_a_unit_that_swallows_a_failed_statement_is_not_believed_on_postgresql(database):
    """The server answers the COMMIT of a failed transaction with a silent ROLLBACK."""
    if database.kind == "sqlite":  # the statement alone is undone there
        return

    def unit(tx):
        put(tx, "before")
        with contextlib.suppress(Exception):
            tx.execute(text("SELECT 1 / 0"))

    with pytest.raises(DBAPIError):
        await database.write(unit)
    assert await database.read(count) == 0


async def test_what_fails_inside_a_savepoint_leaves_the_rest_of_the_unit(database):
    def unit(tx):
        put(tx, "before")
        with contextlib.suppress(DBAPIError), savepoint(tx):
            put(tx, "inside")
            tx.execute(text("SELECT * FROM nothing_of_this_name"))
        put(tx, "behind")

    await database.write(unit)
    assert await database.read(count) == 2


async def test_a_database_that_is_away_is_unavailable_in_words():
    lost = await open_database("postgresql://nobody@127.0.0.1:9/nothing")
    with pytest.raises(Unavailable, match="does not answer"):
        await lost.read(count)
    with pytest.raises(Unavailable, match="does not answer"):
        await lost.write(count)
    await lost.close()

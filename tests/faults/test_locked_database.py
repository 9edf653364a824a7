"""A database that somebody else holds: pages open, what changes something is told to come again, nothing breaks."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import event

from helpdesk.agents import sign_in
from helpdesk.agents.sign_in import Limits
from helpdesk.app import web_application
from helpdesk.database.engine import Busy
from tests.support.desk.desk_story import story

LIMITS = Limits(timedelta(minutes=15), 5, 30, timedelta(days=30))


@pytest.fixture
def impatient(database):
    """The writer waits for a lock a moment only."""

    def connected(connection, _record):
        connection.execute("PRAGMA busy_timeout=20")

    if database.kind == "sqlite":
        event.listen(database._write_engine, "connect", connected)
    return database


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_locked_database_is_a_503_with_a_page_in_words(impatient, tmp_path, aiohttp_client):
    desk = story(impatient, tmp_path)
    mina = await desk.person()
    ticket_id = await desk.writes()
    token = await desk.database.write(
        sign_in.enter, person_id=mina, account="x", address="", device="", limits=LIMITS, now=desk.time()
    )
    client = await aiohttp_client(web_application(desk.app), cookies={"session": token, "language": "en"})
    desk.time.passes(minutes=30)
    other = sqlite3.connect(tmp_path / "desk.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    page = await client.get(f"/inbox/tickets/{ticket_id}")
    assert page.status == 200, "session times and read marks can wait"
    csrf = (await page.text()).partition('name="csrf" value="')[2].partition('"')[0]
    form = {"csrf": csrf, "text": "A note", "seen": "1"}
    answer = await client.post(f"/inbox/tickets/{ticket_id}/note", data=form)
    assert answer.status == 503
    assert "database is busy" in await answer.text()
    with pytest.raises(Busy):
        await desk.person("Omid")
    other.execute("ROLLBACK")
    other.close()
    assert await desk.person("Omid")
    assert (await client.post(f"/inbox/tickets/{ticket_id}/note", data=form, allow_redirects=False)).status < 400


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_row_that_stays_locked_is_busy_in_words(database):
    from sqlalchemy import text

    def unit(tx):
        tx.execute(text("SET LOCAL lock_timeout = '50ms'"))
        tx.execute(text("LOCK TABLE people IN EXCLUSIVE MODE"))

    async with database._engine.connect() as other:
        await other.execute(text("LOCK TABLE people IN EXCLUSIVE MODE"))
        with pytest.raises(Busy):
            await database.write(unit)
        await other.rollback()
    await database.write(unit)

"""Databases of any age come to the newest shape, from empty and with data in them."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from helpdesk.database import migrate
from helpdesk.database.engine import open_database
from helpdesk.database.metadata import metadata


def differences(tx):
    context = MigrationContext.configure(
        tx, opts={"include_object": lambda _o, name, kind, *_: not (kind == "table" and name.startswith("words"))}
    )
    return compare_metadata(context, metadata)


async def test_the_migrations_lead_to_the_tables_of_the_slices(database):
    assert await database.read(differences) == []
    assert await database.read(migrate.current) == migrate.newest()


async def test_going_up_again_changes_nothing(database_url):
    await migrate.bring_up(database_url)
    database = await open_database(database_url)
    assert await database.read(migrate.current) == migrate.newest()
    await database.close()


@pytest.mark.parametrize("table", ["tickets", "entries", "intake"])
async def test_stored_rows_survive_going_up(database, database_url, tmp_path, table):
    from tests.support.house import story

    desk = story(database, tmp_path)
    await desk.writes("Hello", html="<p>Hello</p>", files={"a.txt": "x"})
    rows = await database.read(lambda tx: tx.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
    await migrate.bring_up(database_url)
    assert rows == 1
    assert await database.read(lambda tx: tx.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()) == rows

"""The PostgreSQL fixture gives every test a pristine database."""

from __future__ import annotations

from datetime import UTC, datetime

from helpdesk.agents import actions, queries
from helpdesk.database.engine import open_database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def use(url):
    """Add a person; returns their id and how many there were before."""
    database = await open_database(url)
    before = len(await database.read(queries.everybody))
    person_id = await database.write(
        actions.add_person, name="Sara", email="sara@desk.example", role="agent", now=NOON, by=None
    )
    await database.close()
    return person_id, before


async def test_a_returned_database_is_reused_as_new(postgres_server):
    first = postgres_server.fresh()
    assert await use(first) == (1, 0)
    postgres_server.drop(first)
    second = postgres_server.fresh()
    assert second == first
    assert await use(second) == (1, 0)
    postgres_server.drop(second)


async def test_a_database_with_open_connections_can_be_returned(postgres_server):
    url = postgres_server.fresh()
    forgotten = await open_database(url)
    assert await forgotten.read(queries.everybody) == []
    postgres_server.drop(url)
    assert await use(postgres_server.fresh()) == (1, 0)
    await forgotten.close()


def test_an_empty_database_has_no_tables(postgres_server):
    url = postgres_server.fresh(empty=True)
    assert (
        postgres_server.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", url.rpartition("/")[2]) == "0"
    )
    postgres_server.drop(url)

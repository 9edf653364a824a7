"""Migrations: from empty and from older revisions with data, to the newest revision."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text, update

from helpdesk.database import migrate
from helpdesk.database.engine import open_database
from helpdesk.database.metadata import metadata
from helpdesk.tickets.vocabulary import NEVER


def differences(tx):
    context = MigrationContext.configure(
        tx, opts={"include_object": lambda _o, name, kind, *_: not (kind == "table" and name.startswith("words"))}
    )
    return compare_metadata(context, metadata)


async def test_migrations_produce_the_declared_tables(database):
    assert await database.read(differences) == []
    assert await database.read(migrate.current) == migrate.newest()


async def test_upgrading_twice_changes_nothing(database_url):
    await migrate.bring_up(database_url)
    database = await open_database(database_url)
    assert await database.read(migrate.current) == migrate.newest()
    await database.close()


@pytest.mark.parametrize("table", ["tickets", "entries", "intake"])
async def test_stored_rows_survive_an_upgrade(database, database_url, tmp_path, table):
    from tests.support.desk.desk_story import story

    desk = story(database, tmp_path)
    await desk.writes("Hello", html="<p>Hello</p>", files={"a.txt": "x"})
    rows = await database.read(lambda tx: tx.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
    await migrate.bring_up(database_url)
    assert rows == 1
    assert await database.read(lambda tx: tx.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()) == rows


async def test_callbacks_of_an_older_revision_appear_in_lists_and_merged_tickets(database, tmp_path):
    from importlib import import_module

    from alembic.operations import Operations

    from helpdesk.journey.lifecycle import merge
    from helpdesk.surveys.models import follow_ups
    from helpdesk.tickets.models import entries, tickets
    from tests.journey.lifecycle.test_follow_up import sad
    from tests.support.desk.desk_story import story

    desk = story(database, tmp_path)
    mina = await desk.person()
    alone, _ = await sad(desk, mina, sender="a@customers.example", id="a")
    child, _ = await sad(desk, mina, sender="b@customers.example", id="b")
    parent = await desk.writes(sender="b@customers.example", id="c")
    wanted = [await desk.ticket(one) for one in (alone, child)]
    await database.write(merge.merge_into, desk.context, ticket_id=child, into=parent, person_id=mina, now=desk.time())

    def as_it_was(tx):
        of_child = entries.c.data["survey"].as_integer() == 2
        tx.execute(update(entries).where(entries.c.kind == "survey", of_child).values(ticket_id=child))
        tx.execute(update(follow_ups).where(follow_ups.c.survey_id == 2).values(ticket_id=child))
        tx.execute(update(tickets).where(tickets.c.id == child).values(sad_at=wanted[1].sad_at))
        tx.execute(update(tickets).where(tickets.c.id == parent).values(sad_at=None))
        gone = {"deadline": NEVER, "deadline_kind": None, "deadline_start": None}
        tx.execute(update(tickets).values(**gone))
        for name in ("ix_tickets_to_do", "ix_tickets_to_do_of"):
            tx.execute(text(f"DROP INDEX {name}"))
        tx.execute(text("ALTER TABLE tickets DROP COLUMN call_back_at"))
        tx.execute(text("CREATE INDEX ix_tickets_assignee ON tickets (assignee_id, active, deadline, id)"))

    def again(tx):
        with Operations.context(MigrationContext.configure(tx)):
            import_module("helpdesk.database.migrations.versions.0004_call_backs_in_the_lists").upgrade()

    await database.write(as_it_was)
    await database.write(again)
    assert await database.read(differences) == []
    for number, was in ((alone, wanted[0]), (parent, wanted[1])):
        found = await desk.ticket(number)
        assert (found.sad_at, found.call_back_at, found.deadline, found.deadline_kind, found.deadline_start) == (
            was.sad_at, was.call_back_at, was.call_back_at, "call_back", was.sad_at,
        )  # fmt: skip
    assert ((await desk.ticket(child)).sad_at, (await desk.ticket(child)).deadline) == (None, NEVER)
    assert [one.ticket_id for one in await desk.timeline(parent) if (one.data or {}).get("score")] == [parent]

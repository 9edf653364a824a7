"""Query plans: every hot query uses an index and sorts nothing it need not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from helpdesk.contacts import queries as contacts
from helpdesk.intake import queries as intake
from helpdesk.outbox import actions as outbox
from helpdesk.outbox import unread_checks
from helpdesk.sla.store import queries as sla
from helpdesk.surveys import queries as surveys
from helpdesk.tickets import page_queries, queries
from helpdesk.tickets.lists import contact_tickets, ticket_lists
from helpdesk.tickets.threading import conversations, ticket_candidates
from helpdesk.tickets.timeline import Timeline
from tests.support.desk.desk_story import MONDAY

AFTER = ticket_lists.After(MONDAY, 5)
VIEW: dict[str, Any] = {"person_id": 1, "now": MONDAY}
LISTS = {
    f"list {view} {'next' if after else 'first'}": (
        lambda tx, view=view, after=after: ticket_lists.page(tx, view=view, after=after, **VIEW)
    )
    for view in ("mine", "unassigned", "soon", "late", "all", "sad", "ended")
    for after in (None, AFTER)
}
HOT = {
    **LISTS,
    "timeline": lambda tx: queries.timeline(tx, ticket_id=1),
    "timeline of a page": lambda tx: page_queries.timeline_beginnings(tx, ticket_id=1, most=200, most_text=100),
    "texts of a page": lambda tx: page_queries.body_beginnings(tx, entry_ids=[1, 2], most_text=100),
    "timeline of a verb": lambda tx: Timeline.load(tx, ticket_id=1),
    "newest message": lambda tx: queries.newest_message(tx, ticket_id=1),
    "invited before": lambda tx: surveys.invited_before(tx, contact_id=1, ticket_id=1, cycle=1),
    "taps to settle": lambda tx: surveys.loaded_before(tx, moment=MONDAY, most=100),
    "first tap to settle": surveys.first_loaded,
    "tickets at work": lambda tx: queries.active_tickets(tx),
    "ticket": lambda tx: tx.execute(queries._TICKET, {"ticket_id": 1}),
    "address": lambda tx: contacts.by_address(tx, address="email:a@b.example"),
    "other tickets": lambda tx: contact_tickets.tickets_of(tx, contact_id=1),
    "thread by remote id": lambda tx: tx.execute(
        ticket_candidates._BY_REMOTE, {"channel": "email", "remote_id": "x"}
    ).all(),
    "thread by token": lambda tx: tx.execute(ticket_candidates._BY_ENTRY, {"id": 1}).all(),
    "conversation": lambda tx: tx.execute(
        conversations._OWN, {"channel": "t", "account": "a", "conversation": "c"}
    ).all(),
    "transcript": lambda tx: ticket_candidates.transcript(tx, channel="t", conversation="c"),
    "intake": lambda tx: intake.due(tx, now=MONDAY, most=50, longest=timedelta(hours=2)),
    "outbox": lambda tx: outbox.claim(
        tx, worker="w", channels=["email"], now=MONDAY, lease=timedelta(minutes=2), most=4
    ),
    "outbox put off by a wrong clock": lambda tx: outbox.correct_due_times(
        tx, now=MONDAY, first=timedelta(minutes=10), longest=timedelta(days=1)
    ),
    "outbox abandoned": lambda tx: outbox.release_abandoned(tx, now=MONDAY, lease=timedelta(minutes=2)),
    "unread answers": lambda tx: unread_checks.claim_due(tx, now=MONDAY, longest=timedelta(hours=1)),
    "clocks to fire": lambda tx: sla.to_fire(tx, now=MONDAY),
    "next clock": sla.next_fire,
    "clocks of a ticket": lambda tx: sla.running_clocks(tx, ticket_id=1),
}
OF_ONE_CUSTOMER = {  # they sort what one customer has, which no index need hold in order
    "open tickets of customers": lambda tx: contact_tickets.open_tickets(tx, contact_ids=[1, 2]),
    "newest ticket of a customer": lambda tx: contact_tickets.newest_of_contact(tx, contact_id=1),
}


def statements_of(tx, query) -> list[tuple[str, object]]:
    """Every statement the query runs, with its parameters."""
    statements: list[tuple[str, object]] = []

    def hear(_conn, _cursor, statement, parameters, *_):
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE")):
            statements.append((statement, parameters))

    event.listen(tx.engine, "before_cursor_execute", hear)
    try:
        query(tx)
    finally:
        event.remove(tx.engine, "before_cursor_execute", hear)
    return statements


def plan_of(tx, query) -> list[str]:
    """The plan of every statement the query runs, on SQLite."""
    return [
        row[3]
        for statement, parameters in statements_of(tx, query)
        for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    ]


def postgres_plan_of(tx, query) -> list[str]:
    """The same on PostgreSQL, which scans a table from end to end only where no index serves."""
    tx.exec_driver_sql("SET LOCAL enable_seqscan = off")
    return [
        row[0].strip()
        for statement, parameters in statements_of(tx, query)
        for row in tx.exec_driver_sql(f"EXPLAIN {statement}", parameters)
    ]


def scans(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("SCAN") and "USING" not in line and "CONSTANT" not in line]


@pytest.mark.parametrize("name", HOT)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_hot_query_uses_an_index(database, name):
    lines = await database.read(plan_of, HOT[name])
    assert lines
    sorts = [line for line in lines if "TEMP B-TREE FOR ORDER BY" in line]
    assert (scans(lines), sorts) == ([], []), lines


@pytest.mark.parametrize("name", OF_ONE_CUSTOMER)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_query_of_one_customer_reads_nobody_elses_tickets(database, name):
    lines = await database.read(plan_of, OF_ONE_CUSTOMER[name])
    assert any("ix_tickets_contact" in line for line in lines), lines
    assert scans(lines) == [], lines


@pytest.mark.parametrize("name", [*HOT, *OF_ONE_CUSTOMER])
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_hot_query_has_an_index_on_postgresql_too(database, name):
    lines = await database.read(postgres_plan_of, (HOT | OF_ONE_CUSTOMER)[name])
    assert lines
    assert [line for line in lines if "Seq Scan" in line] == [], lines


async def test_running_clocks_are_found_by_a_partial_index_on_both(database):
    if database.kind == "sqlite":
        return
    plan = await database.read(
        lambda tx: tx.execute(text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_clocks_fire'")).scalar_one()
    )
    assert "WHERE (fire_at IS NOT NULL)" in plan

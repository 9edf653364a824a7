"""How many statements the verbs of everyday cost. A number that grows says that something is loaded twice."""

from __future__ import annotations

import pytest

from helpdesk.journey.answering import reply
from helpdesk.journey.answering.reply import Reply
from helpdesk.journey.lifecycle import status
from helpdesk.tickets import queries
from helpdesk.workers import intake_worker
from tests.support.desk.statement_count import counted

# Counted where the driver tells every statement.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def received(monkeypatch):
    """The statements of every message that is received."""
    statements: list[str] = []
    monkeypatch.setattr(intake_worker, "receive", counted(intake_worker.receive, statements))
    return statements


async def test_an_answer_that_resolves_loads_its_ticket_and_timeline_once(desk):
    number, mina, statements = await desk.writes("The bowl is broken"), await desk.person(), []
    answer = Reply(
        "We send a new bowl", await desk.database.read(queries.newest_entry, ticket_id=number), then="resolved"
    )
    await desk.database.write(
        counted(reply.send_reply, statements), desk.context, ticket_id=number, person_id=mina, person_name="Mina",
        answer=answer, now=desk.time.passes(seconds=1),
    )  # fmt: skip
    assert len(statements) <= 24
    assert sum("FROM tickets" in statement for statement in statements) == 1
    assert sum("FROM entries" in statement for statement in statements) == 1
    assert sum(statement.startswith("UPDATE tickets") for statement in statements) == 1


async def test_a_change_of_status_writes_its_ticket_once(desk):
    number, mina, statements = await desk.writes(), await desk.person(), []
    await desk.database.write(
        counted(status.set_status, statements),
        desk.context,
        ticket_id=number,
        status="on_hold",
        by=mina,
        now=desk.time(),
    )
    assert len(statements) <= 8


async def test_a_message_that_opens_a_ticket(desk, received):
    await desk.writes("The bowl is broken")
    assert len(received) <= 14


async def test_a_further_message_of_a_ticket(desk, received):
    await desk.writes("The bowl is broken", id="first")
    received.clear()
    await desk.writes("And the plate too", remote_ids=["first"])
    assert len(received) <= 10

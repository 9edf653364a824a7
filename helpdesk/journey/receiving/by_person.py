"""A message that passed for a robot's was written by a person: its clock starts when it came."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from helpdesk.database.engine import hint
from helpdesk.errors import Conflict
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import clocks, reopening
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries, rules
from helpdesk.tickets.events.ticket_events import WrittenByPerson
from helpdesk.tickets.rows import EntryRow, TicketChanges, TicketRow
from helpdesk.tickets.threading import answer_queries
from helpdesk.tickets.vocabulary import ENDED


def judge_by_person(tx: Connection, context: DeskContext, *, entry_id: int, person_id: int, now: datetime) -> None:
    """Somebody says that a person wrote an automatic message: it counts as one from its arrival on.

    Raises Conflict when it counts already, or is no customer's message.
    """
    ticket = queries.locked(tx, ticket_id=queries.entry(tx, entry_id=entry_id).ticket_id)
    entry = queries.entry(tx, entry_id=entry_id)  # as it is, now that nobody else can change it
    if not may_judge(entry):
        raise Conflict("This message counts as a person’s already.")
    tickets.judge_by_person(tx, entry_id=entry.id)
    tickets.record_event(
        tx, WrittenByPerson(entry=entry.id), ticket_id=ticket.id, now=now, author="agent", person_id=person_id
    )
    changes = _ticket_changes(tx, ticket, entry, now)
    tickets.change(tx, ticket_id=ticket.id, **changes)
    if ticket.spam_at is None:
        clocks.recompute_clocks(tx, context, ticket_id=ticket.id, now=now)
        hint(tx, "clocks")
    hint(tx, "ticket", ticket.id)


def may_judge(entry: EntryRow) -> bool:
    """Whether it is a message that came in and passes for a robot's."""
    return entry.kind == "message" and bool(entry.automatic) and not entry.outgoing and entry.author == "customer"


def _ticket_changes(tx: Connection, ticket: TicketRow, entry: EntryRow, now: datetime) -> TicketChanges:
    changes: TicketChanges = {"changed_at": now, "automatic": False}
    if ticket.customer_at is None or ticket.customer_at <= entry.at:
        changes |= {"customer_at": entry.at, "customer_entry_id": entry.id, "snippet": rules.snippet(entry.text)}
    if answer_queries.was_answered_after(tx, ticket_id=ticket.id, entry_id=entry.id):
        return changes
    changes["answered"] = False
    if ticket.status in ENDED:
        changes |= reopening.reopen_ticket(
            tx, ticket=ticket, status=rules.status_after_customer(ticket.status), now=now, announce=ticket.cycle > 0
        )
        changes["cycle"] = ticket.cycle + 1
    elif ticket.cycle == 0:
        changes |= {"cycle": 1, "active": ticket.spam_at is None}
    else:
        changes["status"] = rules.status_after_customer(ticket.status)
    return changes

"""Reopening: a resolved ticket begins a new cycle when its customer writes or calls again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from helpdesk.journey.lifecycle import survey
from helpdesk.tickets import actions as tickets
from helpdesk.tickets.events.ticket_events import Reopened
from helpdesk.tickets.rows import TicketChanges, TicketRow
from helpdesk.tickets.vocabulary import Status


def reopen_ticket(
    tx: Connection, *, ticket: TicketRow, status: Status, now: datetime, announce: bool = True, call: int | None = None
) -> TicketChanges:  # fmt: skip
    """Withdraw a survey that has not left, and record on the timeline that a new cycle begins.

    `call`: the entry of a call that spans both cycles. `announce`: False where there was no cycle before.
    Returns the columns to change; the new cycle's number and clocks are the caller's.
    """
    survey.withdraw_invitation(tx, ticket_id=ticket.id, cycle=ticket.cycle, now=now)
    if announce:
        event = Reopened(cycle=ticket.cycle + 1, to=status, previous=ticket.status, call=call)
        tickets.record_event(tx, event, ticket_id=ticket.id, now=now, author="system")
    return {"status": status, "active": ticket.spam_at is None, "resolved_at": None, "closed_at": None}

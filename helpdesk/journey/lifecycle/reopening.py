"""Reopening: a resolved ticket begins a new cycle when its customer writes or calls again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from helpdesk.database.metadata import Row
from helpdesk.journey.lifecycle import survey
from helpdesk.tickets import actions as tickets


def reopen_ticket(
    tx: Connection, *, ticket: Row, status: str, now: datetime, announce: bool = True, call: int | None = None
) -> dict[str, Any]:  # fmt: skip
    """Withdraw a survey that has not left, and say on the timeline that a new cycle begins.

    `call`: the entry of a call that spans both cycles. `announce`: False where there was no cycle before. Returns the columns to change; the new cycle's number and clocks are the caller's.
    """
    survey.withdraw_invitation(tx, ticket_id=ticket.id, cycle=ticket.cycle, now=now)
    if announce:
        tickets.changed(
            tx, ticket_id=ticket.id, now=now, author="system", change="reopened", cycle=ticket.cycle + 1, to=status,
            **({} if call is None else {"call": call}), **{"from": ticket.status},
        )  # fmt: skip
    return {"status": status, "active": ticket.spam_at is None, "resolved_at": None, "closed_at": None}

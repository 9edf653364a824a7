"""A clock warned or ran out: say so on the timeline. Reassignment builds on this."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from helpdesk.database.engine import hint
from helpdesk.database.metadata import Row
from helpdesk.sla.store import actions, queries
from helpdesk.tickets import actions as tickets
from helpdesk.tickets.events.ticket_events import DeadlineMissed, DeadlineNear


def fire_due_alerts(tx: Connection, *, now: datetime, most: int = 500) -> int:
    """Fire every warning and due time that has come, once, with the times they were due for. Returns how many."""
    due_clocks = queries.to_fire(tx, now=now, most=most)
    for clock in due_clocks:
        _fire(tx, clock, now)
    return len(due_clocks)


def _fire(tx: Connection, clock: Row, now: datetime) -> None:
    late = clock.due_at is not None and clock.due_at <= now
    if late:
        actions.mark_breached(tx, clock=clock)
    else:
        actions.mark_warned(tx, clock=clock)
    at = clock.due_at if late else clock.warn_at
    event = (DeadlineMissed if late else DeadlineNear)(
        clock=clock.kind, clock_id=clock.id, at=at.isoformat(), due_at=clock.due_at and clock.due_at.isoformat()
    )
    tickets.record_event(tx, event, ticket_id=clock.ticket_id, now=now, author="system")
    hint(tx, "breach" if late else "warning", clock.ticket_id)

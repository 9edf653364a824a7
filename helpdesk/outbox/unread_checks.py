"""When to look whether an answer was read: one row a ticket, so that several answers are looked at together."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select

from helpdesk.database.dialect import ignoring, insert_ignore
from helpdesk.database.engine import hint
from helpdesk.outbox.models import unread

_LOOK = ignoring(unread)


def schedule_check(tx: Connection, *, ticket_id: int, due_at: datetime) -> None:
    """Look at this ticket then; an earlier look stands."""
    if insert_ignore(tx, _LOOK, {"ticket_id": ticket_id, "due_at": due_at}):
        hint(tx, "unread")


def claim_due(tx: Connection, *, now: datetime, longest: timedelta, most: int = 20) -> list[int]:
    """Tickets to look at now; their rows are gone with this transaction.

    A due time further ahead than `longest`, the longest wait there is, was set by a wrong clock: it counts as due.
    """
    is_due = (unread.c.due_at <= now) | (unread.c.due_at > now + longest)
    due = select(unread.c.ticket_id).where(is_due).limit(most)
    ticket_ids = list(tx.execute(due.with_for_update(skip_locked=True)).scalars())
    if ticket_ids:
        tx.execute(delete(unread).where(unread.c.ticket_id.in_(ticket_ids)))
    return ticket_ids


def next_check(tx: Connection) -> datetime | None:
    """When the next one is due."""
    return tx.execute(select(func.min(unread.c.due_at))).scalar()

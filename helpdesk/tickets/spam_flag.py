"""Tickets that count as spam: out of every list, without clocks, and never followed by anything automatic."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select, true, update

from helpdesk.tickets.models import tickets
from helpdesk.tickets.vocabulary import ENDED


def mark_spam(tx: Connection, *, contact_ids: Collection[int], now: datetime) -> list[int]:
    """All open tickets of these customers. Returns them."""
    theirs = tickets.c.contact_id.in_(list(contact_ids)) & (tickets.c.active == true()) & tickets.c.spam_at.is_(None)
    ticket_ids = list(tx.scalars(select(tickets.c.id).where(theirs).order_by(tickets.c.id).with_for_update()))
    tx.execute(update(tickets).where(tickets.c.id.in_(ticket_ids)).values(spam_at=now, active=False))
    return ticket_ids


def unmark_spam(tx: Connection, *, contact_ids: Collection[int], since: datetime) -> list[int]:
    """What became spam since then is none. Returns them."""
    theirs = tickets.c.contact_id.in_(list(contact_ids)) & (tickets.c.spam_at >= since)
    rows = tx.execute(
        select(tickets.c.id, tickets.c.status, tickets.c.merged_into_id).where(theirs).with_for_update()
    ).all()
    for row in rows:
        open_again = row.status not in ENDED and row.merged_into_id is None
        tx.execute(update(tickets).where(tickets.c.id == row.id).values(spam_at=None, active=open_again))
    return sorted(row.id for row in rows)

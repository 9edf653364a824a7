"""Customers who are not listened to any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, update

from helpdesk.contacts import queries
from helpdesk.contacts.models import contacts


def block_contact(tx: Connection, *, contact_id: int, now: datetime) -> bool:
    """Block a customer. False: they are already."""
    here = (contacts.c.id == queries.contact(tx, contact_id=contact_id).id) & contacts.c.blocked_at.is_(None)
    return tx.execute(update(contacts).where(here).values(blocked_at=now)).rowcount == 1


def unblock_contact(tx: Connection, *, contact_id: int) -> datetime | None:
    """Listen to them again; since when they had been blocked, or None."""
    contact = queries.contact(tx, contact_id=contact_id)
    since: datetime | None = contact.blocked_at
    if since is not None:
        tx.execute(update(contacts).where(contacts.c.id == contact.id).values(blocked_at=None))
    return since

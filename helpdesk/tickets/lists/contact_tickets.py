"""The tickets of customers: all of them, the open ones, the newest."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select, true

from helpdesk.database.metadata import Row
from helpdesk.tickets.models import participants, tickets
from helpdesk.tickets.queries import SELECT_TICKET
from helpdesk.tickets.rows import TicketRow

_NEWEST = (
    SELECT_TICKET.where(
        tickets.c.contact_id == bindparam("contact_id"), tickets.c.merged_into_id.is_(None), tickets.c.spam_at.is_(None)
    )
    .order_by(tickets.c.active.desc(), tickets.c.id.desc())
    .limit(1)
)


def open_tickets(tx: Connection, *, contact_ids: Sequence[int]) -> list[TicketRow]:
    """The open tickets of some contacts, oldest first."""
    theirs = SELECT_TICKET.where(tickets.c.contact_id.in_(list(contact_ids)), tickets.c.active == true())
    return [TicketRow(*row) for row in tx.execute(theirs.order_by(tickets.c.id))]


def has_asked(tx: Connection, *, contact_id: int) -> bool:
    """Whether a contact has ever asked anything, or took part in somebody's matter."""
    own = select(tickets.c.id).where(tickets.c.contact_id == contact_id, tickets.c.cycle > 0).limit(1)
    guest = select(participants.c.ticket_id).where(participants.c.contact_id == contact_id).limit(1)
    return tx.execute(own).first() is not None or tx.execute(guest).first() is not None


def tickets_of(tx: Connection, *, contact_id: int, but: int | None = None, most: int = 20) -> Sequence[Row]:
    """A customer's tickets, newest first."""
    return tx.execute(
        select(
            tickets.c.id,
            tickets.c.subject,
            tickets.c.status,
            tickets.c.channel,
            tickets.c.created_at,
            tickets.c.changed_at,
            tickets.c.merged_into_id,
            tickets.c.spam_at,
            tickets.c.active,
            tickets.c.cycle,
        )
        .where(tickets.c.contact_id == contact_id, tickets.c.id != (but or 0))
        .order_by(tickets.c.id.desc())
        .limit(most)
    ).all()


def newest_of_contact(tx: Connection, *, contact_id: int) -> TicketRow | None:
    """The ticket a call of this contact joins: the newest active one, else the newest of all."""
    row = tx.execute(_NEWEST, {"contact_id": contact_id}).first()
    return None if row is None else TicketRow(*row)


def own_numbers(tx: Connection, *, contact_id: int, numbers: Sequence[int]) -> Sequence[int]:
    """Those of the numbers that are tickets of this contact."""
    if not numbers:
        return []
    mine = select(tickets.c.id).where(tickets.c.id.in_(list(numbers)[:20]), tickets.c.contact_id == contact_id)
    return tx.scalars(mine).all()

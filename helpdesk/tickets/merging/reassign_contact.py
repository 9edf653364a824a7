"""Tickets change their customer when two customers turn out to be one, and change back when they are parted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from sqlalchemy import Connection, delete, insert, select, update

from helpdesk.database.dialect import insert_ignore
from helpdesk.tickets.actions import PARTICIPANT
from helpdesk.tickets.models import participants, tickets


class MovedTickets(TypedDict):
    """What went from one contact to another: tickets, and (ticket, welcome, address) of others' tickets."""

    tickets: list[int]
    guest: list[tuple[int, bool, str | None]]


def reassign_tickets(tx: Connection, *, contact_id: int, to: int) -> MovedTickets:
    """Every ticket and every place as a guest goes to another contact. Returns what moved, for `restore_tickets`."""
    mine = list(tx.scalars(select(tickets.c.id).where(tickets.c.contact_id == contact_id).order_by(tickets.c.id)))
    tx.execute(update(tickets).where(tickets.c.contact_id == contact_id).values(contact_id=to))
    guest = tx.execute(select(participants).where(participants.c.contact_id == contact_id)).all()
    for item in guest:
        _guest(tx, item.ticket_id, to, welcome=bool(item.welcome), address=item.address)
    tx.execute(delete(participants).where(participants.c.contact_id == contact_id))
    return {"tickets": mine, "guest": [(item.ticket_id, bool(item.welcome), item.address) for item in guest]}


def _guest(tx: Connection, ticket_id: int, contact_id: int, *, welcome: bool, address: str | None) -> None:
    values = {"ticket_id": ticket_id, "contact_id": contact_id, "welcome": welcome, "address": address}
    if not insert_ignore(tx, PARTICIPANT, values) and welcome:
        here = (participants.c.ticket_id == ticket_id) & (participants.c.contact_id == contact_id)
        tx.execute(update(participants).where(here).values(welcome=True))


def restore_tickets(
    tx: Connection, *, moved: MovedTickets, keep: int, gone: int, addresses: Sequence[str], since: datetime
) -> list[int]:
    """Undo `reassign_tickets`; what was opened since from one of `addresses` goes along. Returns the tickets that went."""
    mine = list(
        tx.scalars(
            select(tickets.c.id)
            .where(
                tickets.c.contact_id == keep,
                tickets.c.id.in_(moved["tickets"])
                | ((tickets.c.created_at >= since) & tickets.c.address.in_(list(addresses))),
            )
            .order_by(tickets.c.id)
        )
    )
    tx.execute(update(tickets).where(tickets.c.id.in_(mine)).values(contact_id=gone))
    for ticket_id, welcome, address in moved["guest"]:
        values = {"ticket_id": ticket_id, "contact_id": gone, "welcome": welcome, "address": address}
        if tx.execute(select(tickets.c.id).where(tickets.c.id == ticket_id)).first() is not None:
            tx.execute(insert(participants), values)
        own_too = (participants.c.ticket_id == ticket_id) & (participants.c.contact_id == keep)
        tx.execute(delete(participants).where(own_too, participants.c.address == address))
    return mine

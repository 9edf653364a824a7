"""Tickets change their customer when two customers turn out to be one, and change back when they are parted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, true, update

from helpdesk.database.dialect import insert_ignore
from helpdesk.database.metadata import Row
from helpdesk.tickets import queries
from helpdesk.tickets.actions import PARTICIPANT
from helpdesk.tickets.models import entries, participants, tickets


def reassign_tickets(tx: Connection, *, contact_id: int, to: int) -> dict[str, Any]:
    """Every ticket and every place as a guest goes to another contact. Returns what moved, for `give_back`."""
    mine = list(tx.scalars(select(tickets.c.id).where(tickets.c.contact_id == contact_id).order_by(tickets.c.id)))
    tx.execute(update(tickets).where(tickets.c.contact_id == contact_id).values(contact_id=to))
    guest = tx.execute(select(participants).where(participants.c.contact_id == contact_id)).all()
    for item in guest:
        _guest(tx, item.ticket_id, to, welcome=bool(item.welcome), address=item.address)
    tx.execute(delete(participants).where(participants.c.contact_id == contact_id))
    return {"tickets": mine, "guest": [[item.ticket_id, bool(item.welcome), item.address] for item in guest]}


def _guest(tx: Connection, ticket_id: int, contact_id: int, *, welcome: bool, address: str | None) -> None:
    values = {"ticket_id": ticket_id, "contact_id": contact_id, "welcome": welcome, "address": address}
    if not insert_ignore(tx, PARTICIPANT, values) and welcome:
        here = (participants.c.ticket_id == ticket_id) & (participants.c.contact_id == contact_id)
        tx.execute(update(participants).where(here).values(welcome=True))


def restore_tickets(
    tx: Connection, *, moved: Mapping[str, Any], keep: int, gone: int, addresses: Sequence[str], since: datetime
) -> list[int]:
    """Undo `hand_over`; what was opened since from one of `addresses` goes along. Returns the tickets that went."""
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


def open_tickets(tx: Connection, *, contact_ids: Sequence[int]) -> Sequence[Row]:
    """The open tickets of some contacts, oldest first."""
    return tx.execute(
        select(tickets)
        .where(tickets.c.contact_id.in_(list(contact_ids)), tickets.c.active == true())
        .order_by(tickets.c.id)
    ).all()


def has_asked(tx: Connection, *, contact_id: int) -> bool:
    """Whether a contact has ever asked anything, or took part in somebody's matter."""
    own = select(tickets.c.id).where(tickets.c.contact_id == contact_id, tickets.c.cycle > 0).limit(1)
    guest = select(participants.c.ticket_id).where(participants.c.contact_id == contact_id).limit(1)
    return tx.execute(own).first() is not None or tx.execute(guest).first() is not None


def surviving_ticket(tx: Connection, *, ticket_id: int) -> Row:
    """A ticket, or the one it was merged into in the end; locked."""
    ticket = queries.locked(tx, ticket_id=ticket_id)
    while ticket.merged_into_id is not None:
        ticket = queries.locked(tx, ticket_id=ticket.merged_into_id)
    return ticket


def sent_about(tx: Connection, *, ticket_id: int, about: str, since: datetime) -> int:
    """How many messages robots sent about something on a ticket since then."""
    sent = tx.execute(
        select(entries.c.data).where(
            entries.c.ticket_id == ticket_id, entries.c.author == "automation", entries.c.at > since
        )
    ).scalars()
    return sum(1 for item in sent if (item or {}).get("about") == about)


def was_written_to(tx: Connection, *, ticket_id: int, address: str) -> bool:
    """Whether a person of ours wrote to an address on this ticket: whoever answers from there is no stranger."""
    statement = select(entries.c.id).where(
        entries.c.ticket_id == ticket_id, entries.c.address == address, entries.c.author == "agent",
        entries.c.outgoing == true(),
    )  # fmt: skip
    return tx.execute(statement.limit(1)).first() is not None

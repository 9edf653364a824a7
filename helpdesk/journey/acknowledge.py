"""Automatic messages leave through one gate, say that they are automatic, and when a person will be there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from channels.contract import Inbound
from helpdesk.contacts import queries as contacts
from helpdesk.journey.book import Book
from helpdesk.outbox import queries as outbox
from helpdesk.outbox.rules import Occasion, why_not
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries


def follow(tx: Connection, book: Book, *, ticket_id: int, question: Inbound, now: datetime, opened: bool) -> int | None:
    """Say that a message arrived, when the desk is set to do so and a robot may write here."""
    if not (book.acknowledgement and opened):
        return None
    ticket = queries.ticket(tx, ticket_id=ticket_id)
    if ticket.person_wanted_at is not None:  # no robot any more, they said
        return None
    if gate(tx, book, ticket_id=ticket_id, address=ticket.address, question_automatic=question.automatic, now=now):
        return None
    from helpdesk.journey import letters, reply

    calendar = book.promises.calendar(book.hours(ticket.channel))[1]
    language = ticket.language or book.language
    text = book.word(
        "acknowledgement.txt",
        language,
        name=ticket.contact_name,
        number=ticket_id,
        desk=book.name,
        person_by=calendar.due_at(now, 30),
        now=now,
    )
    entry_id = tickets.add_entry(
        tx,
        ticket_id=ticket_id,
        at=now,
        kind="message",
        author="automation",
        public=True,
        outgoing=True,
        channel=ticket.channel,
        account=ticket.account,
        address=ticket.address,
        text=text,
        automatic=True,
        delivery="queued",
    )
    payload = letters.payload(
        tx, book, ticket=ticket, entry_id=entry_id, text=text, sender_name=book.name, automatic=True
    )
    reply.dispatch(tx, book, ticket=ticket, entry_id=entry_id, payload=payload, now=now, due_at=now)
    return entry_id


def gate(
    tx: Connection, book: Book, *, ticket_id: int, address: str, question_automatic: bool, now: datetime,
    in_ticket: int | None = None,
) -> str | None:  # fmt: skip
    """The one gate. None: a robot may write to this address now; else why not, as a code.

    `in_ticket`: how much was sent on the ticket, where only messages of one kind count.
    """
    known = contacts.by_address(tx, address=address)
    to_address, all_in_ticket = outbox.automatic_since(
        tx, address=address, ticket_id=ticket_id, since=now - book.limits.window
    )
    occasion = Occasion(
        address=address,
        own_addresses=book.own_addresses,
        question_automatic=question_automatic,
        unreachable=known is not None and known.unreachable_at is not None,
        sent_to_address=to_address,
        sent_in_ticket=all_in_ticket if in_ticket is None else in_ticket,
    )
    return why_not(occasion, book.limits)

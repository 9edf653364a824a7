"""A person answered in a chat and the customer had gone: what stays unread is sent by mail as well, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection

from helpdesk.agents import queries as agents
from helpdesk.contacts import queries as contacts
from helpdesk.database.dialect import savepoint
from helpdesk.errors import Unavailable
from helpdesk.journey.context import DeskContext
from helpdesk.journey.outgoing import destinations, dispatch
from helpdesk.journey.outgoing.destinations import Destination
from helpdesk.journey.outgoing.outbound import OutgoingMessage
from helpdesk.outbox import unread_checks
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries
from helpdesk.tickets.events.message_events import UnreadMailed
from helpdesk.tickets.events.stored_events import event_of
from helpdesk.tickets.rows import EntryRow, NewEntry, TicketRow

log = structlog.get_logger("unread")
LATER = timedelta(hours=1)  # until a ticket that could not be looked at is looked at again
MOST = 200  # lines of the timeline that are looked at


def schedule_unread_check(tx: Connection, context: DeskContext, *, entry_id: int, now: datetime) -> None:
    """An answer has left: look after a while whether it was read, where the channel tells."""
    entry = queries.entry(tx, entry_id=entry_id)
    channel = context.channels.get(entry.channel or "")
    if context.unread and entry.author == "agent" and entry.kind == "message" and channel and channel.can.reads:
        unread_checks.schedule_check(tx, ticket_id=entry.ticket_id, due_at=now + context.unread)


def longest_wait(context: DeskContext) -> timedelta:
    """The longest time until a look that is ever set."""
    return max(context.unread, LATER)


def mail_unread_replies(tx: Connection, context: DeskContext, *, now: datetime) -> int:
    """Look at what is due. Returns how many mails were queued. A ticket that can't be looked at stops no other."""
    return sum(
        _safely(tx, context, ticket_id, now)
        for ticket_id in unread_checks.claim_due(tx, now=now, longest=longest_wait(context))
    )


def _safely(tx: Connection, context: DeskContext, ticket_id: int, now: datetime) -> bool:
    try:
        with savepoint(tx):
            return _mail_unread(tx, context, ticket_id, now)
    except Unavailable:  # the ticket is not at fault: nothing is kept, and all are looked at again
        raise
    except Exception:
        log.exception("an unread answer could not be sent by mail", ticket=ticket_id)
        unread_checks.schedule_check(tx, ticket_id=ticket_id, due_at=now + LATER)
        return False


def _mail_unread(tx: Connection, context: DeskContext, ticket_id: int, now: datetime) -> bool:
    ticket = queries.surviving_ticket(tx, ticket_id=ticket_id)
    own = {address.address for address in contacts.addresses_of(tx, contact_id=ticket.contact_id)}
    lines = [
        entry
        for entry in _unread_replies(context, queries.timeline(tx, ticket_id=ticket.id, most=MOST))
        if entry.address in own
    ]
    if not lines or ticket.spam_at is not None:
        return False
    way = _mail_destination(tx, context, ticket)
    if way is None or contacts.contact(tx, contact_id=ticket.contact_id).blocked_at is not None:
        return False
    event = UnreadMailed(of=[line.id for line in lines], to=way.address.partition(":")[2])
    entry = NewEntry(
        ticket_id=ticket.id, at=now, kind="change", author="system", outgoing=True, channel=way.channel,
        account=way.account, address=way.address, delivery="queued", data=event.to_json(),
    )  # fmt: skip
    message = _mail(tx, context, ticket, lines, way)
    dispatch.send_entry(
        tx, context, ticket=ticket, entry=entry, message=message, now=now, due_at=now, way=way
    )  # fmt: skip
    tickets.change(tx, ticket_id=ticket.id, changed_at=now)
    return True


def _unread_replies(context: DeskContext, timeline: Sequence[EntryRow]) -> list[EntryRow]:
    """Answers of people that left, stand, were not read, and were not sent by mail before.

    Who writes has seen what stood there.
    """
    unread: dict[int, EntryRow] = {}
    for entry in timeline:
        data = entry.data or {}
        channel = context.channels.get(entry.channel or "")
        if entry.kind == "message" and entry.author == "customer" and not entry.automatic:
            unread.clear()
        elif isinstance(event := event_of(data), UnreadMailed):
            for known in event.of:
                unread.pop(known, None)
        elif data.get("withdrawn_at") or (data.get("pending") or {}).get("what") == "withdraw":
            continue  # taken back, or about to be
        elif (
            entry.kind == "message"
            and entry.author == "agent"
            and entry.delivery == "sent"
            and channel
            and channel.can.reads
        ):
            unread[entry.id] = entry
    return list(unread.values())


def _mail_destination(tx: Connection, context: DeskContext, ticket: TicketRow) -> Destination | None:
    """The customer's mail address: one that is proven, else one they gave. None: there is none that can be reached."""
    mails = [
        destination
        for destination in destinations.destinations_of(tx, context, ticket=ticket)
        if not destination.closed and _is_mail(context, destination)
    ]
    return next((destination for destination in mails if destination.verified), mails[0] if mails else None)


def _is_mail(context: DeskContext, way: Destination) -> bool:
    return context.channels[way.channel].can.subject and not context.channels[way.channel].can.reads


def _mail(
    tx: Connection, context: DeskContext, ticket: TicketRow, lines: Sequence[EntryRow], way: Destination
) -> OutgoingMessage:
    """The answers alone: nothing the customer wrote, and a name only where the address is proven to be theirs."""
    names = agents.names(tx)
    replies = [
        {"who": names.get(line.person_id or 0, context.name), "at": line.at, "text": line.text} for line in lines
    ]
    files = [
        {
            "name": attachment.name,
            "content_type": attachment.content_type,
            "hash": attachment.hash,
            "size": attachment.size,
        }
        for attachment in queries.attachments_of(tx, entry_ids=[line.id for line in lines])
        if attachment.hash
    ]
    name = ticket.contact_name if way.verified else ""
    language = ticket.language or context.language
    words: dict[str, Any] = {"name": name, "lines": replies, "desk": context.name, "number": ticket.id}
    return OutgoingMessage(
        text=context.render_text("unread.txt", language, **words), sender_name=str(replies[-1]["who"]), automatic=False,
        to=(way.address, name), files=files, subject=context.render_text("unread_subject.txt", language, **words),
    )  # fmt: skip

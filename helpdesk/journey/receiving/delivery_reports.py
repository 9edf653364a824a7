"""Delivery reports: a message was sent, failed for good (the clock's stop is revoked), or nobody knows.

Anybody who got a copy knows its id and can write a report about it. Only one that came to the return path of a
recipient, which nobody but the mail servers on the way was told, fails a message or marks that recipient's address;
any other makes the message uncertain at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from channels.contract import Delivery, Inbound
from helpdesk.contacts import actions as contacts
from helpdesk.database.engine import hint
from helpdesk.errors import Conflict
from helpdesk.journey.answering import delivery
from helpdesk.journey.context import DeskContext
from helpdesk.journey.receiving.arrival import Arrival
from helpdesk.journey.receiving.entry import write_entry
from helpdesk.outbox import actions as outbox
from helpdesk.outbox import queries as outbox_queries
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries
from helpdesk.tickets.rows import EntryRow, NewFile
from helpdesk.tickets.threading import answer_queries, entry_tokens

MOST_NUMBERS = 5  # of a returned subject


def receive_delivery_report(
    tx: Connection, context: DeskContext, arrival: Arrival, inbound: Inbound, files: Sequence[NewFile]
) -> int | None:
    """A bounce or a delivery notice arrived: tie it to the very message. None: it names none of ours.

    Raises Conflict, to be asked again, while what it may be about is still being sent.
    """
    entry_id = _find_entry(tx, context, arrival.channel, inbound)
    by_number = entry_id is None
    if by_number:
        entry_id = _find_by_number(tx, arrival.channel, inbound)
    _refuse_while_sending(tx, arrival.channel, inbound, entry_id)
    if entry_id is None or inbound.delivery is None:
        return None
    entry = queries.entry(tx, entry_id=entry_id)
    if inbound.delivery.state == "read":
        _mark_read(tx, entry, arrival.received_at)
        return entry_id
    if inbound.delivery.state == "sent":  # a receipt is no line of its own
        if entry.delivery in ("queued", "uncertain"):
            delivery.record_sent(tx, context, entry_id=entry_id, remote_ids=(), now=arrival.received_at)
        return entry_id
    ticket = queries.locked(tx, ticket_id=entry.ticket_id)
    report_id = write_entry(
        tx, arrival, inbound, ticket_id=ticket.id, contact_id=ticket.contact_id, files=files, stranger=False,
        unproven="number" if by_number else "",
    )  # fmt: skip
    tickets.change(tx, ticket_id=ticket.id, changed_at=arrival.received_at)
    news = inbound.delivery
    if news.state == "failed":
        _record_failure(tx, context, entry, news, now=arrival.received_at)
    after = queries.entry(tx, entry_id=entry_id).delivery
    if news.state in ("failed", "delayed") and after != "failed":
        tickets.set_delivery(tx, entry_id=entry_id, state=after or "sent", reason=news.reason)
    return report_id


def _record_failure(tx: Connection, context: DeskContext, entry: EntryRow, news: Delivery, *, now: datetime) -> None:
    """What a report of failure does, as far as it is proven: to the message, to its addressee, to those in copy."""
    copies = _recipients(entry)[1:]
    proven = _proven_recipients(context, entry, news)
    # Named may also be somebody we did not write to: the address our customer forwards to, or one made up.
    if entry.address and (not news.recipients or not copies or entry.address in news.recipients):
        if entry.address in proven:
            delivery.record_failed(
                tx, context, entry_id=entry.id, reason=news.reason, now=now, unreachable=news.permanent
            )
            outbox.record_bounce(tx, entry_id=entry.id, error=news.reason)
        elif entry.delivery == "sent":
            delivery.record_uncertain(tx, entry_id=entry.id, reason=news.reason, now=now, unproven=True)
            outbox.record_bounce(tx, entry_id=entry.id, error=news.reason)
    for address in proven.intersection(copies) if news.permanent else ():
        contacts.mark_unreachable(tx, address=address, reason=news.reason, now=now)


def _recipients(entry: EntryRow) -> list[str]:
    """The addressee of an entry's message and whoever got a copy."""
    copies = (item[0] for item in (entry.data or {}).get("cc", ()))
    return [address for address in (entry.address, *copies) if address]


def _proven_recipients(context: DeskContext, entry: EntryRow, news: Delivery) -> set[str]:
    """The recipients a report is proven to be about; where the remote itself reports, those it names or everybody."""
    people = _recipients(entry)
    if news.returned_to is None:
        return {address for address in people if address in news.recipients} or set(people)
    given = {token.lower() for token in news.returned_to}
    return {address for address in people if context.sign_return(entry.id, address) in given}


def _refuse_while_sending(tx: Connection, channel: str, inbound: Inbound, entry_id: int | None) -> None:
    """A remote can be quicker with bad news than we are with writing down that it took the message, and its name."""
    if inbound.delivery is None or inbound.delivery.state != "failed":
        return
    if entry_id is None:
        early = inbound.target is not None and outbox_queries.is_sending(tx, channel=channel)
    else:
        row = outbox_queries.of_entry(tx, entry_id=entry_id)
        early = row is not None and row.state == "sending"
    if early:
        raise Conflict("The message this may be about is still being sent.")


def _mark_read(tx: Connection, entry: EntryRow, now: datetime) -> None:
    """The customer has seen this message and those before it; no clock asks for that."""
    for item in queries.unread_up_to(tx, entry=entry):
        tickets.set_delivery(tx, entry_id=item.id, state="read")
        tickets.rewrite_entry(
            tx, entry_id=item.id, text=item.text, data={**(item.data or {}), "read_at": now.isoformat()}
        )
        hint(tx, "ticket", item.ticket_id)


def _find_entry(tx: Connection, context: DeskContext, channel: str, inbound: Inbound) -> int | None:
    for token in (inbound.delivery.returned_to or ()) if inbound.delivery is not None else ():
        named = entry_tokens.named_entry(token)
        if named is not None and queries.is_outgoing(tx, entry_id=named):
            entry = queries.entry(tx, entry_id=named)
            if token.lower() in (context.sign_return(entry.id, address) for address in _recipients(entry)):
                return entry.id
    tokens = (*inbound.thread.reply_tokens, *inbound.thread.message_tokens)
    for token in tokens:
        entry_id = context.verify(token)
        if entry_id is not None and queries.is_outgoing(tx, entry_id=entry_id):
            return entry_id
    for remote_id in ((inbound.target,) if inbound.target else ()) + tuple(inbound.thread.remote_ids):
        match = queries.entry_by_remote_id(tx, channel=channel, remote_id=remote_id)
        if match is not None and queries.is_outgoing(tx, entry_id=match):
            return match
    return None


def _find_by_number(tx: Connection, channel: str, inbound: Inbound) -> int | None:
    """Where a relay gave our mail another id, the number in its subject and the recipient are left; both can be guessed."""
    named_people = inbound.delivery.recipients if inbound.delivery is not None else ()
    for number in inbound.thread.numbers[:MOST_NUMBERS] if named_people else ():
        newest = answer_queries.newest_sent_to(tx, ticket_id=number, channel=channel, recipients=named_people)
        if newest is not None:
            return newest
    return None

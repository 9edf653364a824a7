"""What became of our messages: sent, failed for good (the clock's stop is revoked), or nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from channels.contract import Inbound
from helpdesk.contacts import actions as contacts
from helpdesk.database.engine import hint
from helpdesk.database.metadata import Row
from helpdesk.errors import Conflict
from helpdesk.journey.context import DeskContext
from helpdesk.journey.receiving import new_ticket
from helpdesk.outbox import actions as outbox
from helpdesk.outbox import queries as outbox_queries
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries

if TYPE_CHECKING:
    from helpdesk.journey.receiving.receive import Arrival


def sent(tx: Connection, book: DeskContext, *, entry_id: int, remote_ids: Sequence[str], now: datetime) -> None:
    """The remote took it, and knows it (or its pieces) by these. After an earlier failure it counts from now on."""
    entry = queries.entry(tx, entry_id=entry_id)
    seen = entry.delivery == "read"  # the customer was quicker than the remote's answer to us
    tickets.set_delivery(tx, entry_id=entry_id, state="read" if seen else "sent", sent_at=now)
    _known_as(tx, entry, [one for one in remote_ids if one])
    if queries.has_failed(tx, ticket_id=entry.ticket_id, entry_id=entry_id):
        _say(tx, entry_id=entry_id, ticket_id=entry.ticket_id, state="sent", reason="", now=now)
        new_ticket.recount(tx, book, ticket_id=entry.ticket_id, now=now)
    hint(tx, "ticket", entry.ticket_id)


def _known_as(tx: Connection, entry: Row, remote_ids: Sequence[str]) -> None:
    """Every piece leads to the entry; several are kept in order, so that all of them can be changed."""
    if remote_ids and entry.remote_id is None:
        tickets.set_remote_id(tx, entry_id=entry.id, remote_id=remote_ids[0])
    for remote_id in remote_ids:
        tickets.known_as(tx, channel=entry.channel, remote_id=remote_id, entry_id=entry.id)
    if len(remote_ids) > 1:
        tickets.rewrite(tx, entry_id=entry.id, text=entry.text, data={**(entry.data or {}), "pieces": list(remote_ids)})


def failed(tx: Connection, book: DeskContext, *, entry_id: int, reason: str, now: datetime, unreachable: bool) -> None:
    """It will never arrive: an answer that never arrived is no answer."""
    entry = queries.entry(tx, entry_id=entry_id)
    tickets.set_delivery(tx, entry_id=entry_id, state="failed", reason=reason)
    _say(tx, entry_id=entry_id, ticket_id=entry.ticket_id, state="failed", reason=reason, now=now)
    if unreachable and entry.address:
        contacts.unreachable(tx, address=entry.address, reason=reason, now=now)
    new_ticket.recount(tx, book, ticket_id=entry.ticket_id, now=now)


def uncertain(tx: Connection, *, entry_id: int, reason: str, now: datetime) -> None:
    """It may have arrived; a person decides whether to send it again."""
    entry = queries.entry(tx, entry_id=entry_id)
    tickets.set_delivery(tx, entry_id=entry_id, state="uncertain", reason=reason)
    _say(tx, entry_id=entry_id, ticket_id=entry.ticket_id, state="uncertain", reason=reason, now=now)


def delayed(tx: Connection, *, entry_id: int, reason: str) -> None:
    """It is being tried again."""
    tickets.set_delivery(tx, entry_id=entry_id, state="queued", reason=reason)
    hint(tx, "ticket", queries.entry(tx, entry_id=entry_id).ticket_id)


def news(tx: Connection, book: DeskContext, arrival: Arrival, inbound: Inbound) -> int | None:
    """A bounce or a delivery notice arrived: tie it to the very message. None: it names none of ours.

    Raises Conflict, to be asked again, while what it may be about is still being sent.
    """
    entry_id = _which(tx, book, arrival.channel, inbound)
    _after_sending(tx, arrival.channel, inbound, entry_id)
    if entry_id is None or inbound.delivery is None:
        return None
    entry = queries.entry(tx, entry_id=entry_id)
    if inbound.delivery.state == "read":
        _read(tx, entry, arrival.received_at)
        return entry_id
    if inbound.delivery.state == "sent":  # a receipt is no line of its own
        if entry.delivery in ("queued", "uncertain"):
            sent(tx, book, entry_id=entry_id, remote_ids=(), now=arrival.received_at)
        return entry_id
    ticket = queries.locked(tx, ticket_id=entry.ticket_id)
    line = new_ticket.write_entry(
        tx, arrival, inbound, ticket_id=ticket.id, contact_id=ticket.contact_id, files=(), stranger=False
    )
    tickets.change(tx, ticket_id=ticket.id, changed_at=arrival.received_at)
    news = inbound.delivery
    copies = {one[0] for one in (entry.data or {}).get("cc", ())}
    # Named may also be somebody we did not write to: the address our customer forwards to, or one made up.
    about_customer = not news.recipients or not copies or entry.address in news.recipients
    if news.state == "failed" and entry.address and about_customer:
        failed(tx, book, entry_id=entry_id, reason=news.reason, now=arrival.received_at, unreachable=news.permanent)
        outbox.bounced(tx, entry_id=entry_id, error=news.reason)
    if news.state == "failed" and news.permanent:
        for address in copies.intersection(news.recipients):
            contacts.unreachable(tx, address=address, reason=news.reason, now=arrival.received_at)
    if news.state in ("failed", "delayed") and queries.entry(tx, entry_id=entry_id).delivery != "failed":
        tickets.set_delivery(tx, entry_id=entry_id, state=entry.delivery or "sent", reason=news.reason)
    return line


def _after_sending(tx: Connection, channel: str, inbound: Inbound, entry_id: int | None) -> None:
    """A remote can be quicker with bad news than we are with writing down that it took the message, and its name."""
    if inbound.delivery is None or inbound.delivery.state != "failed":
        return
    if entry_id is None:
        early = inbound.target is not None and outbox_queries.under_way(tx, channel=channel)
    else:
        row = outbox_queries.of_entry(tx, entry_id=entry_id)
        early = row is not None and row.state == "sending"
    if early:
        raise Conflict("The message this may be about is still being sent.")


def _read(tx: Connection, entry: Row, now: datetime) -> None:
    """The customer has seen this message and those before it; no clock asks for that."""
    for one in queries.unread_up_to(tx, entry=entry):
        tickets.set_delivery(tx, entry_id=one.id, state="read")
        tickets.rewrite(tx, entry_id=one.id, text=one.text, data={**(one.data or {}), "read_at": now.isoformat()})
        hint(tx, "ticket", one.ticket_id)


def _which(tx: Connection, book: DeskContext, channel: str, inbound: Inbound) -> int | None:
    tokens = (*inbound.thread.reply_tokens, *inbound.thread.message_tokens)
    for token in tokens:
        entry_id = book.verify(token)
        if entry_id is not None and queries.is_outgoing(tx, entry_id=entry_id):
            return entry_id
    for remote_id in ((inbound.target,) if inbound.target else ()) + tuple(inbound.thread.remote_ids):
        found = queries.entry_by_remote_id(tx, channel=channel, remote_id=remote_id)
        if found is not None and queries.is_outgoing(tx, entry_id=found):
            return found
    return None


def _say(tx: Connection, *, entry_id: int, ticket_id: int, state: str, reason: str, now: datetime) -> None:
    tickets.add_entry(
        tx,
        ticket_id=ticket_id,
        at=now,
        kind="delivery",
        author="system",
        data={"of": entry_id, "state": state, "reason": reason},
    )

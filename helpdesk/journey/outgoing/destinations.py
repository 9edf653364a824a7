"""Where a customer can be written to: the ticket's own way first, then every other address a channel can reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Connection

from channels.contract import Channel
from helpdesk.contacts import queries as contacts
from helpdesk.database.metadata import Row
from helpdesk.errors import Invalid
from helpdesk.journey.context import DeskContext
from helpdesk.tickets.rows import TicketRow
from helpdesk.tickets.threading import answer_queries, ticket_candidates

MOST = 8
Closed = Literal["", "dead", "mute", "off"]


@dataclass(frozen=True, slots=True)
class Destination:
    """One way to a customer. `usual`: where the ticket's replies go.

    `closed`: "dead" (`reason` is the remote's), "mute" (no messages reach it), "off" (the channel is), "" when open.
    """

    channel: str
    account: str
    address: str
    conversation: str | None = None
    reply_via: str | None = None
    usual: bool = False
    verified: bool = True
    closed: Closed = ""
    reason: str = ""


def default_destination(ticket: TicketRow, closed: Closed = "", reason: str = "") -> Destination:
    """The way a ticket's replies go unless somebody chooses another one."""
    own = (ticket.channel, ticket.account, ticket.address, ticket.conversation, ticket.reply_via)
    return Destination(*own, usual=True, closed=closed, reason=reason)


def destinations_of(tx: Connection, context: DeskContext, *, ticket: TicketRow) -> list[Destination]:
    """Every way to the ticket's customer that is open, and its usual one, first, open or not."""
    here = contacts.addresses_of(tx, contact_id=ticket.contact_id)
    destinations = [
        _default(context, ticket, next((address for address in here if address.address == ticket.address), None))
    ]
    for address in here:
        channel = context.channels.get(address.channel)
        if channel is None or address.address == ticket.address or address.unreachable_at is not None:
            continue
        way = _destination_of(tx, channel, address, ticket)
        if way is not None:
            destinations.append(replace(way, verified=bool(address.verified)))
    known = {way.address for way in destinations}
    named = (way for way in _wished_destinations(tx, context, ticket) if way.address not in known)
    return [*destinations, *named][:MOST]


def _wished_destinations(tx: Connection, context: DeskContext, ticket: TicketRow) -> Iterator[Destination]:
    """Where the customer's last message wants its answer: chosen by a person or not at all, nobody vouches for it."""
    channel = context.channels.get(ticket.channel)
    wishes = answer_queries.wished_addresses(tx, entry_id=ticket.customer_entry_id, channel=ticket.channel)
    for wish in wishes if channel is not None else ():
        address = f"{ticket.channel}:{wish.lower()}"
        known = contacts.by_address(tx, address=address)
        dead = known is not None and known.unreachable_at is not None
        if channel is not None and channel.reaches(address) and not dead and address not in context.own_addresses:
            yield Destination(
                ticket.channel, ticket.account, address, ticket.conversation, ticket.reply_via, verified=False
            )


def chosen_destination(tx: Connection, context: DeskContext, *, ticket: TicketRow, wanted: str | None) -> Destination:
    """The way to an address of the ticket's customer; None: the usual one. Raises Invalid when it is not open."""
    if wanted is None or wanted == ticket.address:
        return default_destination(ticket)
    for way in destinations_of(tx, context, ticket=ticket):
        if way.address == wanted:
            return way
    raise Invalid("This customer can't be written to at that address any more. Choose another way.", "via")


def _default(context: DeskContext, ticket: TicketRow, known: Row | None) -> Destination:
    channel = context.channels.get(ticket.channel)
    if channel is None:
        return default_destination(ticket, "off")
    if known is not None and known.unreachable_at is not None:
        return default_destination(ticket, "dead", known.unreachable_reason or "")
    return default_destination(ticket, "" if channel.reaches(ticket.address) else "mute")


def _destination_of(tx: Connection, channel: Channel, address: Row, ticket: TicketRow) -> Destination | None:
    """The way to another address: the account that knows it, its chat. None: there is no chat, and none can be begun."""
    if not channel.reaches(address.address):
        return None
    last = ticket_candidates.last_heard(
        tx, contact_id=ticket.contact_id, channel=channel.name, address=address.address, is_shared=channel.is_shared
    )
    if last is not None and last.account in channel.accounts():
        return Destination(channel.name, last.account, address.address, last.conversation, last.reply_via)
    account = _first_contact_account(channel)
    return Destination(channel.name, account, address.address) if account is not None else None


def _first_contact_account(channel: Channel) -> str | None:
    accounts: Sequence[str] = channel.accounts()
    return accounts[-1] if channel.can.starts and accounts else None

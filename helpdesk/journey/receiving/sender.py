"""Who somebody is beyond the address they wrote from: what a channel vouches for, what they say, a link they followed.

What is only said gives nobody anything: the address is kept as a claim, and when somebody else has it a person is
offered to join the two. Two customers become one by themselves only when both sides are proven: the address was
vouched for now, and the other one has it by writing from it. Even then not when the other is known on the same
account already under another name there: a telephone number changes hands.

A link proves that whoever opened it sat at the other address too. It could have been sent to somebody else, who
would then give away their own history by opening it. So a customer who has one is not joined alone: only the talk
of the link goes on with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from channels.contract import Address, Inbound
from helpdesk.contacts import actions, one_time_links, queries
from helpdesk.contacts.actions import KnownContact
from helpdesk.database.metadata import Row
from helpdesk.journey.context import DeskContext
from helpdesk.journey.customers import join
from helpdesk.journey.receiving.arrival import Arrival
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries as ticket_queries
from helpdesk.tickets.events.customer_events import AddressLearned, JoinOffered, LinkFollowed
from helpdesk.tickets.events.event import Event
from helpdesk.tickets.lists import contact_tickets
from helpdesk.tickets.rows import TicketRow
from helpdesk.tickets.threading import conversations

MOST_ADDRESSES = 8  # of one message


@dataclass(slots=True)
class Sender:
    """Who it is, and what the timeline is to say of how we know."""

    known: KnownContact
    events: list[Event] = field(default_factory=list)


def identify_sender(tx: Connection, context: DeskContext, arrival: Arrival, inbound: Inbound) -> Sender:
    """The customer behind an arrival, with all it tells about them."""
    author = inbound.author or Address(f"{arrival.channel}:")
    known = actions.find_or_create(
        tx,
        address=author.address,
        name=author.name,
        verified=author.verified,
        language=inbound.language,
        now=arrival.received_at,
    )
    result = Sender(known)
    if inbound.author is not None:
        if inbound.link:
            _follow_link(tx, arrival, inbound, result, inbound.link)
        for item in dict.fromkeys(inbound.also[:MOST_ADDRESSES]):
            if (
                item.address != author.address
                and item.address.partition(":")[2]
                and not context.is_own_address(item.address)
            ):
                result.events += _learn_address(tx, arrival, result, author, item)
    return result


def record_identity(tx: Connection, arrival: Arrival, identity: Sender, *, entry_id: int) -> None:
    """Say on the timeline what was learned with an entry."""
    if not identity.events:
        return
    ticket_id = ticket_queries.entry(tx, entry_id=entry_id).ticket_id
    for event in identity.events:
        tickets.record_event(tx, event, ticket_id=ticket_id, now=arrival.received_at, author="system")


def _learn_address(
    tx: Connection, arrival: Arrival, identity: Sender, author: Address, extra: Address
) -> Iterator[Event]:
    """One further address of the author."""
    now, who = arrival.received_at, identity.known.contact_id
    row = queries.by_address(tx, address=extra.address)
    learned = AddressLearned(address=extra.address, by=arrival.channel, verified=extra.verified)
    if row is None:
        if extra.verified:
            actions.add_verified(tx, contact_id=who, address=extra.address, now=now)
            yield learned
        elif actions.add_claim(tx, contact_id=who, address=extra.address, now=now):
            yield learned
        return
    owner = queries.contact(tx, contact_id=row.contact_id)
    if owner.id == who:
        if extra.verified and (not row.verified or row.claimed_at is not None):
            actions.assign_address(tx, address_id=row.id, contact_id=who, verified=True)
            yield learned
    elif not extra.verified:
        yield from _offer(tx, identity, owner.id, extra.address, "claimed", arrival)
    elif row.claimed_at is not None:
        actions.assign_address(tx, address_id=row.id, contact_id=who, verified=True)
        yield learned
        yield from _offer(tx, identity, owner.id, extra.address, "proven", arrival)
    elif _may_join(tx, identity.known, owner, author.address):
        actions.assign_address(tx, address_id=row.id, contact_id=owner.id, verified=True)
        _join(tx, identity, owner.id, "proven", arrival)
        yield learned
    else:
        yield from _offer(tx, identity, owner.id, extra.address, "proven", arrival)


def _may_join(tx: Connection, known: KnownContact, owner: Row, address: str) -> bool:
    """Whether proof on both sides is enough here."""
    if known.blocked or owner.blocked_at is not None:
        return False
    account = address.rpartition(":")[0]
    theirs = queries.addresses_of(tx, contact_id=owner.id)
    return not any(item.claimed_at is None and item.address.rpartition(":")[0] == account for item in theirs)


def _join(tx: Connection, identity: Sender, other: int, why: str, arrival: Arrival) -> None:
    kept = join.join_customers(
        tx, first_id=identity.known.contact_id, second_id=other, person_id=None, now=arrival.received_at, why=why
    )
    who = queries.contact(tx, contact_id=kept)
    identity.known = replace(identity.known, contact_id=kept, name=who.name, new=False, mark=who.mark)


def _offer(tx: Connection, identity: Sender, other: int, address: str, why: str, arrival: Arrival) -> Iterator[Event]:
    fresh = actions.offer_join(
        tx, contact_id=identity.known.contact_id, other_id=other, address=address, why=why, now=arrival.received_at
    )
    if fresh:
        yield JoinOffered(address=address, why=why)


def _follow_link(tx: Connection, arrival: Arrival, inbound: Inbound, identity: Sender, token: str) -> None:
    """Somebody came with a link of ours. One that is spent, late or made up is as if it were not there."""
    assert inbound.author is not None
    address = inbound.author.address
    link = one_time_links.redeem_link(tx, token=token, address=address, now=arrival.received_at)
    if link is None:
        return
    owner = queries.contact(tx, contact_id=link.contact_id)
    if identity.known.blocked or owner.blocked_at is not None:
        return
    if owner.id != identity.known.contact_id:
        if link.person_id is None and _has_history(tx, identity.known):
            identity.events += _offer(tx, identity, owner.id, address, "link", arrival)
        else:
            _join(tx, identity, owner.id, "link", arrival)
    actions.mark_verified(tx, address=address)
    ticket_id = _continue_ticket(tx, arrival, inbound, identity, owner.id, link)
    followed = LinkFollowed(address=address, previous=link.address, by=arrival.channel, number=ticket_id)
    identity.events.insert(0, followed)


def _has_history(tx: Connection, known: KnownContact) -> bool:
    proven = [
        address for address in queries.addresses_of(tx, contact_id=known.contact_id) if address.claimed_at is None
    ]
    return len(proven) > 1 or contact_tickets.has_asked(tx, contact_id=known.contact_id)


def _continue_ticket(
    tx: Connection, arrival: Arrival, inbound: Inbound, identity: Sender, owner_id: int, link: Row
) -> int | None:
    """The open matter of a link goes on in the chat it was opened in; returns its ticket."""
    ticket = _open_ticket_of(tx, link, owner_id, identity.known.contact_id)
    if ticket is None or inbound.thread.conversation is None:
        return None
    conversations.add_conversation(
        tx,
        channel=arrival.channel,
        account=arrival.account,
        conversation=inbound.thread.conversation,
        ticket_id=ticket.id,
    )
    if ticket.contact_id != identity.known.contact_id:
        address = inbound.author.address if inbound.author else None
        tickets.add_participant(
            tx, ticket_id=ticket.id, contact_id=identity.known.contact_id, welcome=True, address=address
        )
    return ticket.id


def _open_ticket_of(tx: Connection, link: Row, *owners_of: int) -> TicketRow | None:
    """The ticket a link was made for, while it is open; else the customer's newest open one."""
    if link.ticket_id is not None:
        ticket = ticket_queries.surviving_ticket(tx, ticket_id=link.ticket_id)
        if ticket.active and ticket.contact_id in owners_of:
            return ticket
    newest = contact_tickets.newest_of_contact(tx, contact_id=queries.contact(tx, contact_id=link.contact_id).id)
    if newest is None or not newest.active:
        return None
    return ticket_queries.locked(tx, ticket_id=newest.id)

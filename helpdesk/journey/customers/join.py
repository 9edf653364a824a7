"""Two customers turn out to be one: their addresses, tickets and surveys come together, and can be parted again.

A person decides it, or both sides have proven it (journey/receiving/sender.py). Their open tickets stay what they are; to merge
those is offered, never done. No clock is touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from helpdesk.agents import actions as agents
from helpdesk.contacts import merge_contacts, queries
from helpdesk.database.metadata import Row
from helpdesk.surveys import actions as surveys
from helpdesk.tickets import actions as tickets
from helpdesk.tickets.events.customer_events import ContactsJoined, ContactsParted
from helpdesk.tickets.events.event import Event
from helpdesk.tickets.lists import contact_tickets
from helpdesk.tickets.merging import reassign_contact
from helpdesk.tickets.vocabulary import Author


def join_customers(
    tx: Connection, *, first_id: int, second_id: int, person_id: int | None, now: datetime, why: str = "person"
) -> int:  # fmt: skip
    """Make two customers one; returns who they are now: the one known longer. Raises NotFound, Conflict."""
    first, second = merge_contacts.lock_both(tx, first_id=first_id, second_id=second_id)
    keep, gone = (first, second) if first.id < second.id else (second, first)
    names = [_display_name(tx, keep), _display_name(tx, gone)]
    moved: dict[str, Any] = merge_contacts.join_contacts(tx, keep=keep, gone=gone)
    moved |= reassign_contact.reassign_tickets(tx, contact_id=gone.id, to=keep.id)
    moved["surveys"] = surveys.reassign_surveys(tx, contact_id=gone.id, to=keep.id)
    join_id = merge_contacts.record_join(
        tx, contact_id=keep.id, gone_id=gone.id, why=why, person_id=person_id, now=now, moved=moved
    )
    _record(tx, [keep.id], ContactsJoined(names=names, why=why, join=join_id), person_id, now)
    agents.record(
        tx,
        action="contacts.joined",
        now=now,
        by=person_id,
        about=f"contact:{keep.id}",
        gone=gone.id,
        why=why,
        join=join_id,
    )
    return int(keep.id)


def part_customers(tx: Connection, *, join_id: int, person_id: int, now: datetime) -> tuple[int, int]:
    """Undo a join: what came with it goes back, and what arrived since from its addresses goes along.

    Returns (who stays, who is back). Raises NotFound, Conflict.
    """
    done = merge_contacts.current_join(tx, join_id=join_id)
    keep_id, gone_id = merge_contacts.part_contacts(tx, done=done, person_id=person_id, now=now), int(done.gone_id)
    theirs = [address.address for address in queries.addresses_of(tx, contact_id=gone_id)]
    back = reassign_contact.restore_tickets(
        tx, moved=done.moved, keep=keep_id, gone=gone_id, addresses=theirs, since=done.at
    )
    surveys.restore_surveys(tx, keep=keep_id, gone=gone_id, survey_ids=done.moved["surveys"], ticket_ids=back)
    names = [_display_name(tx, queries.contact(tx, contact_id=item)) for item in (keep_id, gone_id)]
    _record(tx, [keep_id, gone_id], ContactsParted(names=names, join=join_id), person_id, now)
    agents.record(
        tx, action="contacts.parted", now=now, by=person_id, about=f"contact:{keep_id}", gone=gone_id, join=join_id
    )
    return keep_id, gone_id


def _display_name(tx: Connection, contact: Row) -> str:
    """What to call somebody on a timeline: the name, else the first address without its kind."""
    if contact.name:
        return str(contact.name)
    known: Sequence[Row] = queries.addresses_of(tx, contact_id=contact.id)
    return known[0].address.partition(":")[2] if known else f"#{contact.id}"


def _record(tx: Connection, contacts: Iterable[int], event: Event, person_id: int | None, now: datetime) -> None:
    for ticket in contact_tickets.open_tickets(tx, contact_ids=list(contacts)):
        author: Author = "agent" if person_id else "system"
        tickets.record_event(tx, event, ticket_id=ticket.id, now=now, author=author, person_id=person_id)

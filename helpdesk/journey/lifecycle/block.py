"""A customer is blocked: what they write is kept, aside, and nobody is asked to answer it. They are not told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from helpdesk.contacts import block_contact
from helpdesk.contacts import queries as contacts
from helpdesk.errors import Conflict
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import clocks
from helpdesk.tickets import queries, spam_flag
from helpdesk.tickets.events.customer_events import CustomerBlocked, CustomerUnblocked
from helpdesk.tickets.events.event import Event
from helpdesk.tickets.timeline import Timeline


def block_customer(tx: Connection, context: DeskContext, *, ticket_id: int, person_id: int, now: datetime) -> None:
    """Block the customer of a ticket: their open tickets are spam from now on. Raises Conflict when they are already."""
    ticket = queries.locked(tx, ticket_id=ticket_id)
    if not block_contact.block_contact(tx, contact_id=ticket.contact_id, now=now):
        raise Conflict("This customer is blocked already.")
    aside = spam_flag.mark_spam(tx, contact_ids=contacts.family(tx, contact_id=ticket.contact_id), now=now)
    _record(tx, context, [*aside, ticket_id], CustomerBlocked(), person_id, now)


def unblock_customer(tx: Connection, context: DeskContext, *, ticket_id: int, person_id: int, now: datetime) -> None:
    """Listen to the customer again; what was put aside since comes back, its clocks from where they started."""
    ticket = queries.locked(tx, ticket_id=ticket_id)
    since = block_contact.unblock_contact(tx, contact_id=ticket.contact_id)
    if since is None:
        raise Conflict("This customer is not blocked any more.")
    back = spam_flag.unmark_spam(tx, contact_ids=contacts.family(tx, contact_id=ticket.contact_id), since=since)
    _record(tx, context, [*back, ticket_id], CustomerUnblocked(), person_id, now)


def _record(
    tx: Connection, context: DeskContext, ticket_ids: list[int], event: Event, person_id: int, now: datetime
) -> None:
    for ticket_id in dict.fromkeys(ticket_ids):
        ticket, timeline = queries.locked(tx, ticket_id=ticket_id), Timeline.load(tx, ticket_id=ticket_id)
        timeline.record_event(tx, event, now=now, author="agent", person_id=person_id)
        clocks.update_with_clocks(tx, context, ticket=ticket, timeline=timeline, now=now, changed_at=now)

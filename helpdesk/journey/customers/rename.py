"""The desk gives a customer another name: shown everywhere at once, findable, and written on the timeline."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from helpdesk.contacts import actions as contacts
from helpdesk.contacts import queries as contact_queries
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries
from helpdesk.tickets.events.customer_events import CustomerRenamed
from helpdesk.tickets.lists import ticket_search


def rename_customer(tx: Connection, *, ticket_id: int, name: str, person_id: int, now: datetime) -> None:
    """Rename the customer of a ticket. The same name changes nothing. Raises Invalid for none."""
    ticket = queries.locked(tx, ticket_id=ticket_id)
    before = contact_queries.contact(tx, contact_id=ticket.contact_id).name
    kept = contacts.rename(tx, contact_id=ticket.contact_id, name=name)
    if kept is None:
        return
    event = CustomerRenamed(to=kept, previous=before)
    entry_id = tickets.record_event(tx, event, ticket_id=ticket_id, now=now, author="agent", person_id=person_id)
    ticket_search.index_entry(tx, ticket_id=ticket_id, entry_id=entry_id, texts=(kept,))

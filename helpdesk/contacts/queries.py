"""Reads of customers and their addresses."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from helpdesk.contacts.models import addresses, contacts
from helpdesk.database.metadata import Line
from helpdesk.errors import NotFound

_BY_ADDRESS = (
    select(
        addresses.c.id,
        addresses.c.contact_id,
        addresses.c.unreachable_at,
        contacts.c.name,
        contacts.c.language,
        contacts.c.merged_into_id,
        contacts.c.blocked_at,
        contacts.c.mark,
    )
    .join(contacts, contacts.c.id == addresses.c.contact_id)
    .where(addresses.c.address == bindparam("address"))
)


def by_address(tx: Connection, *, address: str) -> Line | None:
    """The address and its contact, or None."""
    return tx.execute(_BY_ADDRESS, {"address": address}).first()


def contact(tx: Connection, *, contact_id: int) -> Line:
    """One customer, following merges. Raises NotFound."""
    row = tx.execute(select(contacts).where(contacts.c.id == contact_id)).first()
    if row is None:
        raise NotFound(f"There is no customer {contact_id}.")
    if row.merged_into_id is not None:
        return contact(tx, contact_id=row.merged_into_id)
    return row


def addresses_of(tx: Connection, *, contact_id: int) -> Sequence[Line]:
    """Every address of a customer, oldest first."""
    return tx.execute(select(addresses).where(addresses.c.contact_id == contact_id).order_by(addresses.c.id)).all()

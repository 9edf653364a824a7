"""Writes of customers and their addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, update

from helpdesk.contacts import queries
from helpdesk.contacts.models import addresses, contacts
from helpdesk.database.dialects import new_id

_NEW_CONTACT = insert(contacts)
_NEW_ADDRESS = insert(addresses)
_REACHABLE = (
    update(addresses).where(addresses.c.id == bindparam("key")).values(unreachable_at=None, unreachable_reason=None)
)


@dataclass(frozen=True, slots=True)
class Known:
    """Who wrote. `new`: seen for the first time."""

    contact_id: int
    name: str
    new: bool
    blocked: bool = False
    mark: str | None = None


def known_or_new(
    tx: Connection, *, address: str, name: str, verified: bool, language: str | None, now: datetime
) -> Known:
    """The contact behind an address; made when it is new. An address that writes is reachable again."""
    row = queries.by_address(tx, address=address)
    if row is None:
        return _open(tx, address=address, name=name, verified=verified, language=language, now=now)
    contact_id: int = row.contact_id
    if row.merged_into_id is not None:
        contact_id = queries.contact(tx, contact_id=row.merged_into_id).id
    if row.unreachable_at is not None:
        tx.execute(_REACHABLE, {"key": row.id})
    known = row.name
    if name and not known:
        tx.execute(update(contacts).where(contacts.c.id == contact_id).values(name=name))
        known = name
    return Known(contact_id, known, new=False, blocked=row.blocked_at is not None, mark=row.mark)


def _open(tx: Connection, *, address: str, name: str, verified: bool, language: str | None, now: datetime) -> Known:
    values = {"name": name, "language": language, "notes": "", "created_at": now}
    contact_id = new_id(tx, _NEW_CONTACT, values)
    tx.execute(
        _NEW_ADDRESS,
        {
            "contact_id": contact_id,
            "address": address,
            "channel": address.partition(":")[0],
            "verified": verified,
            "created_at": now,
        },
    )
    return Known(contact_id, name, new=True)


def unreachable(tx: Connection, *, address: str, reason: str, now: datetime) -> bool:
    """Mark an address dead until it writes again. False: nobody has it."""
    statement = (
        update(addresses).where(addresses.c.address == address).values(unreachable_at=now, unreachable_reason=reason)
    )
    return tx.execute(statement).rowcount == 1

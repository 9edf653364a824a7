"""Writes of customers and their addresses. Two customers become one in merge_contacts.py.

An address belongs to whoever has written or called from it, or was vouched for with it. One that somebody merely
names is a claim: it says where they might be reached and nothing more. As soon as its owner turns up it is theirs,
and nobody learns anything by having claimed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from helpdesk.contacts import queries
from helpdesk.contacts.models import addresses, contacts, offers
from helpdesk.database.dialect import ignoring, insert_ignore, new_id, put
from helpdesk.database.fast_insert import FastInsert
from helpdesk.errors import Invalid
from helpdesk.text import clean

_NEW_CONTACT = FastInsert(contacts)
_NEW_ADDRESS = FastInsert(addresses)
_OFFER = ignoring(offers)
_CHANGE = update(addresses).where(addresses.c.id == bindparam("key"))
_REACHABLE = _CHANGE.values(unreachable_at=None, unreachable_reason=None)
MOST_CLAIMS = 5  # of one customer; more is no customer's


@dataclass(frozen=True, slots=True)
class KnownContact:
    """Who wrote. `new`: seen for the first time. `claimed_by`: another customer had named this address as theirs."""

    contact_id: int
    name: str
    new: bool
    blocked: bool = False
    mark: str | None = None
    claimed_by: int | None = None


def find_or_create(
    tx: Connection, *, address: str, name: str, verified: bool, language: str | None, now: datetime, wrote: bool = True
) -> KnownContact:
    """The contact behind an address that is used; made when it is new.

    An address that writes is reachable again; one that others write to (`wrote` False) is what it was.
    """
    name = _on_one_line(name)
    row = queries.by_address(tx, address=address)
    if row is None:
        return _open(tx, address=address, name=name, verified=verified, language=language, now=now)
    if row.claimed_at is not None:
        return _taken_from_claim(tx, row, address, name, verified, language, now)
    contact_id: int = row.contact_id
    who: Any = row
    if row.merged_into_id is not None:
        who = queries.contact(tx, contact_id=row.merged_into_id)
        contact_id = who.id
    if row.unreachable_at is not None and wrote:
        tx.execute(_REACHABLE, {"key": row.id})
    known = who.name
    if name and not known:
        tx.execute(update(contacts).where(contacts.c.id == contact_id).values(name=name))
        known = name
    return KnownContact(contact_id, known, new=False, blocked=who.blocked_at is not None, mark=who.mark)


def rename(tx: Connection, *, contact_id: int, name: str) -> str | None:
    """Give a contact another name; returns the kept one, None where it is the same. Raises Invalid."""
    kept = _on_one_line(name).strip()
    if not kept:
        raise Invalid("A name is needed.", "name")
    if queries.contact(tx, contact_id=contact_id).name == kept:
        return None
    tx.execute(update(contacts).where(contacts.c.id == contact_id).values(name=kept))
    return kept


def _on_one_line(name: str) -> str:
    """A name as it is kept: nobody's turns the line around that it stands in, or begins another one."""
    return name if name.isascii() and name.isprintable() else " ".join(clean(name).split())


def _open(
    tx: Connection, *, address: str, name: str, verified: bool, language: str | None, now: datetime
) -> KnownContact:
    contact_id = new_contact(tx, name=name, language=language, now=now)
    _add(tx, contact_id=contact_id, address=address, now=now, verified=verified)
    return KnownContact(contact_id, name, new=True)


def new_contact(tx: Connection, *, name: str, language: str | None, now: datetime) -> int:
    """Somebody nobody knows yet; returns their id."""
    values: dict[str, Any] = {"name": name, "language": language, "notes": "", "created_at": now}
    return new_id(tx, _NEW_CONTACT, values)


def _add(
    tx: Connection, *, contact_id: int, address: str, now: datetime, verified: bool, claimed: bool = False
) -> None:
    values: dict[str, Any] = {
        "contact_id": contact_id, "address": address, "channel": address.partition(":")[0], "verified": verified,
        "created_at": now,
    }  # fmt: skip
    put(tx, _NEW_ADDRESS, {**values, "claimed_at": now} if claimed else values)


def _taken_from_claim(
    tx: Connection, row: Any, address: str, name: str, verified: bool, language: str | None, now: datetime
) -> KnownContact:
    """The owner of an address turned up that somebody else had only named: it is theirs, and nothing else is."""
    claimant = row.merged_into_id or row.contact_id
    contact_id = new_contact(tx, name=name, language=language, now=now)
    assign_address(tx, address_id=row.id, contact_id=contact_id, verified=verified)
    offer_join(tx, contact_id=claimant, other_id=contact_id, address=address, why="wrote", now=now)
    return KnownContact(contact_id, name, new=True, claimed_by=claimant)


def assign_address(tx: Connection, *, address_id: int, contact_id: int, verified: bool) -> None:
    """An address is this contact's, and no mere claim any more."""
    values: dict[str, Any] = {
        "contact_id": contact_id, "claimed_at": None, "unreachable_at": None, "unreachable_reason": None,
    }  # fmt: skip
    if verified:
        values["verified"] = True
    tx.execute(update(addresses).where(addresses.c.id == address_id).values(**values))


def add_verified(tx: Connection, *, contact_id: int, address: str, now: datetime) -> None:
    """An address nobody has, vouched for as this contact's."""
    _add(tx, contact_id=contact_id, address=address, now=now, verified=True)


def add_claim(tx: Connection, *, contact_id: int, address: str, now: datetime) -> bool:
    """Keep an address, nobody has, that a contact merely names. False: they have named too many."""
    named = select(func.count()).where(addresses.c.contact_id == contact_id, addresses.c.claimed_at.is_not(None))
    if tx.execute(named).scalar_one() >= MOST_CLAIMS:
        return False
    _add(tx, contact_id=contact_id, address=address, now=now, verified=False, claimed=True)
    return True


def offer_join(tx: Connection, *, contact_id: int, other_id: int, address: str, why: str, now: datetime) -> bool:
    """Offer to a person that these two may be one customer. False: offered, or refused, already."""
    first, second = sorted((contact_id, other_id))
    if first == second:
        return False
    values: Mapping[str, Any] = {
        "contact_id": first, "other_id": second, "address": address, "why": why, "created_at": now,
    }  # fmt: skip
    return insert_ignore(tx, _OFFER, values)


def mark_unreachable(tx: Connection, *, address: str, reason: str, now: datetime) -> bool:
    """Mark an address dead until it writes again. False: nobody has it."""
    statement = (
        update(addresses).where(addresses.c.address == address).values(unreachable_at=now, unreachable_reason=reason)
    )
    return tx.execute(statement).rowcount == 1


def mark_verified(tx: Connection, *, address: str) -> None:
    """Somebody proved that an address is theirs."""
    tx.execute(update(addresses).where(addresses.c.address == address).values(verified=True))


def mark_reachable(tx: Connection, *, address: str) -> bool:
    """Take the mark away. False: nobody has it."""
    statement = update(addresses).where(addresses.c.address == address)
    return tx.execute(statement.values(unreachable_at=None, unreachable_reason=None)).rowcount == 1


def refuse_join(tx: Connection, *, offer_id: int, person_id: int, now: datetime) -> None:
    """These two are not one, a person says: never offered again."""
    waiting = (offers.c.id == offer_id) & offers.c.refused_at.is_(None)
    tx.execute(update(offers).where(waiting).values(refused_at=now, refused_by_id=person_id))

"""Reads of customers and their addresses."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, or_, select

from helpdesk.contacts import anonymous_names
from helpdesk.contacts.models import addresses, contacts, joins, offers
from helpdesk.database.metadata import Row
from helpdesk.errors import NotFound
from helpdesk.text import key

_BY_ADDRESS = (
    select(
        addresses.c.id,
        addresses.c.contact_id,
        addresses.c.channel,
        addresses.c.verified,
        addresses.c.claimed_at,
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


def by_address(tx: Connection, *, address: str) -> Row | None:
    """The address and its contact, or None. A mere claim (`claimed_at`) says nothing about whose it is."""
    return tx.execute(_BY_ADDRESS, {"address": address}).first()


def contact(tx: Connection, *, contact_id: int) -> Row:
    """One customer, following merges. Raises NotFound."""
    row = tx.execute(select(contacts).where(contacts.c.id == contact_id)).first()
    if row is None:
        raise NotFound("There is no customer {number}.", number=contact_id)
    if row.merged_into_id is not None:
        return contact(tx, contact_id=row.merged_into_id)
    return row


def addresses_of(tx: Connection, *, contact_id: int) -> Sequence[Row]:
    """Every address of a customer, oldest first."""
    return tx.execute(select(addresses).where(addresses.c.contact_id == contact_id).order_by(addresses.c.id)).all()


def family(tx: Connection, *, contact_id: int) -> frozenset[int]:
    """A customer's id and those of everybody who was joined to them: lines of the timeline keep the old ones."""
    joined = tx.scalars(select(contacts.c.id).where(contacts.c.merged_into_id == contact_id))
    return frozenset({contact_id, *joined})


def offers_for(tx: Connection, *, contact_id: int, most: int = 10) -> list[tuple[Row, Row, str]]:
    """Who else this customer may be, oldest first: (the offer, the other customer, their first address).

    Each customer once for an address.
    """
    family_ids = family(tx, contact_id=contact_id)
    rows = tx.execute(
        select(offers)
        .where(
            or_(offers.c.contact_id.in_(family_ids), offers.c.other_id.in_(family_ids)), offers.c.refused_at.is_(None)
        )
        .order_by(offers.c.id)
        .limit(most * 4)
    ).all()
    by_pair: dict[tuple[int, str], tuple[Row, Row, str]] = {}
    for row in rows:
        other = contact(tx, contact_id=row.other_id if row.contact_id in family_ids else row.contact_id)
        if other.id not in family_ids and (other.id, row.address) not in by_pair:
            first = next(iter(addresses_of(tx, contact_id=other.id)), None)
            by_pair[other.id, row.address] = (row, other, first.address if first is not None else "")
    return list(by_pair.values())[:most]


def search(tx: Connection, *, question: str, but: int, most: int = 12) -> Sequence[Row]:
    """Customers with these words in their name or an address, known longest first; nobody who was joined to another."""
    words = key(question)
    if not words:
        return []
    spellings = dict.fromkeys((question.strip(), words, words.replace("ی", "ي").replace("ک", "ك")))
    named = or_(*(func.lower(contacts.c.name).contains(spelling.lower(), autoescape=True) for spelling in spellings))
    plain = words.replace(" ", "").replace("-", "")
    visitor = anonymous_names.address_prefix(words)
    if visitor:
        plain = f":{visitor}"  # the token stands last in the address
    reached = select(addresses.c.contact_id).where(func.lower(addresses.c.address).contains(plain, autoescape=True))
    return tx.execute(
        select(contacts)
        .where(or_(named, contacts.c.id.in_(reached)), contacts.c.merged_into_id.is_(None), contacts.c.id != but)
        .order_by(contacts.c.id)
        .limit(most)
    ).all()


def joins_of(tx: Connection, *, contact_id: int) -> Sequence[Row]:
    """The joins that made this customer and stand, newest first, with the name of who was joined."""
    return tx.execute(
        select(joins, contacts.c.name.label("gone_name"))
        .join(contacts, contacts.c.id == joins.c.gone_id)
        .where(contacts.c.merged_into_id == contact_id, joins.c.undone_at.is_(None))
        .order_by(joins.c.id.desc())
    ).all()

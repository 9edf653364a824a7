"""Two contacts become one, and can be parted again. What hangs on them in other slices the journey moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, insert, select, update

from helpdesk.contacts.models import addresses, contacts, joins
from helpdesk.database.dialect import new_id
from helpdesk.database.metadata import Row
from helpdesk.errors import Conflict, NotFound

_JOIN = insert(joins)
FILLED = ("name", "language", "time_zone", "mark", "blocked_at")  # taken over where the one who stays has none


def lock_both(tx: Connection, *, first_id: int, second_id: int) -> tuple[Row, Row]:
    """Two contacts, locked always in the same order. Raises NotFound, Conflict when one is joined to somebody already."""
    statement = (
        select(contacts).where(contacts.c.id.in_((first_id, second_id))).order_by(contacts.c.id).with_for_update()
    )
    rows = {row.id: row for row in tx.execute(statement)}
    if first_id not in rows or second_id not in rows:
        raise NotFound("There is no such customer.")
    if first_id == second_id or any(row.merged_into_id is not None for row in rows.values()):
        raise Conflict("These two are one customer already.")
    return rows[first_id], rows[second_id]


def join_contacts(tx: Connection, *, keep: Row, gone: Row) -> dict[str, Any]:
    """Addresses, and whoever was joined to `gone`, go to `keep`, who takes over what they had not. Returns what moved."""
    moved = {
        "addresses": _ids(tx, addresses, gone.id),
        "contacts": list(tx.scalars(select(contacts.c.id).where(contacts.c.merged_into_id == gone.id))),
    }
    if moved["addresses"]:
        tx.execute(update(addresses).where(addresses.c.id.in_(moved["addresses"])).values(contact_id=keep.id))
    tx.execute(
        update(contacts)
        .where((contacts.c.id == gone.id) | (contacts.c.merged_into_id == gone.id))
        .values(merged_into_id=keep.id)
    )
    filled = {name: getattr(gone, name) for name in FILLED if not getattr(keep, name) and getattr(gone, name)}
    notes = "\n\n".join(dict.fromkeys(item for item in (keep.notes, gone.notes) if item))
    tx.execute(update(contacts).where(contacts.c.id == keep.id).values(**filled, notes=notes))
    return {**moved, "filled": sorted(filled), "notes": keep.notes if notes != keep.notes else None}


def record_join(
    tx: Connection, *, contact_id: int, gone_id: int, why: str, person_id: int | None, now: datetime,
    moved: Mapping[str, Any],
) -> int:  # fmt: skip
    """Keep what was done, so that it can be undone; returns its id."""
    values = {
        "contact_id": contact_id, "gone_id": gone_id, "why": why, "person_id": person_id, "at": now, "moved": dict(moved),
    }  # fmt: skip
    return new_id(tx, _JOIN, values)


def current_join(tx: Connection, *, join_id: int) -> Row:
    """A join that stands, locked. Raises NotFound, Conflict when it was undone."""
    row = tx.execute(select(joins).where(joins.c.id == join_id).with_for_update()).first()
    if row is None:
        raise NotFound("There is no such join.")
    if row.undone_at is not None:
        raise Conflict("This join was undone already.")
    return row


def part_contacts(tx: Connection, *, done: Row, person_id: int, now: datetime) -> int:
    """Undo a join here; returns the contact that the other one is parted from. Raises Conflict."""
    gone = tx.execute(select(contacts).where(contacts.c.id == done.gone_id).with_for_update()).one()
    keep_id = gone.merged_into_id
    if keep_id is None:
        raise Conflict("These two are not one customer any more.")
    moved = done.moved
    mine = and_(addresses.c.id.in_(moved["addresses"]), addresses.c.contact_id == keep_id)
    tx.execute(update(addresses).where(mine).values(contact_id=gone.id))
    tx.execute(update(contacts).where(contacts.c.id == gone.id).values(merged_into_id=None))
    back = and_(contacts.c.id.in_(moved["contacts"]), contacts.c.merged_into_id == keep_id)
    tx.execute(update(contacts).where(back).values(merged_into_id=gone.id))
    keep = tx.execute(select(contacts).where(contacts.c.id == keep_id).with_for_update()).one()
    lent = {name: None for name in moved["filled"] if getattr(keep, name) == getattr(gone, name)}
    if "name" in lent:
        lent["name"] = ""  # type: ignore[assignment]
    if moved["notes"] is not None:
        lent["notes"] = moved["notes"]
    if lent:
        tx.execute(update(contacts).where(contacts.c.id == keep_id).values(**lent))
    tx.execute(update(joins).where(joins.c.id == done.id).values(undone_at=now, undone_by_id=person_id))
    return int(keep_id)


def _ids(tx: Connection, table: Any, contact_id: int) -> Sequence[int]:
    return list(tx.scalars(select(table.c.id).where(table.c.contact_id == contact_id)))

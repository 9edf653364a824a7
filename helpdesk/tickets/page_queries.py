"""Timelines as a page shows them: mails can be of any length, so texts are read by their beginnings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

from sqlalchemy import Connection, bindparam, func, select

from helpdesk.tickets.models import bodies, entries
from helpdesk.tickets.rows import EntryRow

_ENTRIES = (
    select(
        *(
            func.substr(column, 1, bindparam("most_text"), type_=column.type).label(column.name)
            if column.name == "text"
            else column
            for column in entries.c
        )
    )
    .where(entries.c.ticket_id == bindparam("ticket_id"))
    .order_by(entries.c.id.desc())
    .limit(bindparam("most"))
)
_BODIES = select(
    bodies.c.entry_id,
    bodies.c.html.is_not(None),
    func.substr(bodies.c.full_text, 1, bindparam("most_text")),
).where(bodies.c.entry_id.in_(bindparam("ids", expanding=True)))


class BodyBeginning(NamedTuple):
    """What an entry has beside its visible text: an HTML form, and (up to a length) the whole text."""

    entry_id: int
    html: bool
    full_text: str | None


def timeline_beginnings(tx: Connection, *, ticket_id: int, most: int, most_text: int) -> Sequence[EntryRow]:
    """The newest `most` entries in order, of each text the first `most_text` characters."""
    rows = tx.execute(_ENTRIES, {"ticket_id": ticket_id, "most": most, "most_text": most_text}).all()
    return cast("Sequence[EntryRow]", rows[::-1])


def body_beginnings(tx: Connection, *, entry_ids: Sequence[int], most_text: int) -> dict[int, BodyBeginning]:
    """The bodies of these entries, by entry, of each text the first `most_text` characters."""
    if not entry_ids:
        return {}
    rows = tx.execute(_BODIES, {"ids": list(entry_ids), "most_text": most_text})
    return {body.entry_id: body for body in (BodyBeginning(*row) for row in rows)}

"""Two tickets become one: the lines move to the parent, and can move back. Who decides that is journey/lifecycle/merge.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from helpdesk.tickets.events.stored_events import event_of
from helpdesk.tickets.events.ticket_events import Merged
from helpdesk.tickets.models import attachments, entries, participants, tickets
from helpdesk.tickets.vocabulary import Author, EntryKind

MOVING = ("message", "note", "call", "reaction", "delivery", "survey")  # changes tell of the ticket they happened to
MOST = 500  # ids in one statement


class MovingEntry(NamedTuple):
    """An entry that goes along with its ticket."""

    id: int
    kind: EntryKind
    author: Author
    outgoing: bool


def entries_of(tx: Connection, *, ticket_id: int) -> list[MovingEntry]:
    """What would move from a ticket, in order."""
    rows = tx.execute(
        select(entries.c.id, entries.c.kind, entries.c.author, entries.c.outgoing)
        .where(entries.c.ticket_id == ticket_id, entries.c.kind.in_(MOVING))
        .order_by(entries.c.id)
    )
    return [MovingEntry(*row) for row in rows]


def changes_about(tx: Connection, *, ticket_id: int, entry_ids: Iterable[int]) -> list[int]:
    """Lines of a ticket that tell what became of these messages."""
    wanted = set(entry_ids)
    statement = select(entries.c.id, entries.c.data).where(
        entries.c.ticket_id == ticket_id, entries.c.kind == "delivery"
    )
    return [row.id for row in tx.execute(statement) if (row.data or {}).get("of") in wanted]


def survey_answers_of(tx: Connection, *, ticket_id: int, survey_ids: Iterable[int]) -> list[int]:
    """Lines of a ticket by which a customer answered these surveys."""
    wanted = set(survey_ids)
    statement = select(entries.c.id, entries.c.data).where(entries.c.ticket_id == ticket_id, entries.c.kind == "survey")
    return [row.id for row in tx.execute(statement) if (row.data or {}).get("survey") in wanted]


def merged_family(tx: Connection, *, ticket_id: int) -> list[int]:
    """A ticket and those merged into it, and into them."""
    numbers = {merged.number for _, merged in _merges(tx, ticket_id)}
    here = select(tickets.c.id).where(tickets.c.id.in_(numbers), tickets.c.merged_into_id == ticket_id)
    children = sorted(tx.scalars(here)) if numbers else []
    return [ticket_id, *(other for item in children for other in merged_family(tx, ticket_id=item))]


def move_entries(tx: Connection, *, entry_ids: Sequence[int], from_id: int, to_id: int) -> None:
    """Hang these lines and their files on another ticket."""
    for some in _portions(entry_ids):
        tx.execute(
            update(entries).where(entries.c.id.in_(some), entries.c.ticket_id == from_id).values(ticket_id=to_id)
        )
        tx.execute(update(attachments).where(attachments.c.entry_id.in_(some)).values(ticket_id=to_id))


def _portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), MOST):
        yield ids[start : start + MOST]


def newest_merge(tx: Connection, *, parent_id: int, child_id: int) -> tuple[int, Merged] | None:
    """The last merge of a child into a parent, with the entry that stores it."""
    return next((merge for merge in reversed(_merges(tx, parent_id)) if merge[1].number == child_id), None)


def _merges(tx: Connection, ticket_id: int) -> list[tuple[int, Merged]]:
    rows = tx.execute(
        select(entries.c.id, entries.c.data)
        .where(entries.c.ticket_id == ticket_id, entries.c.kind == "change")
        .order_by(entries.c.id)
    )
    events = ((row.id, event_of(row.data)) for row in rows)
    return [(entry_id, event) for entry_id, event in events if isinstance(event, Merged)]


def add_participants(tx: Connection, *, ticket_id: int, guests: Iterable[tuple[int, bool, str | None]]) -> list[int]:
    """Make (contact, welcome, address) take part; who was there stays as welcome as they were or more.

    Returns the contacts that are new here.
    """
    here = tx.execute(select(participants).where(participants.c.ticket_id == ticket_id))
    known = {item.contact_id: bool(item.welcome) for item in here}
    fresh: list[int] = []
    for contact_id, wanted, address in guests:
        if contact_id not in known:
            fresh.append(contact_id)
            values = {"ticket_id": ticket_id, "contact_id": contact_id, "welcome": wanted, "address": address}
            tx.execute(insert(participants), values)
        elif wanted and not known[contact_id]:
            tx.execute(
                update(participants)
                .where(participants.c.ticket_id == ticket_id, participants.c.contact_id == contact_id)
                .values(welcome=True)
            )
        known[contact_id] = wanted or known.get(contact_id, False)
    return fresh


def remove_participants(tx: Connection, *, ticket_id: int, contact_ids: Sequence[int]) -> None:
    """These came with a merge that is undone, and wrote nothing here."""
    here = (
        select(func.count())
        .where(entries.c.ticket_id == ticket_id, entries.c.contact_id == participants.c.contact_id)
        .scalar_subquery()
    )
    tx.execute(
        delete(participants).where(
            participants.c.ticket_id == ticket_id, participants.c.contact_id.in_(list(contact_ids)), here == 0
        )
    )

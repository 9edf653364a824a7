"""Two tickets become one: the lines move to the parent, and can move back. Who decides that is journey/lifecycle/merge.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection, delete, func, insert, select, update

from helpdesk.database.metadata import Row
from helpdesk.tickets.models import attachments, entries, participants, tickets

MOVING = ("message", "note", "call", "reaction", "delivery", "survey")  # changes tell of the ticket they happened to
MOST = 500  # ids in one statement


def entries_of(tx: Connection, *, ticket_id: int) -> Sequence[Row]:
    """What would move from a ticket, in order: id, kind, author, outgoing."""
    return tx.execute(
        select(entries.c.id, entries.c.kind, entries.c.author, entries.c.outgoing)
        .where(entries.c.ticket_id == ticket_id, entries.c.kind.in_(MOVING))
        .order_by(entries.c.id)
    ).all()


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
    statement = select(entries.c.data).where(entries.c.ticket_id == ticket_id, entries.c.kind == "change")
    numbers = {
        (row_id or {}).get("number") for row_id in tx.scalars(statement) if (row_id or {}).get("change") == "merged"
    }
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


def newest_merge(tx: Connection, *, parent_id: int, child_id: int) -> Row | None:
    """The line on the parent that tells of the merge of this child."""
    rows = tx.execute(
        select(entries)
        .where(entries.c.ticket_id == parent_id, entries.c.kind == "change")
        .order_by(entries.c.id.desc())
    )
    merges = (row for row in rows if (row.data or {}).get("change") == "merged")
    return next((merge for merge in merges if merge.data.get("number") == child_id), None)


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

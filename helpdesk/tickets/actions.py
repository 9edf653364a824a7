"""Writes of tickets and their timeline. Each verb writes its entry; none commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Unpack

from sqlalchemy import Connection, Update, bindparam, insert, update

from helpdesk.agents import queries as agents
from helpdesk.database.dialect import ignoring, insert_ignore, new_id, put, upsert, upserting
from helpdesk.database.engine import hint
from helpdesk.database.fast_insert import FastInsert
from helpdesk.errors import Conflict, Invalid
from helpdesk.tickets import queries
from helpdesk.tickets.events.event import Event
from helpdesk.tickets.events.ticket_events import Assigned, PriorityChanged, Tagged
from helpdesk.tickets.models import attachments, bodies, entries, participants, reads, remote_ids, tags, tickets
from helpdesk.tickets.rows import Json, NewEntry, NewFile, NewTicket, TicketChanges
from helpdesk.tickets.vocabulary import PRIORITIES, Author, Delivery, Priority

_NEW_TICKET = FastInsert(tickets)
_NEW_ENTRY = FastInsert(entries)
_NEW_BODY = FastInsert(bodies)
_NEW_ATTACHMENT = insert(attachments)
_REMOTE = ignoring(remote_ids)
PARTICIPANT = ignoring(participants)
_TAG = ignoring(tags)
_READ = upserting(reads, ["person_id", "ticket_id"], ["entry_id"])
_ASKED = update(tickets).where(tickets.c.id == bindparam("key")).values(customer_entry_id=bindparam("entry"))
_CHANGE = update(tickets).where(tickets.c.id == bindparam("key"))


def open_ticket(tx: Connection, ticket: NewTicket) -> int:
    """Write a new ticket; returns its number."""
    return new_id(tx, _NEW_TICKET, _columns(ticket))


def add_entry(tx: Connection, entry: NewEntry) -> int:
    """Write a line of the timeline; returns its id."""
    entry_id: int = new_id(tx, _NEW_ENTRY, _columns(entry))
    hint(tx, "ticket", entry.ticket_id)
    return entry_id


def _columns(new: NewTicket | NewEntry) -> dict[str, Any]:
    """The columns that have a value; the others stay NULL."""
    values = ((name, getattr(new, name)) for name in new.__slots__)
    return {name: value for name, value in values if value is not None}


def set_first_entry(tx: Connection, *, ticket_id: int, entry_id: int) -> None:
    """The entry that a new ticket begins with: what its customer asks."""
    tx.execute(_ASKED, {"key": ticket_id, "entry": entry_id})


def add_body(tx: Connection, *, entry_id: int, full_text: str | None, html: str | None) -> None:
    """Keep what an entry has beside its visible text."""
    put(tx, _NEW_BODY, {"entry_id": entry_id, "full_text": full_text, "html": html})


def attach_files(tx: Connection, *, ticket_id: int, entry_id: int, files: Iterable[NewFile]) -> None:
    """Hang stored files on an entry."""
    rows = [{**file, "ticket_id": ticket_id, "entry_id": entry_id} for file in files]
    if rows:
        tx.execute(_NEW_ATTACHMENT, rows)


def add_remote_id(tx: Connection, *, channel: str, remote_id: str, entry_id: int) -> bool:
    """Remember the id a remote knows an entry by. False: another entry has it already."""
    return insert_ignore(tx, _REMOTE, {"channel": channel, "remote_id": remote_id, "entry_id": entry_id})


def add_participant(tx: Connection, *, ticket_id: int, contact_id: int, welcome: bool, address: str | None) -> None:
    """Somebody beside the ticket's contact takes part, as a guest or as a stranger."""
    insert_ignore(
        tx,
        PARTICIPANT,
        {"ticket_id": ticket_id, "contact_id": contact_id, "welcome": welcome, "address": address},
    )


def welcome_participants(tx: Connection, *, ticket_id: int, addresses: Sequence[str]) -> None:
    """A person allowed copies to these: they take part in the ticket."""
    named = (participants.c.ticket_id == ticket_id) & participants.c.address.in_(list(addresses))
    tx.execute(update(participants).where(named).values(welcome=True))


def change(tx: Connection, *, ticket_id: int, **changes: Unpack[TicketChanges]) -> None:
    """Set columns of a ticket. The verb that calls this writes the entry."""
    tx.execute(_setting(tuple(changes)), {"key": ticket_id, **{f"v_{name}": value for name, value in changes.items()}})


@cache
def _setting(names: tuple[str, ...]) -> Update:
    return _CHANGE.values(**{name: bindparam(f"v_{name}", type_=tickets.c[name].type) for name in names})


def record_event(
    tx: Connection, event: Event, *, ticket_id: int, now: datetime, author: Author, person_id: int | None = None
) -> int:
    """Write a change of the ticket on its timeline; returns the id of the entry."""
    return add_entry(
        tx,
        NewEntry(
            ticket_id=ticket_id, at=now, kind="change", author=author, person_id=person_id, data=event.to_json()
        ),
    )  # fmt: skip


def assign_ticket(
    tx: Connection,
    *,
    ticket_id: int,
    to: int | None,
    by: int | None,
    now: datetime,
    why: str = "",
    only_if_free: bool = False,
) -> None:
    """Give the ticket to a person, or to nobody. With `only_if_free` Conflict when somebody has it; NotFound."""
    ticket = queries.locked(tx, ticket_id=ticket_id)
    if ticket.assignee_id == to:
        return
    if to is not None:
        agents.person(tx, person_id=to)
    if only_if_free and ticket.assignee_id is not None:
        raise Conflict("Somebody else has just taken this ticket.")
    change(tx, ticket_id=ticket_id, assignee_id=to, changed_at=now)
    event = Assigned(to=to, previous=ticket.assignee_id, why=why)
    record_event(
        tx, event, ticket_id=ticket_id, now=now, author="agent" if by else "automation", person_id=by
    )  # fmt: skip


def set_priority(tx: Connection, *, ticket_id: int, priority: Priority, by: int | None, now: datetime) -> bool:
    """Set the priority. False: it was that already. Due times are the caller's to recompute."""
    if priority not in PRIORITIES:
        raise Invalid("There is no priority {priority}.", "priority", priority=repr(priority))
    ticket = queries.locked(tx, ticket_id=ticket_id)
    if ticket.priority == priority:
        return False
    change(tx, ticket_id=ticket_id, priority=priority, changed_at=now)
    event = PriorityChanged(to=priority, previous=ticket.priority)
    record_event(
        tx, event, ticket_id=ticket_id, now=now, author="agent" if by else "automation", person_id=by
    )  # fmt: skip
    return True


def add_tag(tx: Connection, *, ticket_id: int, word: str, by: int | None, now: datetime) -> None:
    """Put a tag on a ticket."""
    word = word.strip()[:64]
    if not word:
        raise Invalid("A tag needs a word.", "tag")
    if insert_ignore(tx, _TAG, {"ticket_id": ticket_id, "tag": word}):
        record_event(
            tx, Tagged(word), ticket_id=ticket_id, now=now, author="agent" if by else "automation", person_id=by
        )  # fmt: skip


def mark_read(tx: Connection, *, ticket_id: int, person_id: int, entry_id: int) -> None:
    """A person has read a ticket up to an entry."""
    upsert(tx, _READ, {"person_id": person_id, "ticket_id": ticket_id, "entry_id": entry_id})


def set_delivery(
    tx: Connection, *, entry_id: int, state: Delivery, reason: str | None = None, sent_at: datetime | None = None
) -> None:
    """What became of an outgoing entry: queued, sent, failed, uncertain, undone."""
    values: dict[str, Any] = {"delivery": state, "delivery_reason": reason}
    if sent_at is not None:
        values["sent_at"] = sent_at
    tx.execute(update(entries).where(entries.c.id == entry_id).values(**values))


def mark_lost_files(tx: Connection, *, entry_id: int, names: Sequence[str], problem: str) -> None:
    """Files of an outgoing entry, by their names, that its remote will never take."""
    lost = (attachments.c.entry_id == entry_id) & attachments.c.name.in_(list(names))
    tx.execute(update(attachments).where(lost).values(problem=problem))


def set_remote_id(tx: Connection, *, entry_id: int, remote_id: str) -> None:
    """The id the remote knows an outgoing entry by."""
    tx.execute(update(entries).where(entries.c.id == entry_id).values(remote_id=remote_id))


def detach_files(tx: Connection, *, entry_id: int, person_id: int) -> None:
    """The files of a taken-back entry wait in the draft again."""
    tx.execute(update(attachments).where(attachments.c.entry_id == entry_id).values(entry_id=None, person_id=person_id))


def judge_by_person(tx: Connection, *, entry_id: int) -> None:
    """A message that passed for a robot's is a person's."""
    tx.execute(update(entries).where(entries.c.id == entry_id).values(automatic=False))


def rewrite_entry(tx: Connection, *, entry_id: int, text: str, data: Json) -> None:
    """Give an entry another text; `data` keeps what it said before."""
    tx.execute(update(entries).where(entries.c.id == entry_id).values(text=text, data=dict(data)))


def update_call(
    tx: Connection, *, entry_id: int, author: Author, person_id: int | None, outgoing: bool, data: Json
) -> None:
    """More is known of a call: its record, and so whose act it was and which way it went."""
    known = {"author": author, "person_id": person_id, "outgoing": outgoing, "data": dict(data)}
    tx.execute(update(entries).where(entries.c.id == entry_id).values(**known))

"""Writes of tickets and their timeline. Each verb writes its entry; none commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Update, bindparam, insert, update

from helpdesk.agents import queries as agents
from helpdesk.database.dialect import ignoring, insert_ignore, new_id, put, upsert, upserting
from helpdesk.database.engine import hint
from helpdesk.database.fast_insert import FastInsert
from helpdesk.errors import Conflict, Invalid
from helpdesk.tickets import queries, rules
from helpdesk.tickets.models import attachments, bodies, entries, participants, reads, remote_ids, tags, tickets

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


def open_ticket(tx: Connection, **values: Any) -> int:
    """A new ticket with these column values; returns its number."""
    return new_id(tx, _NEW_TICKET, values)


def add_entry(tx: Connection, **values: Any) -> int:
    """A new line of the timeline with these column values; returns its id."""
    entry_id: int = new_id(tx, _NEW_ENTRY, values)
    hint(tx, "ticket", values["ticket_id"])
    return entry_id


def set_first_entry(tx: Connection, *, ticket_id: int, entry_id: int) -> None:
    """The entry that a new ticket begins with: what its customer asks."""
    tx.execute(_ASKED, {"key": ticket_id, "entry": entry_id})


def add_body(tx: Connection, *, entry_id: int, full_text: str | None, html: str | None) -> None:
    """Keep what an entry has beside its visible text."""
    put(tx, _NEW_BODY, {"entry_id": entry_id, "full_text": full_text, "html": html})


def attach_files(tx: Connection, *, ticket_id: int, entry_id: int, files: Iterable[Mapping[str, Any]]) -> None:
    """Hang stored files on an entry; `files` are column values of attachments."""
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


def change(tx: Connection, *, ticket_id: int, **values: Any) -> None:
    """Set columns of a ticket. The verb that calls this writes the entry."""
    tx.execute(_setting(tuple(values)), {"key": ticket_id, **{f"v_{name}": value for name, value in values.items()}})


@cache
def _setting(names: tuple[str, ...]) -> Update:
    return _CHANGE.values(**{name: bindparam(f"v_{name}", type_=tickets.c[name].type) for name in names})


def changed(
    tx: Connection, *, ticket_id: int, now: datetime, author: str, person_id: int | None = None, **data: Any
) -> int:
    """Write a change of state on the timeline; `data["change"]` names it."""
    return add_entry(tx, ticket_id=ticket_id, at=now, kind="change", author=author, person_id=person_id, data=data)


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
    changed(
        tx,
        ticket_id=ticket_id,
        now=now,
        author="agent" if by else "automation",
        person_id=by,
        change="assigned",
        to=to,
        **{"from": ticket.assignee_id},
        why=why,
    )


def set_priority(tx: Connection, *, ticket_id: int, priority: str, by: int | None, now: datetime) -> bool:
    """Set the priority. False: it was that already. Due times are the caller's to recompute."""
    if priority not in rules.PRIORITIES:
        raise Invalid("There is no priority {priority}.", "priority", priority=repr(priority))
    ticket = queries.locked(tx, ticket_id=ticket_id)
    if ticket.priority == priority:
        return False
    change(tx, ticket_id=ticket_id, priority=priority, changed_at=now)
    changed(
        tx,
        ticket_id=ticket_id,
        now=now,
        author="agent" if by else "automation",
        person_id=by,
        change="priority",
        to=priority,
        **{"from": ticket.priority},
    )
    return True


def set_status(
    tx: Connection,
    *,
    ticket_id: int,
    status: str,
    by: int | None,
    now: datetime,
    author: str = "agent",
    voids: Sequence[int] = (),
) -> str:
    """Set the status and say so on the timeline. Returns what it was; clocks are the caller's.

    `voids` are lines that count no more for them.
    """
    if status not in rules.STATUSES:
        raise Invalid("There is no status {status}.", "status", status=repr(status))
    ticket = queries.locked(tx, ticket_id=ticket_id)
    was: str = ticket.status
    if was == status:
        return was
    ended = status in rules.ENDED
    values: dict[str, Any] = {"status": status, "active": not ended, "changed_at": now}
    if status == "resolved":
        values["resolved_at"] = now
    if status == "closed":
        values["closed_at"] = now
        values["resolved_at"] = ticket.resolved_at or now
    if was in rules.ENDED and not ended:
        values |= {"resolved_at": None, "closed_at": None}
    change(tx, ticket_id=ticket_id, **values)
    data: dict[str, Any] = {"from": was, **({"voids": list(voids)} if voids else {})}
    changed(tx, ticket_id=ticket_id, now=now, author=author, person_id=by, change="status", to=status, **data)
    return was


def add_tag(tx: Connection, *, ticket_id: int, word: str, by: int | None, now: datetime) -> None:
    """Put a tag on a ticket."""
    word = word.strip()[:64]
    if not word:
        raise Invalid("A tag needs a word.", "tag")
    if insert_ignore(tx, _TAG, {"ticket_id": ticket_id, "tag": word}):
        changed(
            tx,
            ticket_id=ticket_id,
            now=now,
            author="agent" if by else "automation",
            person_id=by,
            change="tagged",
            tag=word,
        )


def mark_read(tx: Connection, *, ticket_id: int, person_id: int, entry_id: int) -> None:
    """A person has read a ticket up to an entry."""
    upsert(tx, _READ, {"person_id": person_id, "ticket_id": ticket_id, "entry_id": entry_id})


def set_delivery(
    tx: Connection, *, entry_id: int, state: str, reason: str | None = None, sent_at: datetime | None = None
) -> None:
    """What became of an outgoing entry: queued, sent, failed, uncertain, undone."""
    values: dict[str, Any] = {"delivery": state, "delivery_reason": reason}
    if sent_at is not None:
        values["sent_at"] = sent_at
    tx.execute(update(entries).where(entries.c.id == entry_id).values(**values))


def set_remote_id(tx: Connection, *, entry_id: int, remote_id: str) -> None:
    """The id the remote knows an outgoing entry by."""
    tx.execute(update(entries).where(entries.c.id == entry_id).values(remote_id=remote_id))


def detach_files(tx: Connection, *, entry_id: int, person_id: int) -> None:
    """The files of a taken-back entry wait in the draft again."""
    tx.execute(update(attachments).where(attachments.c.entry_id == entry_id).values(entry_id=None, person_id=person_id))


def rewrite_entry(tx: Connection, *, entry_id: int, text: str, data: Mapping[str, Any]) -> None:
    """Give an entry another text; `data` keeps what it said before."""
    tx.execute(update(entries).where(entries.c.id == entry_id).values(text=text, data=dict(data)))


def update_call(
    tx: Connection, *, entry_id: int, author: str, person_id: int | None, outgoing: bool, data: Mapping[str, Any]
) -> None:
    """More is known of a call: its record, and so whose act it was and which way it went."""
    known = {"author": author, "person_id": person_id, "outgoing": outgoing, "data": dict(data)}
    tx.execute(update(entries).where(entries.c.id == entry_id).values(**known))

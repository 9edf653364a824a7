"""Reads of one ticket and its timeline. The lists are in ticket_lists.py, the threading in threading/."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Select, bindparam, func, or_, select, true

from helpdesk.agents.models import teams
from helpdesk.contacts.models import addresses, contacts
from helpdesk.database.metadata import Row
from helpdesk.errors import NotFound
from helpdesk.tickets.models import attachments, bodies, drafts, entries, participants, reads, remote_ids, tags, tickets
from helpdesk.tickets.rows import TICKET_COLUMNS, AttachmentRow, EntryRow, TicketRow

SELECT_TICKET: Select[Any] = (
    select(
        *(tickets.c[name] for name in TICKET_COLUMNS),
        contacts.c.name.label("contact_name"),
        contacts.c.mark.label("contact_mark"),
        teams.c.name.label("team_name"),
    )
    .join(contacts, contacts.c.id == tickets.c.contact_id)
    .outerjoin(teams, teams.c.id == tickets.c.team_id)
)
_TICKET = SELECT_TICKET.where(tickets.c.id == bindparam("ticket_id"))
_LOCKED = _TICKET.with_for_update(of=tickets)
_ENTRY = select(entries).where(entries.c.id == bindparam("entry_id"))
_TIMELINE = (
    select(entries)
    .where(entries.c.ticket_id == bindparam("ticket_id"), entries.c.id < bindparam("before"))
    .order_by(entries.c.id.desc())
    .limit(bindparam("most"))
)
_MESSAGES = _TIMELINE.where(
    entries.c.kind == "message", entries.c.public, entries.c.delivery.is_distinct_from("undone")
)
_ATTACHED = (
    select(attachments).where(attachments.c.entry_id.in_(bindparam("ids", expanding=True))).order_by(attachments.c.id)
)
LAST = 2**62
MOST_DELETED = 50  # messages that are looked through for one that was not deleted


def ticket(tx: Connection, *, ticket_id: int) -> TicketRow:
    """One ticket. Raises NotFound."""
    return _ticket_row(tx, _TICKET, ticket_id)


def active_tickets(tx: Connection) -> Sequence[int]:
    """The numbers of all tickets somebody is to work on, the nearest deadline first."""
    active = select(tickets.c.id).where(tickets.c.active == true()).order_by(tickets.c.deadline)
    return tx.execute(active).scalars().all()


def locked(tx: Connection, *, ticket_id: int) -> TicketRow:
    """One ticket, held until the end of the transaction. Raises NotFound."""
    return _ticket_row(tx, _LOCKED, ticket_id)


def _ticket_row(tx: Connection, statement: Select[Any], ticket_id: int) -> TicketRow:
    row = tx.execute(statement, {"ticket_id": ticket_id}).first()
    if row is None:
        raise NotFound("There is no ticket {number}.", number=ticket_id)
    return TicketRow(*row)


def surviving_ticket(tx: Connection, *, ticket_id: int) -> TicketRow:
    """A ticket, or the one it was merged into in the end; locked."""
    ticket = locked(tx, ticket_id=ticket_id)
    while ticket.merged_into_id is not None:
        ticket = locked(tx, ticket_id=ticket.merged_into_id)
    return ticket


def timeline(tx: Connection, *, ticket_id: int, before: int = LAST, most: int = 200) -> Sequence[EntryRow]:
    """Entries in order, the newest `most` of those before an entry id."""
    rows = tx.execute(_TIMELINE, {"ticket_id": ticket_id, "before": before, "most": most}).all()
    return cast("Sequence[EntryRow]", rows[::-1])


def entry(tx: Connection, *, entry_id: int) -> EntryRow:
    """One entry. Raises NotFound."""
    row = tx.execute(_ENTRY, {"entry_id": entry_id}).first()
    if row is None:
        raise NotFound("There is no entry {number}.", number=entry_id)
    return cast("EntryRow", row)


def body(tx: Connection, *, entry_id: int) -> Row | None:
    """The whole text and the HTML of an entry, when they differ from its visible text."""
    return tx.execute(select(bodies).where(bodies.c.entry_id == entry_id)).first()


def attachments_of(tx: Connection, *, entry_ids: Sequence[int]) -> Sequence[AttachmentRow]:
    """The files of these entries, in order."""
    rows = tx.execute(_ATTACHED, {"ids": list(entry_ids)}).all() if entry_ids else []
    return cast("Sequence[AttachmentRow]", rows)


def attachment(tx: Connection, *, attachment_id: int) -> AttachmentRow:
    """One file. Raises NotFound."""
    row = tx.execute(select(attachments).where(attachments.c.id == attachment_id)).first()
    if row is None:
        raise NotFound("There is no file {number}.", number=attachment_id)
    return cast("AttachmentRow", row)


def waiting_files(tx: Connection, *, ticket_id: int, person_id: int) -> Sequence[AttachmentRow]:
    """Files a person has uploaded to a ticket and not sent yet."""
    rows = tx.execute(
        select(attachments)
        .where(
            attachments.c.ticket_id == ticket_id,
            attachments.c.person_id == person_id,
            attachments.c.entry_id.is_(None),
        )
        .order_by(attachments.c.id)
    ).all()
    return cast("Sequence[AttachmentRow]", rows)


def newest_message(tx: Connection, *, ticket_id: int) -> EntryRow | None:
    """The last message that its customer has: neither undone nor deleted at theirs."""
    rows = tx.execute(_MESSAGES, {"ticket_id": ticket_id, "before": LAST, "most": MOST_DELETED}).all()
    newest = next((row for row in rows if not (row.data or {}).get("withdrawn_at")), None)
    return cast("EntryRow | None", newest)


def draft(tx: Connection, *, ticket_id: int, person_id: int, kind: str) -> Row | None:
    """What a person was writing."""
    return tx.execute(
        select(drafts).where(drafts.c.ticket_id == ticket_id, drafts.c.person_id == person_id, drafts.c.kind == kind)
    ).first()


def tags_of(tx: Connection, *, ticket_id: int) -> Sequence[str]:
    """The tags of a ticket in alphabetical order."""
    return tx.execute(select(tags.c.tag).where(tags.c.ticket_id == ticket_id).order_by(tags.c.tag)).scalars().all()


def participants_of(tx: Connection, *, ticket_id: int) -> Sequence[Row]:
    """Contacts who take part beside the ticket's own, welcome or not."""
    return tx.execute(
        select(participants, contacts.c.name)
        .join(contacts, contacts.c.id == participants.c.contact_id)
        .where(participants.c.ticket_id == ticket_id)
        .order_by(participants.c.contact_id)
    ).all()


def newest_entry(tx: Connection, *, ticket_id: int) -> int:
    """The id of the last line of the timeline, 0 when there is none."""
    statement = select(func.max(entries.c.id)).where(entries.c.ticket_id == ticket_id)
    return tx.execute(statement).scalar() or 0


def read_up_to(tx: Connection, *, ticket_id: int, person_id: int) -> int:
    """The last entry a person has seen, 0 when none."""
    statement = select(reads.c.entry_id).where(reads.c.ticket_id == ticket_id, reads.c.person_id == person_id)
    return tx.execute(statement).scalar() or 0


_OWN = (
    select(entries.c.outgoing)
    .join(remote_ids, remote_ids.c.entry_id == entries.c.id)
    .where(remote_ids.c.channel == bindparam("channel"), remote_ids.c.remote_id == bindparam("remote_id"))
)


def is_own_message(tx: Connection, *, channel: str, remote_id: str) -> bool:
    """Whether a remote id is that of a message we sent ourselves."""
    return bool(tx.execute(_OWN, {"channel": channel, "remote_id": remote_id}).scalar())


def entry_by_remote_id(tx: Connection, *, channel: str, remote_id: str) -> int | None:
    """The entry a remote knows by this id."""
    return tx.execute(
        select(remote_ids.c.entry_id).where(remote_ids.c.channel == channel, remote_ids.c.remote_id == remote_id)
    ).scalar()


def references(tx: Connection, *, ticket_id: int, channel: str, most: int = 20) -> Sequence[str]:
    """Remote ids of the ticket's messages on a channel, oldest first, the newest `most`."""
    remote = (
        tx.execute(
            select(entries.c.remote_id)
            .where(
                entries.c.ticket_id == ticket_id,
                entries.c.channel == channel,
                entries.c.remote_id.is_not(None),
                entries.c.kind.in_(("message", "survey")),
            )
            .order_by(entries.c.id.desc())
            .limit(most)
        )
        .scalars()
        .all()
    )
    return [item for item in reversed(remote) if item]


def is_outgoing(tx: Connection, *, entry_id: int) -> bool:
    """Whether an entry exists and is one of our messages."""
    return bool(tx.execute(select(entries.c.outgoing).where(entries.c.id == entry_id)).scalar())


def unread_up_to(tx: Connection, *, entry: EntryRow) -> Sequence[EntryRow]:
    """Messages of ours that went where this one went, up to it, and that nobody has said to be read."""
    here = select(tickets.c.contact_id).where(tickets.c.id == entry.ticket_id).scalar_subquery()
    rows = tx.execute(
        select(entries)
        .join(tickets, tickets.c.id == entries.c.ticket_id)
        .where(
            tickets.c.contact_id == here,
            entries.c.outgoing,
            entries.c.channel == entry.channel,
            entries.c.account == entry.account,
            entries.c.address == entry.address,
            entries.c.id <= entry.id,
            or_(
                entries.c.delivery == "sent",
                (entries.c.id == entry.id) & entries.c.delivery.in_(("queued", "uncertain")),
            ),
        )
    ).all()
    return cast("Sequence[EntryRow]", rows)


def has_failed(tx: Connection, *, ticket_id: int, entry_id: int) -> bool:
    """Whether the timeline says that a message once failed to arrive."""
    states = tx.execute(
        select(entries.c.data).where(entries.c.ticket_id == ticket_id, entries.c.kind == "delivery")
    ).scalars()
    return any(state["of"] == entry_id and state["state"] == "failed" for state in states if state)


def newest(tx: Connection) -> int:
    """The number of the ticket that was opened last, 0 when there is none."""
    return tx.execute(select(func.max(tickets.c.id))).scalar() or 0


def last_automatic_about(tx: Connection, *, address: str, about: str, since: datetime) -> bool:
    """Whether a robot has told this address about something of a kind since then."""
    sent = tx.execute(
        select(entries.c.data)
        .join(tickets, tickets.c.id == entries.c.ticket_id)
        .join(addresses, addresses.c.contact_id == tickets.c.contact_id)
        .where(addresses.c.address == address, entries.c.author == "automation", entries.c.at >= since,
               entries.c.address == address)
    ).scalars()  # fmt: skip
    return any((item or {}).get("about") == about for item in sent)


def sent_about(tx: Connection, *, ticket_id: int, about: str, since: datetime) -> int:
    """How many messages robots sent about something on a ticket since then."""
    sent = tx.execute(
        select(entries.c.data).where(
            entries.c.ticket_id == ticket_id, entries.c.author == "automation", entries.c.at > since
        )
    ).scalars()
    return sum(1 for item in sent if (item or {}).get("about") == about)


def was_written_to(tx: Connection, *, ticket_id: int, address: str) -> bool:
    """Whether a person of ours wrote to an address on this ticket: whoever answers from there is no stranger."""
    statement = select(entries.c.id).where(
        entries.c.ticket_id == ticket_id, entries.c.address == address, entries.c.author == "agent",
        entries.c.outgoing == true(),
    )  # fmt: skip
    return tx.execute(statement.limit(1)).first() is not None

"""The entry that an edit or a reaction is about, and what is kept when there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from channels.contract import Inbound
from helpdesk.journey.receiving.arrival import Arrival
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries
from helpdesk.tickets.lists import ticket_search
from helpdesk.tickets.rows import Json, NewEntry, NewFile
from helpdesk.tickets.threading import conversations
from helpdesk.tickets.vocabulary import EntryKind


def record_unknown_target(
    tx: Connection, arrival: Arrival, inbound: Inbound, files: Sequence[NewFile] = (), *, kind: EntryKind,
    data: Json,
) -> int | None:  # fmt: skip
    """A change of a message we do not have is a line of its chat's newest ticket."""
    chat = inbound.thread.conversation
    if chat is None:
        return None
    newest = conversations.ticket_of_conversation(
        tx, channel=arrival.channel, account=arrival.account, conversation=chat
    )
    if newest is None:
        return None
    ticket = queries.surviving_ticket(tx, ticket_id=newest.id)
    tickets.change(tx, ticket_id=ticket.id, changed_at=arrival.received_at)
    entry = NewEntry(
        ticket_id=ticket.id, at=arrival.received_at, kind=kind, author="customer", channel=arrival.channel,
        account=arrival.account, text=inbound.text, intake_id=arrival.intake_id,
        address=inbound.author.address if inbound.author else None, data={**inbound.details, **data},
    )  # fmt: skip
    line = tickets.add_entry(tx, entry)
    tickets.attach_files(tx, ticket_id=ticket.id, entry_id=line, files=files)
    ticket_search.index_entry(tx, ticket_id=ticket.id, entry_id=line, texts=(inbound.text,))
    return line


def as_note(inbound: Inbound) -> Inbound:
    """A change of a message we do not have in a chat we do not know: shown, and nothing more."""
    return replace(inbound, kind="note", automatic=True, details={**inbound.details, "unseen": inbound.kind})


def find_target(tx: Connection, arrival: Arrival, inbound: Inbound) -> int | None:
    """The entry an edit or a reaction is about; None: we do not have it."""
    if inbound.target is None:
        return None
    return queries.entry_by_remote_id(tx, channel=arrival.channel, remote_id=inbound.target)

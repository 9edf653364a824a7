"""Who may change, delete or react to a message."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from channels.contract import Channel
from helpdesk.agents import queries as agents
from helpdesk.agents.rules import Person, may
from helpdesk.tickets.rows import EntryRow, TicketRow


def may_manage(tx: Connection, *, entry: EntryRow, ticket: TicketRow, person_id: int) -> bool:
    """Whether somebody decides about a message of the desk: its author, whoever has the ticket, supervisors."""
    return is_responsible(agents.person(tx, person_id=person_id), entry, ticket)


def is_responsible(person: Person, entry: EntryRow, ticket: TicketRow) -> bool:
    """The same, of somebody whose role is known."""
    return person.id in (entry.person_id, ticket.assignee_id) or may(person, "outbox.retry")


def may_react(channels: Mapping[str, Channel], entry: EntryRow) -> bool:
    """Whether the desk can put an emoji on this message."""
    channel = channels.get(entry.channel or "")
    its_own = entry.kind == "message" and entry.author == "customer" and not entry.outgoing and not entry.automatic
    return channel is not None and channel.can_react and its_own and bool(entry.remote_id)


def may_change(channel: Channel | None, entry: EntryRow) -> bool:
    """Whether a message of ours has left and its channel can still change it."""
    data = entry.data or {}
    gone = data.get("withdrawn_at") or (data.get("pending") or {}).get("what") == "withdraw"
    ours = entry.outgoing and entry.kind == "message" and entry.delivery in ("sent", "read") and bool(entry.remote_id)
    return channel is not None and channel.can_edit and ours and not gone

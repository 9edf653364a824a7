"""The last step inside the desk: a message is written on the timeline and becomes a row of the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from helpdesk.errors import Conflict
from helpdesk.journey.context import DeskContext
from helpdesk.journey.outgoing import destinations, outbound
from helpdesk.journey.outgoing.destinations import Destination
from helpdesk.journey.outgoing.outbound import OutgoingMessage
from helpdesk.outbox import actions as outbox
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries
from helpdesk.tickets.rows import NewEntry, TicketRow
from helpdesk.tickets.threading import answer_queries
from helpdesk.tickets.timeline import Timeline


def send_entry(
    tx: Connection, context: DeskContext, *, ticket: TicketRow, entry: NewEntry, message: OutgoingMessage, now: datetime,
    due_at: datetime, way: Destination | None = None, timeline: Timeline | None = None,
) -> int:  # fmt: skip
    """Write an entry and queue its message, to leave at `due_at`; returns the entry's id. `way`: not the ticket's own.

    Raises Conflict when the channel is not switched on.
    """
    way = way or destinations.default_destination(ticket)
    channel = context.channels.get(way.channel)
    if channel is None:
        raise Conflict("The channel {channel} is not switched on, so nothing can be sent there.", channel=way.channel)
    references, answer_with = _thread(tx, ticket, way.channel, timeline)
    entry_id = tickets.add_entry(tx, entry) if timeline is None else timeline.add_entry(tx, entry)
    payload = outbound.build_payload(
        context, message, ticket=ticket, entry_id=entry_id, way=way, references=references, answer_with=answer_with
    )  # fmt: skip
    remote_id = channel.remote_id(outbound.to_outbound(payload))
    if remote_id is not None:
        tickets.add_remote_id(tx, channel=way.channel, remote_id=remote_id, entry_id=entry_id)
        tickets.set_remote_id(tx, entry_id=entry_id, remote_id=remote_id)
        if timeline is not None:
            timeline.set_newest_remote_id(remote_id)
    outbox.queue(
        tx, entry_id=entry_id, ticket_id=ticket.id, channel=way.channel, account=way.account, address=payload["to"][0],
        automatic=message.automatic, payload=payload, now=now, due_at=due_at,
    )  # fmt: skip
    return entry_id


def _thread(
    tx: Connection, ticket: TicketRow, channel: str, timeline: Timeline | None
) -> tuple[Sequence[str], dict[str, Any] | None]:
    """What the message answers: remote ids, and what the channel kept of the customer's newest message for it."""
    if timeline is None:
        return (
            queries.references(tx, ticket_id=ticket.id, channel=channel),
            answer_queries.answer_with(tx, entry_id=ticket.customer_entry_id, channel=channel),
        )
    return timeline.references(channel), timeline.answer_with(ticket.customer_entry_id, channel)

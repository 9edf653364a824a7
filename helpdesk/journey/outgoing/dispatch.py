"""The last step inside the desk: an entry becomes a row of the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from helpdesk.errors import Conflict
from helpdesk.journey.context import DeskContext
from helpdesk.journey.outgoing import destinations, outbound
from helpdesk.journey.outgoing.destinations import Destination
from helpdesk.outbox import actions as outbox
from helpdesk.tickets import actions as tickets


def queue_entry(
    tx: Connection,
    context: DeskContext,
    *,
    ticket: Any,
    entry_id: int,
    payload: Mapping[str, Any],
    now: datetime,
    due_at: datetime,
    way: Destination | None = None,
) -> None:
    """Put a written entry in the outbox and remember the id the remote will know it by. `way`: not the ticket's own."""
    way = way or destinations.default_destination(ticket)
    channel = context.channels.get(way.channel)
    if channel is None:
        raise Conflict("The channel {channel} is not switched on, so nothing can be sent there.", channel=way.channel)
    remote_id = channel.remote_id(outbound.to_outbound(payload))
    if remote_id is not None:
        tickets.add_remote_id(tx, channel=way.channel, remote_id=remote_id, entry_id=entry_id)
        tickets.set_remote_id(tx, entry_id=entry_id, remote_id=remote_id)
    outbox.queue(
        tx,
        entry_id=entry_id,
        ticket_id=ticket.id,
        channel=way.channel,
        account=way.account,
        address=payload["to"][0],
        automatic=payload["automatic"],
        payload=payload,
        now=now,
        due_at=due_at,
    )

"""Automatic messages: one way to write and queue whatever the desk says by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from helpdesk.database.metadata import Row
from helpdesk.journey.context import DeskContext
from helpdesk.journey.outgoing import dispatch, outbound
from helpdesk.journey.outgoing.destinations import Destination, default_destination
from helpdesk.tickets import actions as tickets


def send_automatic(
    tx: Connection,
    context: DeskContext,
    *,
    ticket: Row,
    text: str,
    now: datetime,
    shown: str | None = None,
    to: tuple[str, str] | None = None,
    destination: Destination | None = None,
    subject: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> int:
    """Write an automatic message on the timeline and queue it; returns the entry's id.

    `shown` is what the timeline says where that is not the text that leaves. Ask `auto_reply_refusal` first.
    """
    way = destination or default_destination(ticket)
    entry_id = tickets.add_entry(
        tx, ticket_id=ticket.id, at=now, kind="message", author="automation", public=True, outgoing=True,
        channel=way.channel, account=way.account, address=way.address, text=text if shown is None else shown,
        automatic=True, delivery="queued", data=dict(data) if data else None,
    )  # fmt: skip
    payload = outbound.build_payload(
        tx, context, ticket=ticket, entry_id=entry_id, text=text, sender_name=context.name, automatic=True,
        to=to, way=way, subject=subject,
    )  # fmt: skip
    dispatch.queue_entry(tx, context, ticket=ticket, entry_id=entry_id, payload=payload, now=now, due_at=now, way=way)
    return entry_id

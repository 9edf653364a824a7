"""A mail too large to be taken in: a note of what it was, and one automatic answer that says so."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from channels.contract import Inbound, Oversize
from helpdesk.journey.context import DeskContext
from helpdesk.journey.outgoing import auto_reply, automatic
from helpdesk.journey.outgoing.destinations import Destination
from helpdesk.journey.receiving.arrival import Arrival
from helpdesk.tickets import queries

ABOUT = "oversized"


def is_oversized(inbound: Inbound) -> bool:
    """Whether a small note stands for a mail that was not fetched because of its size."""
    return inbound.kind == "message" and inbound.oversize is not None


def as_note(context: DeskContext, inbound: Inbound) -> Inbound:
    """What the timeline shows of it: nobody has read what the customer wrote, so no clock runs on it."""
    text = context.render_text(
        "oversized_note.txt", context.language, subject=inbound.subject, **_sizes(inbound.oversize)
    )
    return replace(inbound, kind="note", text=text)


def notify_sender(
    tx: Connection, context: DeskContext, arrival: Arrival, inbound: Inbound, entry_id: int
) -> int | None:
    """Ask its sender to send it smaller: once, through the one gate. Returns the entry, None when nothing left."""
    now, author = arrival.received_at, inbound.author
    if author is None:
        return None
    ticket_id = queries.entry(tx, entry_id=entry_id).ticket_id
    refused = auto_reply.auto_reply_refusal(
        tx,
        context,
        ticket_id=ticket_id,
        address=author.address,
        question_automatic=inbound.automatic or inbound.no_auto_reply,
        now=now,
    )
    if refused or queries.last_automatic_about(
        tx, address=author.address, about=ABOUT, since=now - context.limits.window
    ):
        return None
    ticket = queries.ticket(tx, ticket_id=ticket_id)
    text = context.render_text(
        "oversized.txt", inbound.language or context.language, name=author.name, subject=inbound.subject,
        number=ticket_id, desk=context.name, **_sizes(inbound.oversize),
    )  # fmt: skip
    way = Destination(arrival.channel, arrival.account, author.address)
    return automatic.send_automatic(
        tx, context, ticket=ticket, text=text, now=now, to=(author.address, author.name), destination=way,
        data={"about": ABOUT},
    )  # fmt: skip


def _sizes(oversize: Oversize | None) -> dict[str, str]:
    size, limit = (oversize.size, oversize.limit) if oversize else (None, None)
    return {"megabytes": _megabytes(size), "most": _megabytes(limit)}


def _megabytes(size: int | None) -> str:
    """`31457280` -> `30`; "" for an unknown number of bytes."""
    return f"{size / 1_048_576:.0f}" if size else ""

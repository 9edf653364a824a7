"""Queries about answers: to whom one went, what it takes over from the customer's message, whether there is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select, true

from helpdesk.tickets.models import entries


def answer_with(tx: Connection, *, entry_id: int | None, channel: str) -> dict[str, Any] | None:
    """What a channel kept of a customer's message for the answer to it."""
    if entry_id is None:
        return None
    row = tx.execute(select(entries.c.data).where(entries.c.id == entry_id, entries.c.channel == channel)).first()
    kept = (row.data or {}).get("answer_with") if row is not None else None
    return kept if isinstance(kept, dict) else None


def newest_sent_to(tx: Connection, *, ticket_id: int, channel: str, recipients: Sequence[str]) -> int | None:
    """Our newest message in a ticket to one of these addresses."""
    return tx.execute(
        select(entries.c.id)
        .where(
            entries.c.ticket_id == ticket_id,
            entries.c.channel == channel,
            entries.c.outgoing == true(),
            entries.c.kind.in_(("message", "survey")),
            entries.c.address.in_(list(recipients)[:20]),
        )
        .order_by(entries.c.id.desc())
        .limit(1)
    ).scalar()


def was_answered_after(tx: Connection, *, ticket_id: int, entry_id: int) -> bool:
    """Whether a person answered in public after an entry, and it has not failed."""
    answer = select(entries.c.id).where(
        entries.c.ticket_id == ticket_id,
        entries.c.id > entry_id,
        entries.c.author == "agent",
        entries.c.kind == "message",
        entries.c.outgoing == true(),
        entries.c.delivery.not_in(("failed", "undone")),
    )
    return tx.execute(answer.limit(1)).first() is not None


def wished_addresses(tx: Connection, *, entry_id: int | None, channel: str, most: int = 3) -> list[str]:
    """The addresses a customer's message names for its answer, as the channel writes them; a stranger names none."""
    if entry_id is None:
        return []
    message = select(entries.c.data, entries.c.stranger).where(entries.c.id == entry_id, entries.c.channel == channel)
    row = tx.execute(message).first()
    data = (row.data or {}) if row is not None and not row.stranger else {}
    named = data.get("reply_to") if "unproven" not in data else None
    return [str(address) for address in named[:most]] if isinstance(named, list) else []

"""Outcomes of our messages: sent, failed for good (the clock's stop is revoked), or uncertain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from helpdesk.contacts import actions as contacts
from helpdesk.database.engine import hint
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import clocks, status
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries
from helpdesk.tickets.events.message_events import FilesLost
from helpdesk.tickets.rows import EntryRow, NewEntry
from helpdesk.tickets.timeline import Timeline
from helpdesk.tickets.vocabulary import Delivery


def record_sent(
    tx: Connection, context: DeskContext, *, entry_id: int, remote_ids: Sequence[str], now: datetime
) -> None:
    """The remote took it, and knows it (or its pieces) by these. After an earlier failure it counts from now on."""
    entry = queries.entry(tx, entry_id=entry_id)
    seen = entry.delivery == "read"  # the customer was quicker than the remote's answer to us
    tickets.set_delivery(tx, entry_id=entry_id, state="read" if seen else "sent", sent_at=now)
    _add_remote_ids(tx, entry, [remote_id for remote_id in remote_ids if remote_id])
    if queries.has_failed(tx, ticket_id=entry.ticket_id, entry_id=entry_id):
        record_state(tx, entry_id=entry_id, ticket_id=entry.ticket_id, state="sent", reason="", now=now)
        clocks.recompute_clocks(tx, context, ticket_id=entry.ticket_id, now=now)
    hint(tx, "ticket", entry.ticket_id)


def _add_remote_ids(tx: Connection, entry: EntryRow, remote_ids: Sequence[str]) -> None:
    """Every piece leads to the entry; several are kept in order, so that all of them can be changed."""
    if remote_ids and entry.remote_id is None:
        tickets.set_remote_id(tx, entry_id=entry.id, remote_id=remote_ids[0])
    for remote_id in remote_ids:
        tickets.add_remote_id(tx, channel=entry.channel or "", remote_id=remote_id, entry_id=entry.id)
    if len(remote_ids) > 1:
        tickets.rewrite_entry(
            tx, entry_id=entry.id, text=entry.text, data={**(entry.data or {}), "pieces": list(remote_ids)}
        )


def record_failed(
    tx: Connection, context: DeskContext, *, entry_id: int, reason: str, now: datetime, unreachable: bool
) -> None:
    """It will never arrive: an answer that never arrived is no answer, and resolves nothing."""
    entry = queries.entry(tx, entry_id=entry_id)
    tickets.set_delivery(tx, entry_id=entry_id, state="failed", reason=reason)
    record_state(tx, entry_id=entry_id, ticket_id=entry.ticket_id, state="failed", reason=reason, now=now)
    if unreachable and entry.address:
        contacts.mark_unreachable(tx, address=entry.address, reason=reason, now=now)
    ticket = queries.locked(tx, ticket_id=entry.ticket_id)
    timeline = Timeline.load(tx, ticket_id=entry.ticket_id)
    person_wrote = entry.kind == "message" and entry.author == "agent" and entry.public and not entry.automatic
    if not person_wrote or not status.revoke_resolution(
        tx, context, ticket=ticket, timeline=timeline, entry_id=entry_id, now=now
    ):
        clocks.update_with_clocks(tx, context, ticket=ticket, timeline=timeline, now=now)


def record_lost_files(tx: Connection, *, entry_id: int, names: Sequence[str], reason: str, now: datetime) -> None:
    """The words of a message arrived, these of its files never will: they are named, and the answer counts."""
    entry = queries.entry(tx, entry_id=entry_id)
    tickets.mark_lost_files(tx, entry_id=entry_id, names=names, problem=reason)
    event = FilesLost(of=entry_id, files=list(names), reason=reason)
    tickets.record_event(tx, event, ticket_id=entry.ticket_id, now=now, author="system")


def record_uncertain(tx: Connection, *, entry_id: int, reason: str, now: datetime, unproven: bool = False) -> None:
    """It may have arrived; a person decides whether to send it again. `unproven`: a report says so that anybody may have written."""
    entry = queries.entry(tx, entry_id=entry_id)
    tickets.set_delivery(tx, entry_id=entry_id, state="uncertain", reason=reason)
    record_state(
        tx, entry_id=entry_id, ticket_id=entry.ticket_id, state="uncertain", reason=reason, now=now, unproven=unproven
    )


def record_delayed(tx: Connection, *, entry_id: int, reason: str) -> None:
    """It is being tried again."""
    tickets.set_delivery(tx, entry_id=entry_id, state="queued", reason=reason)
    hint(tx, "ticket", queries.entry(tx, entry_id=entry_id).ticket_id)


def record_state(
    tx: Connection,
    *,
    entry_id: int,
    ticket_id: int,
    state: Delivery,
    reason: str,
    now: datetime,
    unproven: bool = False,
) -> None:
    """Write on the timeline what became of a message."""
    data = {"of": entry_id, "state": state, "reason": reason, **({"unproven": True} if unproven else {})}
    tickets.add_entry(tx, NewEntry(ticket_id=ticket_id, at=now, kind="delivery", author="system", data=data))

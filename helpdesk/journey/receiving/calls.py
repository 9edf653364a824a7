"""A telephone call: one line of the timeline however its events come; its transitions act once.

A missed, abandoned or voicemail call is a question that starts the clock; an answered one is a person's
answer at the moment of answer; an outgoing one counts only when it was answered. Our own survey calls open nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from channels.contract import Address, Inbound
from helpdesk.agents import queries as agents
from helpdesk.contacts import actions as contacts
from helpdesk.database.engine import hint
from helpdesk.intake import actions as intake
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import callback, clocks, reopening
from helpdesk.journey.receiving import new_ticket
from helpdesk.journey.receiving.arrival import Arrival
from helpdesk.sla.engine.clock_skew import FAR
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import late_attachments, queries, rules
from helpdesk.tickets.events.ticket_events import StatusChanged
from helpdesk.tickets.lists import contact_tickets, ticket_search
from helpdesk.tickets.rows import EntryRow, Json, NewEntry, NewFile, TicketChanges, TicketRow
from helpdesk.tickets.vocabulary import ENDED, Author, Status

OUTGOING = frozenset({"outbound", "outgoing"})


class StoredCall(NamedTuple):
    """A call as it stands on its timeline now."""

    ticket_id: int
    entry_id: int
    record: Json


def receive_call(
    tx: Connection, context: DeskContext, arrival: Arrival, inbound: Inbound, files: Sequence[NewFile] = ()
) -> int | None:
    """Put one record of a call on its timeline, or bring the line that is there up to date; its files once."""
    kept = _store(tx, context, arrival, inbound)
    if kept is None:
        return None
    if files and late_attachments.add_late_attachments(
        tx, ticket_id=kept.ticket_id, entry_id=kept.entry_id, files=files
    ):
        hint(tx, "ticket", kept.ticket_id)
    more = None if files else context.channels[arrival.channel].call_files(kept.record)
    if more is not None:
        _fetch_later(tx, arrival, inbound, *more)
    return kept.entry_id


def _fetch_later(tx: Connection, arrival: Arrival, inbound: Inbound, key: str, raw: bytes) -> None:
    """Its recording is taken in by itself, in an order of its own: fetching it never holds back the call."""
    intake.store(
        tx, channel=arrival.channel, account=arrival.account, external_id=f"{inbound.external_id}:files:{key}", raw=raw,
        order_key=f"files:{inbound.external_id}", received_at=arrival.received_at,
    )  # fmt: skip


def _store(tx: Connection, context: DeskContext, arrival: Arrival, inbound: Inbound) -> StoredCall | None:
    known = queries.entry_by_remote_id(tx, channel=arrival.channel, remote_id=inbound.external_id)
    if known is not None:
        return _update(tx, context, arrival, inbound, known)
    record = inbound.call
    if record.get("kind") == "survey" or inbound.author is None:
        return None
    ticket_id = _ticket(tx, context, arrival, inbound, inbound.author)
    if ticket_id is None:
        return None
    ticket_id = queries.surviving_ticket(tx, ticket_id=ticket_id).id  # it may have been merged since we looked
    entry_id = _add_entry(tx, arrival, inbound, ticket_id)
    _apply_outcome(
        tx, context, ticket_id=ticket_id, entry_id=entry_id, record=record, before={}, now=arrival.received_at
    )
    return StoredCall(ticket_id, entry_id, record)


def _update(tx: Connection, context: DeskContext, arrival: Arrival, inbound: Inbound, entry_id: int) -> StoredCall:
    entry = _lock_entry(tx, entry_id)
    channel = context.channels[arrival.channel]
    before = dict(entry.data or {})
    record = dict(channel.merge_call(before, inbound.call))
    kept = StoredCall(entry.ticket_id, entry_id, record)
    if record == before:
        return kept
    tickets.update_call(
        tx, entry_id=entry_id, author=author_of(record), person_id=_person(tx, record),
        outgoing=record.get("direction") in OUTGOING, data=record,
    )  # fmt: skip
    hint(tx, "ticket", entry.ticket_id)
    at = arrival.received_at
    if _outcome(record) != _outcome(before):
        _apply_outcome(tx, context, ticket_id=entry.ticket_id, entry_id=entry_id, record=record, before=before, now=at)
    elif _queue_state(record) != _queue_state(before):
        clocks.recompute_clocks(tx, context, ticket_id=entry.ticket_id, now=at)
    return kept


def _lock_entry(tx: Connection, entry_id: int) -> EntryRow:
    """The line of a call, its ticket locked: two parts of it, or a merge, come one after the other."""
    entry = queries.entry(tx, entry_id=entry_id)
    while True:
        queries.locked(tx, ticket_id=entry.ticket_id)
        current = queries.entry(tx, entry_id=entry_id)
        if current.ticket_id == entry.ticket_id:
            return current
        entry = current


def _outcome(record: Json) -> tuple[object, ...]:
    return tuple(record.get(name) for name in ("direction", "kind", "disposition", "answered_at"))


def _queue_state(record: Json) -> tuple[object, ...]:
    """What the clock of the queue is made of."""
    return record.get("queued_at"), record.get("queue_wait_s"), record.get("status") == "queued"


def author_of(record: Json) -> Author:
    """Whose act a call is: a program's, a person's when somebody of ours called or answered, else the customer's."""
    outgoing, answered = record.get("direction") in OUTGOING, record.get("disposition") == "answered"
    if outgoing and (record.get("kind") == "automatic" or (answered and not has_person(record))):
        return "automation"
    if outgoing or answered:
        return "agent"
    return "customer"


def has_person(record: Json) -> bool:
    """Whether somebody of ours was on the line; a call that a program placed is nobody's answer."""
    return record.get("kind") != "automatic" and bool(record.get("agents") or record.get("agent_ext"))


def _ticket(tx: Connection, context: DeskContext, arrival: Arrival, inbound: Inbound, who: Address) -> int | None:
    at = arrival.received_at
    incoming = inbound.call.get("direction") not in OUTGOING
    known = contacts.find_or_create(
        tx, address=who.address, name=who.name, verified=who.verified, language=None, now=at
    )
    newest = contact_tickets.newest_of_contact(tx, contact_id=known.contact_id)
    if newest is not None and newest.active:
        return int(newest.id)
    window = context.reopening(arrival.channel)
    fresh_enough = newest is not None and newest.resolved_at is not None and at <= newest.resolved_at + window
    if newest is not None and fresh_enough and not known.blocked:
        return int(newest.id)
    if not incoming and inbound.call.get("disposition") != "answered":
        return None if newest is None else int(newest.id)
    follows: int | None = newest.id if newest else None
    quiet = replace(inbound, text="", attachments=(), language=context.language)  # a call has no words of its own
    return new_ticket.open_quiet_ticket(tx, context, arrival, quiet, known, follows=follows, active=True)


def _add_entry(tx: Connection, arrival: Arrival, inbound: Inbound, ticket_id: int) -> int:
    record = inbound.call
    outgoing = record.get("direction") in OUTGOING
    ticket = queries.locked(tx, ticket_id=ticket_id)
    entry = NewEntry(
        ticket_id=ticket_id,
        at=_started_at(record, arrival.received_at),
        kind="call",
        author=author_of(record),
        public=True,
        outgoing=outgoing,
        contact_id=ticket.contact_id,
        person_id=_person(tx, record),
        channel=arrival.channel,
        account=arrival.account,
        address=inbound.author.address if inbound.author else None,
        text=inbound.text,
        remote_id=inbound.external_id,
        intake_id=arrival.intake_id,
        data=dict(record),
    )
    entry_id = tickets.add_entry(tx, entry)
    tickets.add_remote_id(tx, channel=arrival.channel, remote_id=inbound.external_id, entry_id=entry_id)
    address = inbound.author.address if inbound.author else ""
    ticket_search.index_entry(
        tx, ticket_id=ticket_id, entry_id=entry_id, texts=(inbound.subject, address, inbound.text)
    )
    return entry_id


def _apply_outcome(
    tx: Connection, context: DeskContext, *, ticket_id: int, entry_id: int, record: Json, before: Json,
    now: datetime,
) -> None:  # fmt: skip
    """What a call's outcome does to its ticket and its clocks. What was known `before` has acted already."""
    ticket = queries.locked(tx, ticket_id=ticket_id)
    changes: TicketChanges = {"changed_at": now}
    incoming = record.get("direction") not in OUTGOING
    outcome = record.get("disposition")
    answered = outcome == "answered" and (incoming or has_person(record))
    is_new = outcome is not None and _was_answered(outcome) != _was_answered(before.get("disposition"))
    if is_new:
        changes |= _change_status(tx, ticket, entry_id, now, answered=answered, incoming=incoming)
    if incoming:
        changes |= {"customer_at": now, "customer_entry_id": entry_id}
    tickets.change(tx, ticket_id=ticket_id, **changes)
    clocks.recompute_clocks(tx, context, ticket_id=ticket_id, now=now)
    if is_new and answered and not incoming:
        started = _started_at(record, now)
        callback.complete_follow_ups(
            tx, context, ticket_id=ticket_id, person_id=_person(tx, record), started_at=started, now=now
        )


def _change_status(
    tx: Connection, ticket: TicketRow, entry_id: int, now: datetime, *, answered: bool, incoming: bool
) -> TicketChanges:
    """The status a call leads to, recorded on the timeline; returns the columns to change."""
    if incoming and ticket.status in ENDED:
        return reopening.reopen_ticket(
            tx, ticket=ticket, status="open", now=now, call=_spanning_call(tx, ticket, entry_id)
        )
    status = _status_after(ticket.status, answered=answered, incoming=incoming)
    if status == ticket.status:
        return {}
    event = StatusChanged(to=status, previous=ticket.status)
    tickets.record_event(tx, event, ticket_id=ticket.id, now=now + timedelta(microseconds=1), author="system")
    return {"status": status}


def _was_answered(disposition: object) -> bool | None:
    """What of an outcome acts: voicemail instead of missed is a better word for the same. None: it is not over."""
    return None if disposition is None else disposition == "answered"


def _spanning_call(tx: Connection, ticket: TicketRow, entry_id: int) -> int | None:
    """A call that began before its ticket was resolved and ended after it: its question is of the new cycle."""
    began = queries.entry(tx, entry_id=entry_id).at
    return entry_id if ticket.resolved_at is not None and began <= ticket.resolved_at else None


def _status_after(status: Status, *, answered: bool, incoming: bool) -> Status:
    """The status after a call: somebody was spoken with, or the customer we waited for called."""
    if answered and status == "new":
        return "open"
    return rules.status_after_customer(status) if incoming else status


def _started_at(record: Json, received_at: datetime) -> datetime:
    started = record.get("started_at")
    began = min(datetime.fromisoformat(started), received_at) if isinstance(started, str) else received_at
    return received_at if received_at - began > FAR else began


def _person(tx: Connection, record: Json) -> int | None:
    """Who of ours spoke, by the extension the exchange names."""
    for extension in record.get("agents") or ():
        person_id = agents.by_extension(tx, extension=str(extension))
        if person_id is not None:
            return person_id
    return None

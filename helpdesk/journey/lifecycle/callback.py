"""Calling a customer back: the wish a missed call leaves, the click that has the switchboard ring, and what ends both.

A click is one try: it is written down before the switchboard is asked and is never repeated by itself, so nothing
is lost silently and nobody's telephone rings twice. The call itself comes back as a record, like every other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection

from helpdesk.agents import queries as agents
from helpdesk.contacts import queries as contacts
from helpdesk.database.engine import hint
from helpdesk.errors import Conflict, Invalid
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import follow_up, survey
from helpdesk.surveys import queries as surveys
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries
from helpdesk.tickets.events.message_events import CallbackClosed, CallRequested
from helpdesk.tickets.events.stored_events import event_of
from helpdesk.tickets.events.ticket_events import StatusChanged
from helpdesk.tickets.rows import EntryRow
from helpdesk.tickets.vocabulary import ENDED

UNANSWERED = frozenset({"missed", "abandoned", "voicemail", "left_by_key", "busy"})
DOUBLE_CLICK = timedelta(seconds=20)  # a second click within this is the same one


@dataclass(frozen=True, slots=True)
class CallRequest:
    """A call that somebody asked for, written down and about to be tried."""

    entry_id: int
    channel: str
    number: str
    extension: str


def pending_callback(lines: Sequence[EntryRow]) -> EntryRow | None:
    """The newest call nobody answered, while the customer waits to be called back. `lines`: a timeline in order."""
    wish: EntryRow | None = None
    for line in lines:
        data = line.data or {}
        if line.kind == "call":
            if data.get("disposition") == "answered":
                wish = None
            elif not line.outgoing and data.get("disposition") in UNANSWERED and data.get("kind") != "survey":
                wish = line
        elif line.kind == "change":
            event = event_of(data)
            if isinstance(event, CallbackClosed) or (isinstance(event, StatusChanged) and event.to in ENDED):
                wish = None
    return wish


def phone_numbers_of(tx: Connection, *, ticket_id: int) -> list[str]:
    """Numbers the ticket's customer can be called at, the ticket's own first."""
    ticket = queries.ticket(tx, ticket_id=ticket_id)
    known = [address.address for address in contacts.addresses_of(tx, contact_id=ticket.contact_id)]
    places = dict.fromkeys([ticket.address, *known])
    return [place.removeprefix("phone:") for place in places if place.startswith("phone:+")]


def request_call(
    tx: Connection, context: DeskContext, *, ticket_id: int, person_id: int, number: str, now: datetime
) -> CallRequest:
    """Write down that somebody wants to call. Raises Invalid, Conflict when it can't be done or was just done."""
    ticket = queries.locked(tx, ticket_id=ticket_id)
    if ticket.merged_into_id is not None:
        raise Conflict("This ticket was merged into {number}.", number=ticket.merged_into_id)
    if number not in phone_numbers_of(tx, ticket_id=ticket_id):
        raise Invalid("This is none of the customer's numbers.", "number")
    channel = next((name for name, item in context.channels.items() if item.can_ring), None)
    if channel is None:
        raise Invalid("The switchboard can't be asked to call; dial the number yourself.", "number")
    extension = agents.extension_of(tx, person_id=person_id)
    if not extension:
        raise Invalid("Set the extension of your telephone in your account first.", "number")
    for line in reversed(queries.timeline(tx, ticket_id=ticket_id, most=20)):
        event = event_of(line.data)
        if isinstance(event, CallRequested) and event.to == number and event.state != "failed":
            if abs(now - line.at) < DOUBLE_CLICK:
                raise Conflict("This number is being called already.")
            break
    if ticket.assignee_id is None:  # whoever calls first has it, as whoever answers first
        follow_up.assign_ticket(tx, ticket_id=ticket_id, to=person_id, by=person_id, now=now)
    asked = CallRequested(to=number, state="asked")
    entry_id = tickets.record_event(tx, asked, ticket_id=ticket_id, now=now, author="agent", person_id=person_id)
    tickets.change(tx, ticket_id=ticket_id, changed_at=now)
    return CallRequest(entry_id, channel, number, extension)


def record_call_attempt(
    tx: Connection, *, entry_id: int, state: Literal["ringing", "failed", "uncertain"], reason: str = "", call: str = ""
) -> None:
    """What the switchboard said to it."""
    entry = queries.entry(tx, entry_id=entry_id)
    data = {**(entry.data or {}), "state": state, "reason": reason, "call": call}
    tickets.rewrite_entry(tx, entry_id=entry_id, text=entry.text, data=data)
    hint(tx, "ticket", entry.ticket_id)


def close_callback(tx: Connection, *, ticket_id: int, person_id: int, now: datetime) -> None:
    """Nobody needs to call back any more. Raises Conflict when nobody had to."""
    if pending_callback(queries.timeline(tx, ticket_id=ticket_id)) is None:
        raise Conflict("Nobody waits to be called back here.")
    tickets.change(tx, ticket_id=ticket_id, changed_at=now)
    tickets.record_event(tx, CallbackClosed(), ticket_id=ticket_id, now=now, author="agent", person_id=person_id)


def complete_follow_ups(
    tx: Connection, context: DeskContext, *, ticket_id: int, person_id: int | None, started_at: datetime, now: datetime
) -> None:
    """A call of ours was answered: whoever was to be called back because they were unhappy has been."""
    for task in surveys.follow_ups_of(tx, ticket_id=ticket_id):
        if task.done_at is None and task.created_at <= started_at:
            survey.complete_follow_up(
                tx, ticket_id=ticket_id, follow_up_id=task.id, outcome=context.render_text("called_back.txt", context.language),
                person_id=person_id, now=now,
            )  # fmt: skip

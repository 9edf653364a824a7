"""A ticket changes its status: clocks pause, go on or end, and a resolution asks for the survey."""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from sqlalchemy import Connection

from helpdesk.errors import Conflict, Invalid
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import clocks, survey
from helpdesk.tickets import queries, rules
from helpdesk.tickets.events.stored_events import event_of
from helpdesk.tickets.events.ticket_events import Reopened, StatusChanged
from helpdesk.tickets.rows import TicketChanges, TicketRow
from helpdesk.tickets.timeline import Timeline
from helpdesk.tickets.vocabulary import ENDED, STATUSES, Author, Status


def set_status(
    tx: Connection,
    context: DeskContext,
    *,
    ticket_id: int,
    status: Status,
    by: int | None,
    now: datetime,
    author: Author = "agent",
) -> None:
    """Move a ticket to `status` with everything that follows from it. Raises Invalid, Conflict on a merged ticket."""
    if status not in STATUSES:
        raise Invalid("There is no status {status}.", "status", status=repr(status))
    ticket = queries.locked(tx, ticket_id=ticket_id)
    if ticket.merged_into_id is not None:
        raise Conflict("This ticket was merged into {number}.", number=ticket.merged_into_id)
    if ticket.status != status:
        timeline = Timeline.load(tx, ticket_id=ticket_id)
        change_status(tx, context, ticket=ticket, timeline=timeline, to=status, by=by, now=now, author=author)


def change_status(
    tx: Connection,
    context: DeskContext,
    *,
    ticket: TicketRow,
    timeline: Timeline,
    to: Status,
    by: int | None,
    now: datetime,
    author: Author = "agent",
    why: str | None = None,
    **changes: Unpack[TicketChanges],
) -> TicketRow:
    """The same for a locked ticket of another status, together with other `changes`; returns it as it is then."""
    reopened = ticket.status in ENDED and to not in ENDED
    voids = _endings(timeline) if reopened else []
    event = StatusChanged(to=to, previous=ticket.status, voids=voids or None, why=why)
    timeline.record_event(tx, event, now=now, author=author, person_id=by)
    if reopened:
        survey.withdraw_invitation(tx, ticket_id=ticket.id, cycle=ticket.cycle, now=now)
    changes = {**changes, **rules.status_changes(ticket, to, now)}
    after = clocks.update_with_clocks(tx, context, ticket=ticket, timeline=timeline, now=now, **changes)
    if to in ENDED and ticket.status not in ENDED:
        survey.send_invitation(tx, context, ticket=after, timeline=timeline, now=now)
    return after


def revoke_resolution(
    tx: Connection, context: DeskContext, *, ticket: TicketRow, timeline: Timeline, entry_id: int, now: datetime
) -> bool:
    """A person's answer never arrived: a ticket that ended with it is open again. False: it stays as it is."""
    next_cycle = any(entry.id > entry_id for entry in timeline.entries if isinstance(event_of(entry.data), Reopened))
    if ticket.status not in ENDED or ticket.spam_at or ticket.merged_into_id is not None or next_cycle:
        return False
    change_status(
        tx, context, ticket=ticket, timeline=timeline, to="open", by=None, now=now, author="system", why="answer_failed"
    )
    return True


def _endings(timeline: Timeline) -> list[int]:
    """The entries that ended the cycle: taken back by hand, its clocks go on from where they started."""
    endings: list[int] = []
    for entry in reversed(timeline.entries):
        event = event_of(entry.data) if entry.kind == "change" else None
        if isinstance(event, Reopened) or (isinstance(event, StatusChanged) and event.to not in ENDED):
            break
        if isinstance(event, StatusChanged):
            endings.append(entry.id)
    return endings

"""Clocks start with a customer's message and fire when they run out; the rest is recompute.py's.

Every change keeps the ticket's next deadline true.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol, cast

from sqlalchemy import Connection, update

from helpdesk.database.dialect import put
from helpdesk.database.engine import hint
from helpdesk.database.fast_insert import FastInsert
from helpdesk.database.metadata import Row
from helpdesk.sla.store import queries
from helpdesk.sla.store.models import clocks, cycles
from helpdesk.sla.targets import KINDS, ClockKind, PlannedClock, PolicyFacts, PolicyTargets, next_check
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries as stored
from helpdesk.tickets.rows import TicketChanges, TicketRow
from helpdesk.tickets.vocabulary import CALL_BACK, NEVER

_NEW_CYCLE = FastInsert(cycles)
_NEW_CLOCK = FastInsert(clocks)
__all__ = [
    "KINDS",
    "STARTING",
    "deadline",
    "mark_breached",
    "mark_warned",
    "record_customer_message",
    "refresh_deadline",
    "release_clocks",
    "start_cycle",
]

STARTING: tuple[ClockKind, ...] = ("first_response", "resolution")


def start_cycle(
    tx: Connection,
    targets: PolicyTargets,
    *,
    ticket_id: int,
    facts: PolicyFacts,
    cycle: int,
    entry_id: int,
    at: datetime,
    planned: Sequence[PlannedClock],
) -> None:
    """Begin a cycle with its clocks, as planned from the customer's message that opened or reopened it."""
    put(tx, _NEW_CYCLE, {"ticket_id": ticket_id, "number": cycle, "start_entry_id": entry_id, "started_at": at})
    calendar = targets.calendar(facts.kind)[0]
    for clock in planned:
        put(tx, _NEW_CLOCK, _row(clock, ticket_id, cycle, entry_id, at, calendar))
    hint(tx, "clocks")


def _row(
    planned: PlannedClock, ticket_id: int, cycle: int, entry_id: int, at: datetime, calendar: str
) -> dict[str, Any]:
    return {
        "ticket_id": ticket_id,
        "cycle": cycle,
        "kind": planned.kind,
        "state": "running",
        "start_entry_id": entry_id,
        "started_at": at,
        "target_minutes": planned.target.minutes,
        "due_at": planned.due_at,
        "warn_at": planned.warn_at,
        "working_seconds": 0,
        "calendar": calendar,
        "policy": planned.target.policy,
        "fire_at": next_check(planned.due_at, planned.warn_at, None, None),
    }


def record_customer_message(
    tx: Connection,
    targets: PolicyTargets,
    *,
    ticket_id: int,
    facts: PolicyFacts,
    cycle: int,
    entry_id: int,
    at: datetime,
) -> None:
    """A further message of the customer: the next-response clock runs from the oldest unanswered one."""
    running = queries.running_clocks(tx, ticket_id=ticket_id)
    if any(clock.kind != "resolution" for clock in running):
        return
    planned = targets.plan(facts, "next_response", at)
    calendar = targets.calendar(facts.kind)[0]
    put(tx, _NEW_CLOCK, _row(planned, ticket_id, cycle, entry_id, at, calendar))
    hint(tx, "clocks")
    refresh_deadline(tx, ticket_id=ticket_id)


def mark_warned(tx: Connection, *, clock: Row) -> None:
    """The clock's warning was given, at the time it was due for."""
    look = next_check(clock.due_at, clock.warn_at, clock.warn_at, clock.breached_at)
    tx.execute(update(clocks).where(clocks.c.id == clock.id).values(warned_at=clock.warn_at, fire_at=look))


def mark_breached(tx: Connection, *, clock: Row) -> None:
    """The clock ran out, at its due time and not when the watcher woke up."""
    tx.execute(
        update(clocks)
        .where(clocks.c.id == clock.id)
        .values(breached_at=clock.due_at, warned_at=clock.warned_at or clock.warn_at, fire_at=None)
    )


def release_clocks(tx: Connection, *, ticket_id: int) -> None:
    """The ticket was merged: what still ran goes on with the other ticket, what ended stays on record here."""
    tx.execute(
        update(clocks)
        .where(clocks.c.ticket_id == ticket_id, clocks.c.state.in_(("running", "paused")))
        .values(state="merged", fire_at=None)
    )
    refresh_deadline(tx, ticket_id=ticket_id)


class RunningClock(Protocol):
    """What a running clock shows on its ticket."""

    @property
    def kind(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def due_at(self) -> datetime | None: ...


def deadline(running: Iterable[RunningClock], ticket: TicketRow) -> TicketChanges:
    """The ticket columns that show the nearest due time: of these clocks, or of the call back its customer waits for."""
    due = [(clock.due_at, clock) for clock in running if clock.due_at is not None]
    due_at, first = min(due, key=lambda pair: pair[0], default=(NEVER, None))
    if ticket.call_back_at is not None and ticket.call_back_at < due_at:
        return {"deadline": ticket.call_back_at, "deadline_kind": CALL_BACK, "deadline_start": ticket.sad_at}
    return {
        "deadline": due_at,
        "deadline_kind": first.kind if first else None,
        "deadline_start": first.started_at if first else None,
    }


def refresh_deadline(tx: Connection, *, ticket_id: int) -> None:
    """Copy the nearest due time to the ticket, for the lists."""
    ticket = stored.locked(tx, ticket_id=ticket_id)
    running = cast("Sequence[RunningClock]", queries.running_clocks(tx, ticket_id=ticket_id))
    tickets.change(tx, ticket_id=ticket_id, **deadline(running, ticket))

"""Speed of answer: how long callers waited in a queue, each against a target in seconds.

Counted from entering the queue until a person answers or the caller is out of it, in real seconds: a queue takes
nobody in while the desk is closed. As the field counts it: answered within the target is met, anything after it is a
breach, and a caller who leaves within the target counts neither way. Made from the calls on the timeline alone, so
that late, repeated and shuffled events of a call end in the same clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, delete, select

from helpdesk.database.metadata import Row
from helpdesk.sla.engine.clock_skew import is_skewed
from helpdesk.sla.store import clock_store
from helpdesk.sla.store.models import clocks
from helpdesk.tickets import actions as tickets
from helpdesk.tickets.events.ticket_events import AnsweredInTime
from helpdesk.tickets.timeline import TimelineEntry

KIND = "queue_wait"
CALENDAR = "real time"  # where other clocks name the calendar they are counted by


@dataclass(frozen=True, slots=True)
class QueueWait:
    """One caller's waiting. `running`: still in the queue; `left`: gone from it without an answer."""

    state: Literal["running", "stopped", "left"]
    started_at: datetime
    ended_at: datetime | None
    seconds: int

    def due_at(self, target: int | None) -> datetime | None:
        """When the target of so many seconds is used up."""
        return None if target is None else self.started_at + timedelta(seconds=target)

    def met(self, target: int | None) -> bool | None:
        """Whether it was kept; None: no target, still open, or gone within it."""
        if target is None:
            return None
        if self.state == "stopped":
            return self.seconds <= target
        return False if self.state == "left" and self.seconds > target else None


def wait_of(call: Mapping[str, Any], *, incoming: bool, at: datetime) -> QueueWait | None:
    """The waiting in the record of a call whose line stands at `at`. None: it never was in a queue."""
    since, seconds = call.get("queued_at"), call.get("queue_wait_s")
    if not incoming or not isinstance(since, str):
        return None
    start = datetime.fromisoformat(since) + is_skewed(call, at)
    if seconds is None:
        return QueueWait("running", start, None, 0) if call.get("status") == "queued" else None
    answered = call.get("disposition") == "answered"
    return QueueWait("stopped" if answered else "left", start, start + timedelta(seconds=seconds), int(seconds))


def store_wait(
    tx: Connection, *, ticket_id: int, calls: Sequence[TimelineEntry], starts: Sequence[datetime], target: int | None,
    policy: str, now: datetime,
) -> None:  # fmt: skip
    """Write the clocks of these calls, all that a ticket has. `starts`: when each cycle began."""
    ids = [item.id for item in calls]
    existing = tx.execute(select(clocks).where(clocks.c.kind == KIND, clocks.c.start_entry_id.in_(ids))).all()
    known = {item.start_entry_id: item for item in existing}
    for call in calls:
        wait = None if call.author == "import" else wait_of(call.data or {}, incoming=not call.outgoing, at=call.at)
        before = known.get(call.id)
        if wait is None or not starts:
            if before is not None:
                tx.execute(delete(clocks).where(clocks.c.id == before.id))
            continue
        cycle = max(1, sum(1 for start in starts if start <= call.at))
        values = {"ticket_id": ticket_id, "cycle": cycle, "policy": policy, **_values(call, wait, target, before)}
        _in_time_after_all(tx, ticket_id, before, values, now)
        clock_store.store_clock(tx, before, values)


def _values(call: TimelineEntry, wait: QueueWait, target: int | None, before: Row | None) -> dict[str, Any]:
    """The clock's columns. A breach is left for the watcher to tell, late when the record came late."""
    due, stopped = wait.due_at(target), wait.state == "stopped"
    breach = due is not None and (wait.state == "running" or wait.met(target) is False)
    breached_at = before.breached_at if breach and before is not None and before.due_at == due else None
    return {
        "kind": KIND,
        "state": wait.state,
        "start_entry_id": call.id,
        "started_at": wait.started_at,
        "due_at": due,
        "stop_entry_id": call.id if stopped else None,
        "stopped_at": wait.ended_at,
        "person_id": call.person_id if stopped else None,
        "how": "call" if stopped else None,
        "working_seconds": wait.seconds,
        "calendar": CALENDAR,
        "breached_at": breached_at,
        "fire_at": due if breach and breached_at is None else None,
    }


def _in_time_after_all(
    tx: Connection, ticket_id: int, before: Row | None, values: Mapping[str, Any], now: datetime
) -> None:
    """The switchboard's word came late: what was told as a breach was none."""
    if before is None or before.breached_at is None or values["breached_at"] is not None or values["fire_at"]:
        return
    event = AnsweredInTime(clock=KIND, clock_id=before.id)
    tickets.record_event(tx, event, ticket_id=ticket_id, now=now, author="system")

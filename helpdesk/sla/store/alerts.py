"""What the watcher has said of a clock: said once, kept through pauses, taken back where the time lies later now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from helpdesk.database.metadata import Row
from helpdesk.sla.calendar.calendars import Calendar
from helpdesk.sla.engine.replay import due_with_pauses
from helpdesk.sla.targets import Target, next_check
from helpdesk.tickets.events.stored_events import event_of
from helpdesk.tickets.events.ticket_events import DeadlineLater, DeadlineMissed, DeadlineNear
from helpdesk.tickets.timeline import Timeline


def watching(
    values: dict[str, Any], before: Row | None, calendar: Calendar, aim: Target, now: datetime
) -> dict[str, Any]:
    """When a clock warns, what of it was said, and when the watcher looks next; takes from `values` what is not stored."""
    met, due, paused = values.pop("met"), values.pop("runs_out"), values.pop("paused")
    warn = None
    if aim.minutes is not None and due is not None:
        warn = due_with_pauses(calendar, values["started_at"], aim.minutes * aim.warn_share, paused)
    over = values["state"] in ("stopped", "unanswered")
    warned = _still_said(before.warned_at, warn, now) if before is not None else None
    breached = _still_said(before.breached_at, due, now) if before is not None else None
    if over:
        breached = due if met is False else None  # judged at its end, also when nobody looked in between
    running = values["state"] == "running"
    return {
        "warn_at": warn,
        "warned_at": warned,
        "breached_at": breached,
        "fire_at": next_check(due, warn, warned, breached) if running else None,
    }


def _still_said(earlier: datetime | None, time: datetime | None, now: datetime) -> datetime | None:
    """The time that was told, as it is counted now. None: it was not told, or lies ahead again."""
    if earlier is None or time is None or (time > earlier and time > now):
        return None
    return time


def take_back(
    tx: Connection, timeline: Timeline, before: Row | None, values: Mapping[str, Any], *, now: datetime
) -> None:
    """Say on the timeline that what was told of a clock is not so any more. What nobody was told needs no line."""
    if before is None:
        return
    missed = before.breached_at is not None and values["breached_at"] is None
    near = before.warned_at is not None and values["warned_at"] is None
    if not missed and not (near and values["state"] != "stopped"):
        return
    last = next(_said_of(timeline, before.id), None)
    wanted = DeadlineMissed if missed else DeadlineNear
    if isinstance(last, wanted):
        due = values["due_at"]
        event = DeadlineLater(
            clock=before.kind, clock_id=before.id, notice=last.name, due_at=due.isoformat() if due else None
        )
        timeline.record_event(tx, event, now=now, author="system")


def _said_of(timeline: Timeline, clock_id: int) -> Iterator[DeadlineMissed | DeadlineNear | DeadlineLater]:
    """What was told of a clock, the newest first."""
    for entry in reversed(timeline.entries):
        event = event_of(entry.data) if entry.kind == "change" else None
        if isinstance(event, DeadlineMissed | DeadlineNear | DeadlineLater) and event.clock_id == clock_id:
            yield event

"""View builder of the SLA clock: the chip of a ticket, and the explanation of its deadline behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from helpdesk import dates
from helpdesk.sla.store import queue_wait
from helpdesk.web.inbox.build.page_data import TicketData
from helpdesk.web.inbox.build.reader import Reader, name_of, running_clock
from helpdesk.web.inbox.views.timeline_views import (
    ClockExplanation,
    ClockView,
    ExplanationPart,
    ExplanationStep,
    IgnoredEntry,
    QueueView,
)

MOST_STEPS = 8
GAP = 1.0  # per cent of the bar between two parts
OFF = 16.0  # per cent of the bar for a closed period, however long
KINDS = {"bot": "bot", "automation": "bot", "survey": "sad", "system": "bot"}


def choose(clocks: Sequence[Any], now: datetime) -> Any | None:
    """The clock to show: the running response clock, a resolution clock near its deadline, else the last stopped one."""
    due = sorted(
        (clock for clock in clocks if clock.due_at is not None and clock.kind != queue_wait.KIND),
        key=lambda item: item.due_at,
    )
    owed = [row for row in due if row.state == "running" and row.kind != "resolution"]
    if owed:
        return owed[0]
    solving = [row for row in due if row.state == "running"]
    if solving and now >= (solving[0].warn_at or solving[0].due_at):
        return solving[0]
    given = [row for row in due if row.state == "stopped" and row.kind != "resolution"]
    return max(given, key=lambda item: item.id) if given else next(iter(solving), None)


def chip_of(clock: Any, now: datetime) -> ClockView:
    """The chip of one clock."""
    if clock.state == "stopped":
        return ClockView("met", 0, 100, clock.due_at, now)
    if clock.state == "paused":
        return ClockView("paused", 0, 0, clock.due_at, now)
    return running_clock(clock.started_at, clock.due_at, now, clock.warn_at)


def explain_clock(clock: Any, parts: TicketData, reader: Reader, zone: str = dates.TEHRAN) -> ClockExplanation:
    """The explanation of a clock."""
    end = clock.stopped_at or clock.due_at
    counted = reader.calendar(reader.hours(parts.ticket.channel))[1].intervals(clock.started_at, end)
    answered = clock.state == "stopped"
    parts_of_bar, now_x = bar(counted, None if answered else reader.now)
    return ClockExplanation(
        kind=clock.kind,
        met=answered,
        started_at=clock.started_at,
        started_by=_started_by(clock, parts),
        target=clock.target_minutes or 0,
        due_at=clock.due_at,
        policy=clock.policy,
        calendar=clock.calendar,
        steps=steps(counted, zone)[:MOST_STEPS],
        parts=parts_of_bar,
        now_x=now_x,
        ignored=_ignored(clock, parts),
        stopped_at=clock.stopped_at,
        answered_by=parts.names.get(clock.person_id or 0, ""),
        how=clock.how or "",
        seconds=clock.working_seconds,
        breached_at=clock.breached_at,
        queues=_queues(parts),
        called=any(entry.id == clock.start_entry_id and entry.kind == "call" for entry in parts.entries),
    )


def _queues(parts: TicketData) -> list[QueueView]:
    """Queue waits of this ticket's callers, the newest few; a wait that is still running is left out."""
    clocks = [
        clock
        for clock in parts.clocks
        if clock.kind == queue_wait.KIND and clock.due_at is not None and clock.stopped_at
    ]
    made = []
    for clock in clocks[-4:]:
        target = int((clock.due_at - clock.started_at).total_seconds())
        wait = queue_wait.QueueWait(clock.state, clock.started_at, clock.stopped_at, clock.working_seconds).met(target)
        made.append(QueueView(clock.started_at, clock.working_seconds, target, wait))
    return made


def steps(counted: Sequence[tuple[datetime, datetime]], zone: str = dates.TEHRAN) -> list[ExplanationStep]:
    """Working intervals, with the closed days between them."""
    explanation: list[ExplanationStep] = []
    last: date | None = None
    for starts, ends in counted:
        day = dates.local(starts, zone).date()
        while last is not None and last + timedelta(days=1) < day and len(explanation) < MOST_STEPS:
            last += timedelta(days=1)
            idle = datetime(last.year, last.month, last.day, 12, tzinfo=dates.local(starts, zone).tzinfo)
            explanation.append(ExplanationStep(idle, idle, 0, off=True))
        explanation.append(ExplanationStep(starts, ends, (ends - starts).total_seconds()))
        last = dates.local(ends - timedelta(microseconds=1), zone).date()
    return explanation


def bar(
    counted: Sequence[tuple[datetime, datetime]], now: datetime | None
) -> tuple[list[ExplanationPart], float | None]:
    """The bar's parts in per cent. `now` splits used from remaining time."""
    total = sum((ends - starts).total_seconds() for starts, ends in counted)
    if total <= 0 or len(counted) > MOST_STEPS:
        return [], None
    gaps = len(counted) - 1
    off = min(OFF, 40.0 / gaps) if gaps else 0.0
    room = 100.0 - gaps * (off + 2 * GAP)
    x, marks, mark = 0.0, [], None
    for index, (starts, ends) in enumerate(counted):
        if index:
            marks.append(ExplanationPart("off", round(x + GAP, 2), round(off, 2)))
            x += off + 2 * GAP
        width = room * (ends - starts).total_seconds() / total
        used = _used(starts, ends, now)
        if used > 0:
            marks.append(ExplanationPart("on", round(x, 2), round(width * used, 2)))
        if used < 1:
            marks.append(ExplanationPart("left", round(x + width * used, 2), round(width * (1 - used), 2)))
            mark = round(x + width * used, 2) if mark is None else mark
        x += width
    return marks, mark


def _used(starts: datetime, ends: datetime, now: datetime | None) -> float:
    if now is None:
        return 1.0
    return min(max((now - starts) / (ends - starts), 0.0), 1.0)


def _started_by(clock: Any, parts: TicketData) -> str:
    entry = next((item for item in parts.entries if item.id == clock.start_entry_id), None)
    own = entry is None or entry.contact_id in (None, parts.ticket.contact_id)
    return name_of(
        parts.contact.name if own else "", (entry.address if entry is not None else None) or parts.ticket.address
    )


def _ignored(clock: Any, parts: TicketData) -> list[IgnoredEntry]:
    """Robots, notes, and replies that never arrived or were deleted, between the start and the stop."""
    ignored: list[IgnoredEntry] = []
    for entry in parts.entries:
        if entry.id <= clock.start_entry_id or (clock.stop_entry_id and entry.id >= clock.stop_entry_id):
            continue
        who = parts.names.get(entry.person_id or 0, "")
        if entry.kind == "note" and entry.author == "agent":
            ignored.append(IgnoredEntry("note", "note", entry.at, who))
        elif entry.outgoing and entry.author in KINDS:
            ignored.append(
                IgnoredEntry(entry.author if entry.author != "system" else "automation", KINDS[entry.author], entry.at)
            )
        elif entry.outgoing and entry.delivery == "failed":
            ignored.append(IgnoredEntry("failed", "alert", entry.at, who))
        elif entry.outgoing and (entry.data or {}).get("withdrawn_at"):
            ignored.append(IgnoredEntry("deleted", "close", entry.at, who))
    return ignored[-6:]

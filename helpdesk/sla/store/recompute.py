"""Clocks made true from the whole timeline: after an answer, a change of status, a failure, an undo, a merge.

The rules are those of `sla replay`; here their outcome is written over the stored clocks. A clock that
stands keeps what the watcher has already said of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete

from helpdesk.database.dialect import upsert, upserting
from helpdesk.database.engine import hint
from helpdesk.sla.engine.replay import DONE, PAUSED, Cycle, CycleTargets, Response, replay
from helpdesk.sla.store import actions, alerts, clock_store, queries, queue_wait
from helpdesk.sla.store.clock_entries import clock_entries
from helpdesk.sla.store.models import clocks, cycles
from helpdesk.sla.targets import ClockKind, PolicyFacts, PolicyTargets
from helpdesk.tickets.rows import TicketChanges, TicketRow
from helpdesk.tickets.timeline import Timeline, TimelineEntry

_CYCLE = upserting(
    cycles, ["ticket_id", "number"], ["start_entry_id", "started_at", "resolved_at", "bot_first_response_at"]
)


class _Running(NamedTuple):
    kind: ClockKind
    started_at: datetime
    due_at: datetime | None


def recompute(
    tx: Connection, targets: PolicyTargets, *, ticket: TicketRow, timeline: Timeline, facts: PolicyFacts, now: datetime
) -> TicketChanges:
    """Write cycles and clocks anew; returns the columns of the ticket that show them."""
    rows = timeline.entries
    label, calendar = targets.calendar(facts.kind)
    aims = {kind: targets.target(facts, kind) for kind in actions.KINDS}
    cycle_targets = CycleTargets(**{kind: aim.minutes for kind, aim in aims.items()})
    replayed = [] if ticket.spam_at else replay(calendar, cycle_targets, now, list(clock_entries(rows)))
    how = {row.id: _how(row) for row in rows}
    stored = (clock for clock in queries.clocks_of(tx, ticket_id=ticket.id) if clock.kind != queue_wait.KIND)
    known = {(clock.cycle, clock.kind, clock.start_entry_id): clock for clock in stored}
    running: list[_Running] = []
    for number, cycle in enumerate(replayed, start=1):
        last = number == len(replayed)
        _keep_cycle(tx, ticket.id, number, cycle)
        for kind, values in _clocks(cycle, ticket, last=last):
            aim = aims[kind]
            if kind == "next_response" or kind == "first_response":
                values["how"] = how.get(values["stop_entry_id"])
            before = known.pop((number, kind, values["start_entry_id"]), None)
            values |= alerts.watching(values, before, calendar, aim, now)
            alerts.take_back(tx, timeline, before, values, now=now)
            values |= {"calendar": label, "policy": aim.policy, "target_minutes": aim.minutes}
            clock_store.store_clock(tx, before, {"ticket_id": ticket.id, "cycle": number, "kind": kind, **values})
            if values["state"] == "running":
                running.append(_Running(kind, values["started_at"], values["due_at"]))
    _remove(tx, ticket, [clock.id for clock in known.values()], len(replayed))
    calls = [row for row in rows if row.kind == "call"]
    if calls:
        aim_s, policy = targets.wait(facts)
        starts = [item.first_response.started_at for item in replayed]
        queue_wait.store_wait(tx, ticket_id=ticket.id, calls=calls, starts=starts, target=aim_s, policy=policy, now=now)
    hint(tx, "clocks")
    open_question = any(clock.kind != "resolution" for clock in running)
    return {
        "cycle": len(replayed),
        "answered": not open_question and ticket.status not in DONE,
        **actions.deadline(running, ticket),
    }


def _remove(tx: Connection, ticket: TicketRow, clock_ids: Sequence[int], last_cycle: int) -> None:
    """Clocks and cycles that the timeline does not have any more."""
    if clock_ids:
        tx.execute(delete(clocks).where(clocks.c.id.in_(clock_ids)))
    if ticket.cycle > last_cycle:
        tx.execute(delete(cycles).where(cycles.c.ticket_id == ticket.id, cycles.c.number > last_cycle))


def _how(row: TimelineEntry) -> str:
    if row.kind == "call":
        return "call"
    return "suggestion" if (row.data or {}).get("article") else "typed"


def _clocks(cycle: Cycle, ticket: TicketRow, *, last: bool) -> Iterator[tuple[ClockKind, dict[str, Any]]]:
    over = cycle.resolution.stopped_at is not None or not last
    yield "first_response", _response(cycle.first_response, over=over)
    for response in cycle.next_responses:
        yield "next_response", _response(response, over=over)
    clock = cycle.resolution
    paused = not over and ticket.status in PAUSED
    state = "stopped" if clock.stopped_at else "unanswered" if over else "paused" if paused else "running"
    yield (
        "resolution",
        {
            "start_entry_id": clock.start,
            "started_at": clock.started_at,
            "due_at": None if paused else clock.due_at,
            "stop_entry_id": None,
            "stopped_at": clock.stopped_at,
            "person_id": None,
            "state": state,
            "working_seconds": round(clock.working_minutes * 60),
            "not_counted": None,
            "met": clock.met,
            "paused": clock.paused,
            "runs_out": clock.due_at,
        },
    )


def _response(clock: Response, *, over: bool) -> dict[str, Any]:
    state = "stopped" if clock.stopped_at else "unanswered" if over else "running"
    return {
        "start_entry_id": clock.start,
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "state": state,
        "stop_entry_id": clock.stop,
        "stopped_at": clock.stopped_at,
        "person_id": clock.person,
        "working_seconds": round(clock.working_minutes * 60),
        "not_counted": list(clock.not_counted),
        "met": clock.met,
        "paused": (),
        "runs_out": clock.due_at,
    }


def _keep_cycle(tx: Connection, ticket_id: int, number: int, cycle: Cycle) -> None:
    upsert(
        tx,
        _CYCLE,
        {
            "ticket_id": ticket_id,
            "number": number,
            "start_entry_id": cycle.start,
            "started_at": cycle.first_response.started_at,
            "resolved_at": cycle.resolution.stopped_at,
            "bot_first_response_at": cycle.bot_first_response_at,
        },
    )

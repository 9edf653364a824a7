"""Clocks made true from the whole timeline: after an answer, a change of status, a failure, an undo, a merge.

The rules are those of `sla replay`; here their outcome is written over the stored clocks. A clock that
stands keeps what the watcher has already said of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from helpdesk.database.dialect import upsert, upserting
from helpdesk.database.engine import hint
from helpdesk.database.metadata import Row
from helpdesk.sla.engine.clock_skew import is_skewed
from helpdesk.sla.engine.rules import DONE, PAUSED, Cycle, CycleTargets, Response, replay
from helpdesk.sla.engine.timeline_entries import Entry
from helpdesk.sla.store import actions, clock_store, queries, queue_wait
from helpdesk.sla.store.models import clocks, cycles
from helpdesk.sla.targets import ClockKind, PolicyFacts, PolicyTargets, next_check
from helpdesk.tickets import actions as tickets
from helpdesk.tickets.models import entries

_LINES = (
    select(
        entries.c.id,
        entries.c.at,
        entries.c.kind,
        entries.c.author,
        entries.c.person_id,
        entries.c.public,
        entries.c.automatic,
        entries.c.thanks,
        entries.c.outgoing,
        entries.c.delivery,
        entries.c.data,
    )
    .where(
        entries.c.ticket_id == bindparam("ticket_id"),
        entries.c.kind.in_(("message", "call", "change", "delivery")),
    )
    .order_by(entries.c.id)
)
_CYCLE = upserting(
    cycles, ["ticket_id", "number"], ["start_entry_id", "started_at", "resolved_at", "bot_first_response_at"]
)


def timeline(rows: Sequence[Row]) -> Iterator[Entry]:
    """The stored lines as the clock rules see them."""
    undone = {row.data["of"] for row in rows if row.kind == "change" and row.data.get("change") == "unmerged"}
    changes = [row for row in rows if row.kind == "change" and row.id not in undone]
    void = {line: row.at for row in changes for line in row.data.get("voids", ())}
    asked, joined = _after_merges(changes, rows, void)
    for row in rows:
        data = row.data or {}
        if row.kind == "call" and data.get("kind") != "survey":  # our own survey calls are nobody's question
            call = _call(row, asked, joined)
            if row.id not in void:
                yield call
            elif call.answered_at is not None and call.answered_at > void[row.id]:  # it rang on through the merge
                yield replace(call, direction="outgoing", asked=None, joined=None)
        elif row.id in void:
            continue
        elif row.kind == "message" and row.delivery != "undone":
            yield Entry(
                row.id,
                row.at,
                "message",
                row.author,
                row.person_id,
                row.public,
                row.automatic,
                row.thanks,
                asked=asked.get(row.id),
                joined=joined.get(row.id),
            )
        elif row.kind == "delivery":
            yield Entry(row.id, row.at, "delivery", of=data["of"], state=data["state"])
        elif row.kind == "change" and data.get("change") in ("status", "reopened"):
            if data["change"] == "reopened":
                yield Entry(row.id, row.at, "reopen")
            yield Entry(row.id, row.at, "status", to=data["to"])


def _call(row: Row, asked: Mapping[int, datetime], joined: Mapping[int, datetime]) -> Entry:
    data = row.data or {}
    answered, off = data.get("answered_at"), is_skewed(data, row.at)
    if answered is not None:
        answered = datetime.fromisoformat(answered) + off
        answered = max(row.at, answered) if off else answered
    return Entry(
        row.id,
        row.at,
        "call",
        row.author,
        row.person_id,
        direction="outgoing" if row.outgoing else "incoming",
        disposition=data.get("disposition"),
        answered_at=answered,
        asked=asked.get(row.id),
        joined=joined.get(row.id),
    )


def _after_merges(
    changes: Sequence[Row], rows: Sequence[Row], void: dict[int, datetime]
) -> tuple[dict[int, datetime], dict[int, datetime]]:
    """Since when questions have been waiting, and when they came to this ticket, as merges wrote it down."""
    asked: dict[int, datetime] = {}
    joined: dict[int, datetime] = {}
    for row in changes:
        if row.data.get("change") == "merged":
            for line, since in row.data.get("since", ()):
                asked[line] = min(asked.get(line, row.at), datetime.fromisoformat(since))
            joined |= dict.fromkeys(row.data.get("joined", ()), row.at)
            for answers, line, since in row.data.get("leans", ()):
                if any(_arrived(answer, rows) for answer in answers):
                    continue  # else what it answered in the other ticket waits here
                asked[line] = min(asked.get(line, row.at), datetime.fromisoformat(since))
                if void.pop(line, None) is not None:
                    joined[line] = row.at
        elif row.data.get("change") == "reopened" and row.data.get("call"):
            call = next((item for item in rows if item.id == row.data["call"]), None)
            if call is not None and (call.data or {}).get("disposition") != "answered":
                asked[call.id], joined[call.id] = call.at, row.at
    return asked, joined


def _arrived(answer: int, rows: Sequence[Row]) -> bool:
    """Whether a message of ours is on its way or there, by the last word about it."""
    if any(row.id == answer and row.delivery == "undone" for row in rows):
        return False
    states = [row.data["state"] for row in rows if row.kind == "delivery" and row.data["of"] == answer]
    return next((state for state in reversed(states) if state in ("failed", "sent")), "sent") == "sent"


def recompute(tx: Connection, promises: PolicyTargets, *, ticket: Row, facts: PolicyFacts, now: datetime) -> None:
    """Write cycles, clocks and the ticket's next deadline anew."""
    rows = tx.execute(_LINES, {"ticket_id": ticket.id}).all()
    label, calendar = promises.calendar(facts.kind)
    aims = {kind: promises.target(facts, kind) for kind in actions.KINDS}
    targets = CycleTargets(**{kind: aim.minutes for kind, aim in aims.items()})
    replayed = [] if ticket.spam_at else replay(calendar, targets, now, list(timeline(rows)))
    how = {row.id: _how(row) for row in rows}
    known = {
        (clock.cycle, clock.kind, clock.start_entry_id): clock
        for clock in queries.clocks_of(tx, ticket_id=ticket.id)
        if clock.kind != queue_wait.KIND
    }
    for number, cycle in enumerate(replayed, start=1):
        last = number == len(replayed)
        _keep_cycle(tx, ticket.id, number, cycle)
        for kind, values in _clocks(cycle, ticket, last=last):
            aim = aims[kind]
            if kind == "next_response" or kind == "first_response":
                values["how"] = how.get(values["stop_entry_id"])
            before = known.pop((number, kind, values["start_entry_id"]), None)
            values |= _firing(values, before, calendar.due_at, aim)
            values |= {"calendar": label, "policy": aim.policy, "target_minutes": aim.minutes}
            clock_store.store_clock(tx, before, {"ticket_id": ticket.id, "cycle": number, "kind": kind, **values})
    gone = [known_id.id for known_id in known.values()]
    if gone:
        tx.execute(delete(clocks).where(clocks.c.id.in_(gone)))
    tx.execute(delete(cycles).where(cycles.c.ticket_id == ticket.id, cycles.c.number > len(replayed)))
    calls = [row for row in rows if row.kind == "call"]
    if calls:
        aim_s, policy = promises.wait(facts)
        starts = [item.first_response.started_at for item in replayed]
        queue_wait.store_wait(tx, ticket_id=ticket.id, calls=calls, starts=starts, target=aim_s, policy=policy, now=now)
    hint(tx, "clocks")
    _tell_ticket(tx, ticket, len(replayed))


def _how(row: Row) -> str:
    if row.kind == "call":
        return "call"
    return "suggestion" if (row.data or {}).get("article") else "typed"


def _clocks(cycle: Cycle, ticket: Row, *, last: bool) -> Iterator[tuple[ClockKind, dict[str, Any]]]:
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
    }


def _firing(values: dict[str, Any], before: Row | None, due_at: Any, aim: Any) -> dict[str, Any]:
    """When the watcher looks next; what it said already stays said as long as the due time stands."""
    same = before is not None and before.due_at == values["due_at"]
    warned = before.warned_at if before is not None and same else None
    breached = before.breached_at if before is not None and same else None
    stopped, due = values["stopped_at"], values["due_at"]
    if stopped is not None and due is not None and stopped > due:
        breached = due
    warn = None if aim.minutes is None or due is None else due_at(values["started_at"], aim.minutes * aim.warn_share)
    running = values["state"] == "running"
    return {
        "warn_at": warn,
        "warned_at": warned,
        "breached_at": breached,
        "fire_at": next_check(due, warn, warned, breached) if running else None,
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


def _tell_ticket(tx: Connection, ticket: Row, count: int) -> None:
    running = queries.running_clocks(tx, ticket_id=ticket.id)
    open_question = any(clock.kind != "resolution" for clock in running)
    tickets.change(
        tx,
        ticket_id=ticket.id,
        cycle=count,
        answered=not open_question and ticket.status not in DONE,
        **actions.deadline(running, ticket),
    )

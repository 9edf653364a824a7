"""A hundred thousand open tickets with three clocks each: the idle watcher, ten thousand falling due at once, one due time."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select

from bench.bench_desk import desk
from bench.inbox import CHUNK, fill
from bench.measure import cost, reference_ms
from helpdesk.app import App
from helpdesk.sla.store.models import clocks, cycles
from helpdesk.sla.targets import PolicyFacts
from helpdesk.tickets.models import entries

BURST, DUE_TIMES, IDLE = 10_000, 2_000, 10.0
KINDS = (("first_response", 30), ("next_response", 60), ("resolution", 480))


async def run(*, db: str | None, n: int | None, tickets: int | None, **_: Any) -> dict[str, Any]:
    """`tickets` open ones (100,000 unless told); `n` (10,000) of their clocks run out together."""
    count, burst = tickets or 100_000, n or BURST
    async with desk(db) as app:
        start = app.clock()
        for first in range(0, count, CHUNK):
            await app.database.write(fill, start=first, count=min(CHUNK, count - first), now=start, active=1)
            await app.database.write(_clocks, start=first, count=min(CHUNK, count - first), burst=burst, now=start)
        idle = await _idle(app)
        app.clock = lambda: start + timedelta(hours=1, seconds=1)
        with cost() as spent:
            took = await _burst(app, burst)
    return {
        "n": burst,
        "tickets": count,
        "due_us": _due_us(app),
        "idle_cpu_share": round(idle, 5),
        "burst_s": round(took, 2),
        "burst_cpu_s": round(spent.cpu, 2),
        "reference_ms": reference_ms(),
        "others_cpu_share": spent.others,
    }


def _clocks(tx: Connection, *, start: int, count: int, burst: int, now: datetime) -> None:
    numbers = range(start + 1, start + count + 1)
    begun = [{"ticket_id": item, "number": 1, "start_entry_id": item, "started_at": now} for item in numbers]
    tx.execute(insert(cycles), begun)
    rows = []
    for number in numbers:
        for kind, minutes in KINDS:
            due = now + timedelta(minutes=minutes, days=1, seconds=number)
            together = number <= burst and kind == "first_response"
            fire = now + timedelta(hours=1) if together else due
            rows.append(
                {
                    "ticket_id": number, "cycle": 1, "kind": kind, "state": "running", "start_entry_id": number,
                    "started_at": now, "target_minutes": minutes, "due_at": fire if together else due, "warn_at": None,
                    "working_seconds": 0, "calendar": "written", "policy": "default", "fire_at": fire,
                }
            )  # fmt: skip
    tx.execute(insert(clocks), rows)


async def _idle(app: App) -> float:
    """The share of a core that the watcher takes while nothing happens."""
    watcher = asyncio.create_task(app.clock_watcher().run())
    await asyncio.sleep(1)
    with cost() as spent:
        await asyncio.sleep(IDLE)
    watcher.cancel()
    return spent.cpu / spent.wall


async def _burst(app: App, burst: int) -> float:
    """Seconds from waking up until every breach stands on its timeline."""
    begun = time.perf_counter()
    watcher = asyncio.create_task(app.clock_watcher().run())
    statement = select(func.count()).where(entries.c.kind == "change")
    while await app.database.read(lambda tx: tx.execute(statement).scalar_one()) < burst:
        if time.perf_counter() - begun > 120:
            raise RuntimeError("the watcher did not tell of every clock")
        await asyncio.sleep(0.05)
    watcher.cancel()
    return time.perf_counter() - begun


def _due_us(app: App) -> float:
    """Microseconds of processor time for one due time, each from another moment of three weeks."""
    facts, at = PolicyFacts(channel="email", kind="written"), app.clock()
    moments = [at + timedelta(minutes=15 * number) for number in range(DUE_TIMES)]
    begun = time.thread_time()
    for moment in moments:
        app.context.targets.plan(facts, "first_response", moment)
    return round((time.thread_time() - begun) / DUE_TIMES * 1e6, 2)

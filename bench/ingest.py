"""Messages of one kind from raw form to the timeline, durable: accepted, understood, threaded, clocked, suggested.

`--kind`: mail (unless told), telegram, webchat or phone. Of the telephone a message is one event of a call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from bench.bench_desk import desk
from bench.measure import cost, reference_ms
from bench.sample_messages import KINDS, Raw
from helpdesk.app import App
from helpdesk.errors import Invalid
from helpdesk.intake import queries

AT_ONCE = 50  # handed over together, as an IMAP batch, a batch of updates or a busy mail server does
WARM = 52


async def run(*, db: str | None, n: int | None, kind: str | None, **_: Any) -> dict[str, Any]:
    """2,000 different ones, a third of them going on with an earlier conversation."""
    count, kind = n or 2000, kind or "mail"
    if kind not in KINDS:
        raise Invalid(f"There is no kind {kind!r}; there are {', '.join(KINDS)}.")
    channel, make = KINDS[kind]
    things = list(make(count, 1))
    async with desk(db, channel) as app:
        await run_ingest(app, channel, list(make(WARM, 2)))  # everything compiled and loaded
        known = await app.database.read(_counts)
        before = getattr(app.database, "commits", None)
        with cost(children=True) as spent:
            await run_ingest(app, channel, things)
        after = getattr(app.database, "commits", None)
        figures = await app.database.read(_counts)
    made = figures["calls" if kind == "phone" else "messages"]
    wanted = len({thing.order_key for thing in things}) + WARM // 4 if kind == "phone" else count + WARM
    assert (made, figures["left"]) == (wanted, 0), figures
    return {
        "n": count,
        "kind": kind,
        "messages_per_s": round(count / spent.wall),
        "cpu_ms_per_message": round(spent.cpu / count * 1000, 3),
        "flushes_per_message": None if after is None or before is None else round((after - before) / count, 4),
        "tickets": figures["tickets"] - known["tickets"],
        **({"calls": made - known["calls"]} if kind == "phone" else {}),
        "reference_ms": reference_ms(),
        "others_cpu_share": spent.others,
    }


async def run_ingest(app: App, name: str, things: Sequence[Raw]) -> None:
    """Hand these over and wait until the desk has worked them all."""
    door, channel = app.desk_for(name), app.context.channels[name]
    worker = asyncio.create_task(app.intake_worker().run())
    for start in range(0, len(things), AT_ONCE):
        await asyncio.gather(
            *(
                door.accept(
                    thing.account,
                    thing.external_id,
                    thing.raw,
                    order_key=thing.order_key or channel.order_key(thing.raw),
                )
                for thing in things[start : start + AT_ONCE]
            )
        )
    while True:
        if not (await app.database.read(queries.figures))["new"]:
            break
        await asyncio.sleep(0.05)
    worker.cancel()


def _counts(tx: Any) -> dict[str, int]:
    from sqlalchemy import func, select

    from helpdesk.intake.models import intake
    from helpdesk.tickets.models import entries, tickets

    def of(kind: str) -> int:
        return int(tx.execute(select(func.count()).where(entries.c.kind == kind)).scalar_one())

    return {
        "messages": of("message"),
        "calls": of("call"),
        "tickets": tx.execute(select(func.count()).select_from(tickets)).scalar_one(),
        "left": tx.execute(select(func.count()).where(intake.c.state.in_(("new", "quarantined")))).scalar_one(),
    }

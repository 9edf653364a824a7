"""Mails from raw bytes to the timeline, durable: accepted, understood, threaded, clocked, suggested, searchable."""

from __future__ import annotations

import asyncio
from typing import Any

from bench.houses import desk
from bench.mails import mails
from bench.measure import cost, reference_ms
from helpdesk.app import House
from helpdesk.intake import queries

AT_ONCE = 50  # mails handed over together, as an IMAP batch or a busy mail server does


async def run(*, db: str | None, n: int | None, **_: Any) -> dict[str, Any]:
    """2,000 different mails, a third of them replies."""
    count = n or 2000
    letters = list(mails(count))
    async with desk(db) as house:
        await _take(house, list(mails(50, seed=2)))  # everything compiled and loaded
        before = getattr(house.database, "commits", None)
        with cost() as spent:
            await _take(house, letters)
        after = getattr(house.database, "commits", None)
        figures = await house.database.read(_counts)
    assert figures["messages"] == count + 50, figures
    return {
        "n": count,
        "kind": "mail",
        "messages_per_s": round(count / spent.wall),
        "cpu_ms_per_message": round(spent.cpu / count * 1000, 3),
        "flushes_per_message": None if after is None or before is None else round((after - before) / count, 4),
        "tickets": figures["tickets"],
        "reference_ms": reference_ms(),
        "others_cpu_share": spent.others,
    }


async def _take(house: House, letters: list[tuple[str, bytes]]) -> None:
    door, channel = house.desk_for("email"), house.book.channels["email"]
    worker = asyncio.create_task(house.intake_worker().run())
    for start in range(0, len(letters), AT_ONCE):
        part = letters[start : start + AT_ONCE]
        await asyncio.gather(
            *(door.accept("support", name, raw, order_key=channel.order_key(raw)) for name, raw in part)
        )
    while True:
        if await house.database.read(queries.next_due) is None:
            break
        await asyncio.sleep(0.05)
    worker.cancel()


def _counts(tx: Any) -> dict[str, int]:
    from sqlalchemy import func, select

    from helpdesk.tickets.models import entries, tickets

    return {
        "messages": tx.execute(select(func.count()).where(entries.c.kind == "message")).scalar_one(),
        "tickets": tx.execute(select(func.count()).select_from(tickets)).scalar_one(),
    }

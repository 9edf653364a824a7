"""A thousand replies leave for a local mail server (`--kind mail`) or a local Bot API (`--kind telegram`); none twice."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection, select

from bench.bench_desk import desk
from bench.ingest import run_ingest
from bench.measure import cost, reference_ms
from bench.sample_messages import KINDS
from helpdesk.agents import actions as agents
from helpdesk.app import App
from helpdesk.journey.answering import reply
from helpdesk.journey.context import DeskContext
from helpdesk.outbox import queries as outbox
from helpdesk.tickets import queries
from helpdesk.tickets.models import tickets

WARM = 20


async def run(*, db: str | None, n: int | None, kind: str | None, **_: Any) -> dict[str, Any]:
    """`n` replies (1,000 unless told), each to another customer, queued before the first one leaves."""
    count, kind = n or 1000, kind or "mail"
    channel, make = KINDS[kind]
    async with _sink(kind) as (port, report), desk(db, channel, undo=0, **_way(kind, port)) as app:
        await run_ingest(app, channel, list(make((count + WARM) * 3 // 2 + 2, 1)))
        who = await app.database.write(
            agents.add_person, name="Mina", email="mina@desk.example", role="agent", now=app.clock(), by=None
        )
        numbers = list(await app.database.read(lambda tx: tx.execute(select(tickets.c.id)).scalars().all()))
        await _answer(app, who, numbers[:WARM])
        await _send(app)
        await _answer(app, who, numbers[WARM : WARM + count])
        before = getattr(app.database, "commits", None)
        with cost() as spent:
            await _send(app)
        after = getattr(app.database, "commits", None)
        left = await app.database.read(outbox.figures)
        arrived = await report()
    assert arrived == {"replies": count + WARM, "twice": 0}, arrived
    assert not any(left.values()), left
    return {
        "n": count,
        "kind": kind,
        "sent_per_s": round(count / spent.wall),
        "cpu_ms_per_message": round(spent.cpu / count * 1000, 3),
        "flushes_per_message": None if after is None or before is None else round((after - before) / count, 3),
        "twice": arrived["twice"],
        "reference_ms": reference_ms(),
        "others_cpu_share": spent.others,
    }


def _way(kind: str, port: int) -> dict[str, Any]:
    """The settings that lead to the sink."""
    if kind == "telegram":
        bot = {"name": "shop", "api": f"http://127.0.0.1:{port}", "commands": False, "per_second": 1000}
        return {"bots": [bot]}
    smtp = {"host": "127.0.0.1", "port": port, "tls": "none", "sign_in": False}
    return {"deliver": "smtp", "mailboxes": [{"name": "support", "address": "support@dalan.example", "smtp": smtp}]}


async def _answer(app: App, who: int, numbers: list[int]) -> None:
    for start in range(0, len(numbers), 100):
        await app.database.write(_replies, app.context, who=who, numbers=numbers[start : start + 100], now=app.clock())


def _replies(tx: Connection, context: DeskContext, *, who: int, numbers: list[int], now: Any) -> None:
    for number in numbers:
        text = f"سلام، پیگیری کردم. reply-number-{number}-"
        answer = reply.Reply(text, queries.newest_entry(tx, ticket_id=number))
        reply.send_reply(tx, context, ticket_id=number, person_id=who, person_name="Mina", answer=answer, now=now)


async def _send(app: App) -> None:
    """Let the sender run until nothing waits."""
    worker = asyncio.create_task(app.outbox_worker().run())
    while True:
        figures = await app.database.read(outbox.figures)
        if not figures["queued"] and not figures["sending"]:
            break
        await asyncio.sleep(0.02)
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)


@asynccontextmanager
async def _sink(kind: str) -> AsyncIterator[tuple[int, Any]]:
    """The other side: its port, and what it took so far."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.sink", kind, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdin is not None
    assert child.stdout is not None
    line, answers = child.stdin, child.stdout

    async def report() -> Any:
        line.write(b"\n")
        await line.drain()
        return json.loads(await answers.readline())

    try:
        yield int(await answers.readline()), report
    finally:
        child.terminate()
        await child.wait()

"""The list of fifty rows as a page, a ticket with thirty entries as the pane a click opens; search as one types."""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import Connection, insert, select

from bench.bench_desk import desk
from bench.measure import cost, middle, reference_ms
from bench.sample_mails import WORDS_EN, WORDS_FA
from helpdesk.agents import actions as agents
from helpdesk.agents import sign_in
from helpdesk.app import App, web_application
from helpdesk.contacts.models import addresses, contacts
from helpdesk.database import fulltext
from helpdesk.tickets.models import entries, tickets

ROUNDS = 30
BROWSER = """
import http.client, sys, time
from urllib.parse import urlsplit
address, cookie, rounds = urlsplit(sys.argv[1]), sys.argv[2], int(sys.argv[3])
more = {"HX-Request": "true", "HX-Target": "pane"} if sys.argv[4] == "pane" else {}
line = http.client.HTTPConnection(address.netloc)
for _ in range(rounds):
    start = time.perf_counter()
    line.request("GET", f"{address.path}?{address.query}", headers={"Cookie": f"session={cookie}; language=fa", **more})
    answer = line.getresponse()
    page = answer.read()
    assert answer.status == 200 and b"/inbox/tickets/" in page, (answer.status, page[:300])
    print(time.perf_counter() - start)
"""
ENTRIES = 30
CHUNK = 2000


async def run(*, db: str | None, n: int | None, tickets: int | None, **_: Any) -> dict[str, Any]:
    """Fill a desk with `tickets` tickets (10,000 unless told) and ask for pages."""
    count, rounds = tickets or 10_000, n or ROUNDS
    async with desk(db) as app:
        for start in range(0, count, CHUNK):
            await app.database.write(fill, start=start, count=min(CHUNK, count - start), now=app.clock())
        await app.database.write(_long_one, now=app.clock())
        async with _open(app) as address:
            cookie = await _session(app)
            shown = await _measure(f"{address}/inbox?view=all", cookie, rounds, "page")
            pane_ms = await _measure(f"{address}/inbox/tickets/{count}?view=all", cookie, rounds, "pane")
        search_ms = await _searches(app, rounds)
    return {
        "n": rounds,
        "tickets": count,
        "list_cpu_ms": shown[0],
        "list_p50_ms": shown[1],
        "ticket_cpu_ms": pane_ms[0],
        "ticket_p50_ms": pane_ms[1],
        "search_p50_ms": search_ms,
        "reference_ms": reference_ms(),
        "others_cpu_share": pane_ms[2],
    }


async def _session(app: App) -> str:
    now = app.clock()
    person_id = await app.database.write(
        agents.add_person, name="Mina", email="mina@desk.example", role="agent", now=now, by=None, language="fa"
    )
    limits = sign_in.Limits(window=timedelta(minutes=15), per_account=5, per_address=30, lasts=timedelta(days=1))
    return await app.database.write(
        sign_in.enter, person_id=person_id, account="x", now=now, address="127.0.0.1", device="bench", limits=limits
    )


@asynccontextmanager
async def _open(app: App) -> AsyncIterator[str]:
    runner = web.AppRunner(web_application(app), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    await runner.cleanup()


async def _measure(address: str, cookie: str, rounds: int, part: str) -> tuple[float, float, float]:
    """Processor time of this process only: the browser is another one."""
    await _ask(address, cookie, 5, part)
    gc.collect()
    with cost() as spent:
        walls = await _ask(address, cookie, rounds, part)
    return round(spent.cpu / rounds * 1000, 2), round(middle(walls) * 1000, 2), spent.others


async def _ask(address: str, cookie: str, rounds: int, part: str) -> list[float]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BROWSER, address, cookie, str(rounds), part, stdout=asyncio.subprocess.PIPE
    )
    message, _ = await child.communicate()
    assert child.returncode == 0
    return [float(item) for item in message.split()]


async def _searches(app: App, rounds: int) -> float:
    from helpdesk.tickets.lists import ticket_search

    walls = []
    for number in range(rounds):
        word = WORDS_FA[number % len(WORDS_FA)]
        for length in range(2, len(word) + 1):
            start = time.perf_counter()
            await app.database.read(ticket_search.search_tickets, question=word[:length])
            walls.append(time.perf_counter() - start)
    return round(middle(walls) * 1000, 2)


def fill(tx: Connection, *, start: int, count: int, now: Any, active: int = 10) -> None:
    """Tickets with one message each; every `active`th is open."""
    numbers = range(start + 1, start + count + 1)
    stamps = {number: now - timedelta(seconds=number * 7) for number in numbers}
    texts = {number: _message(number) for number in numbers}
    tx.execute(insert(contacts), [
        {"id": number, "name": f"مشتری {number}", "notes": "", "created_at": stamps[number]} for number in numbers
    ])  # fmt: skip
    tx.execute(insert(addresses), [
        {"contact_id": number, "address": _address(number), "channel": "email", "verified": False, "created_at": stamps[number]}
        for number in numbers
    ])  # fmt: skip
    tx.execute(insert(tickets), [_ticket(number, stamps[number], texts[number], active) for number in numbers])
    tx.execute(insert(entries), [
        {
            "id": number, "ticket_id": number, "at": stamps[number], "kind": "message", "author": "customer",
            "public": True, "outgoing": False, "contact_id": number, "channel": "email", "account": "support",
            "text": texts[number], "automatic": False, "thanks": False, "stranger": False,
        }
        for number in numbers
    ])  # fmt: skip
    for number in numbers:
        fulltext.add(tx, entry_id=number, folded=texts[number])


def _message(number: int) -> str:
    words = WORDS_FA if number % 5 else WORDS_EN
    return " ".join(words[(number * step) % len(words)] for step in (3, 5, 7, 11, 13, 17))


def _address(number: int) -> str:
    return f"email:c{number}@customers.example"


def _ticket(number: int, at: Any, message: str, active: int) -> dict[str, Any]:
    return {
        "id": number, "subject": message[:40], "status": "resolved" if number % active else "open",
        "active": number % active == 0, "contact_id": number, "priority": "normal", "language": "fa",
        "channel": "email", "account": "support", "address": _address(number), "snippet": message, "created_at": at,
        "changed_at": at, "customer_at": at, "answered": False, "deadline": at + timedelta(minutes=30),
        "deadline_kind": "first_response", "deadline_start": at, "cycle": 1, "automatic": False,
    }  # fmt: skip


def _long_one(tx: Connection, *, now: Any) -> None:
    """Thirty entries on the newest ticket."""
    number = tx.execute(select(tickets.c.id).order_by(tickets.c.id.desc()).limit(1)).scalar_one()
    top = tx.execute(select(entries.c.id).order_by(entries.c.id.desc()).limit(1)).scalar_one()
    if tx.dialect.name == "postgresql":
        for table in ("contacts", "tickets", "entries"):
            tx.exec_driver_sql(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
    tx.execute(
        insert(entries),
        [
            {
                "id": top + step,
                "ticket_id": number,
                "at": now,
                "kind": "message",
                "author": "customer" if step % 2 else "agent",
                "public": True,
                "outgoing": step % 2 == 0,
                "channel": "email",
                "account": "support",
                "text": "سلام، " * 30,
                "automatic": False,
                "thanks": False,
                "stranger": False,
                "delivery": None if step % 2 else "sent",
            }
            for step in range(1, ENTRIES)
        ],
    )

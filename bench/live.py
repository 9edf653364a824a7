"""Web chat under people: from a visitor's message to every agent's browser, and what ten thousand idle chats weigh.

The desk runs as a program of its own; visitors (sockets) and agents (streams of events) are in this one.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import select

from bench.measure import cost, middle
from helpdesk import clock
from helpdesk.agents import actions as agents
from helpdesk.agents import sign_in
from helpdesk.app import App, build_app
from helpdesk.database.engine import Database, open_database
from helpdesk.settings import Settings
from helpdesk.tickets.models import tickets

ROOT = Path(__file__).resolve().parents[1]
SHOP = "https://shop.example"
AGENTS, CHATS, RATE, SECONDS = 50, 1000, 200, 15
LIMITS = sign_in.Limits(timedelta(minutes=15), 5, 30, timedelta(days=1))
CONFIG = """
[data]
folder = "{folder}"
[database]
url = "{url}"
[web]
port = {port}
[logs]
level = "error"
[channels.webchat]
enabled = true
folder = "{folder}/webchat"
[[channels.webchat.sites]]
name = "shop"
origins = ["https://shop.example"]
[channels.webchat.limits]
arrivals = [1000000, 1000.0]
"""


@dataclass
class Scene:
    """A running desk and whoever is connected to it."""

    address: str
    pid: int
    http: aiohttp.ClientSession
    sessions: list[str]
    database: Database
    sockets: list[aiohttp.ClientWebSocketResponse] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # conversations, in the order of `sockets`
    began: dict[int, float] = field(default_factory=dict)  # ticket -> when its newest message left the visitor
    took: list[float] = field(default_factory=list)  # milliseconds, at every agent watched

    async def visit(self) -> None:
        """One more visitor says hello."""
        ws = await self.http.ws_connect(f"{self.address}/channels/webchat/socket", origin=SHOP, max_msg_size=0)
        await ws.send_str('{"t":"hello","v":1,"site":"shop"}')
        self.names.append((await ws.receive_json())["visitor"])
        self.sockets.append(ws)

    async def visits(self, count: int) -> None:
        """So many visitors, a few at a time."""
        for start in range(0, count, 50):
            await asyncio.gather(*(self.visit() for _ in range(min(50, count - start))))

    def resident_kib(self) -> float:
        """Memory the desk holds."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024

    def desk_seconds(self) -> float:
        """Processor time the desk has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def send_chat(self, index: int, text: str) -> None:
        """One visitor writes."""
        await self.sockets[index].send_str(json.dumps({"t": "msg", "cid": os.urandom(8).hex(), "text": text}))

    async def watch(self, session: str, *, counted: bool) -> None:
        """One agent's browser: reads its stream as long as it is there."""
        async with self.http.get(f"{self.address}/live", cookies={"session": session}) as stream:
            async for line in stream.content:
                if counted and line.startswith(b"data: "):
                    now = time.perf_counter()
                    changed = json.loads(line[6:]).get("tickets", ())
                    self.took += [(now - self.began[change]) * 1000 for change in changed if change in self.began]


async def run(*, db: str | None, n: int | None, **_: Any) -> dict[str, Any]:
    """Latency first, then idle chats up to `n` (10,000)."""
    with tempfile.TemporaryDirectory(prefix="pasokh-bench-") as name, cost() as spent:
        async with _scene(Path(name), db) as scene:
            talk = await _talk(scene)
            before, held = scene.resident_kib(), len(scene.sockets)
            await scene.visits((n or 10_000) - held)
            await asyncio.sleep(3)
            added = len(scene.sockets) - held
            kib, desk = (scene.resident_kib() - before) / added, scene.desk_seconds()
    share = max(0.0, spent.others - desk / spent.wall / (os.cpu_count() or 1))
    return {"n": len(scene.sockets), **talk, "kib_per_connection": round(kib, 1), "others_cpu_share": round(share, 3)}


async def _talk(scene: Scene) -> dict[str, Any]:
    watching = [asyncio.create_task(scene.watch(session, counted=n < 5)) for n, session in enumerate(scene.sessions)]
    await scene.visits(CHATS)
    readers = [asyncio.create_task(_drain(ws)) for ws in scene.sockets]
    for index in range(CHATS):
        await scene.send_chat(index, "Hello")
        if index % 20 == 19:
            await asyncio.sleep(0.1)
    numbers = await _tickets(scene)
    scene.took.clear()
    total = RATE * SECONDS
    start, desk = time.perf_counter(), scene.desk_seconds()
    for sent in range(total):
        index = sent * 7 % CHATS
        await asyncio.sleep(max(0.0, start + sent / RATE - time.perf_counter()))
        scene.began[numbers[index]] = time.perf_counter()
        await scene.send_chat(index, "Where is my order?")
    sending = time.perf_counter() - start
    await asyncio.sleep(3)
    desk = scene.desk_seconds() - desk
    for task in watching:
        task.cancel()
    took = sorted(scene.took)
    for reader in readers:
        reader.cancel()
    return {
        "chats": CHATS, "agents": len(watching), "messages_per_s": round(total / sending),
        "cpu_ms_per_message": round(desk * 1000 / total, 2),
        "seen": round(len(took) / (total * 5), 3), "p50_ms": round(middle(took), 1),
        "p99_ms": round(took[int(len(took) * 0.99)], 1),
    }  # fmt: skip


async def _drain(ws: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in ws:
        pass


async def _tickets(scene: Scene) -> list[int]:
    """The ticket of every conversation, once the desk has taken all of them in."""
    for _ in range(600):
        rows = await scene.database.read(
            lambda tx: {row[0]: row[1] for row in tx.execute(select(tickets.c.conversation, tickets.c.id))}
        )
        if len(rows) >= CHATS:
            return [rows[name] for name in scene.names]
        await asyncio.sleep(0.1)
    raise RuntimeError("the desk did not take the messages in")


@asynccontextmanager
async def _scene(folder: Path, db: str | None) -> AsyncIterator[Scene]:
    url, port = db or f"sqlite:///{folder}/desk.db", _free()
    config = folder / "helpdesk.toml"
    config.write_text(CONFIG.format(folder=folder, url=url, port=port))
    settings = Settings.model_validate({"data": {"folder": folder}, "database": {"url": url}})
    async with build_app(settings, where="the benchmark", channels={}) as app:
        sessions = [await _signed_in(app, n) for n in range(AGENTS)]
    database = await open_database(url)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        child = await asyncio.create_subprocess_exec(
            sys.executable, str(ROOT / "run.py"), "serve", "--config", str(config), cwd=ROOT,
            stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            forever = aiohttp.ClientTimeout(total=None)
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=forever) as http:
                await _answers(http, f"http://127.0.0.1:{port}/sign-in")
                yield Scene(f"http://127.0.0.1:{port}", child.pid, http, sessions, database)
        finally:
            with suppress(ProcessLookupError):
                child.terminate()
            await child.wait()


async def _signed_in(app: App, n: int) -> str:
    now = clock.now()
    person = await app.database.write(
        agents.add_person, name=f"Agent {n}", email=f"agent{n}@desk.example", role="agent", now=now, by=None
    )
    return await app.database.write(
        sign_in.enter, person_id=person, account="x", address="127.0.0.1", device="bench", limits=LIMITS, now=now
    )


async def _answers(http: aiohttp.ClientSession, url: str) -> None:
    for _ in range(600):
        with suppress(aiohttp.ClientError):
            async with http.get(url) as answer:
                if answer.status == 200:
                    return
        await asyncio.sleep(0.1)
    raise RuntimeError("the desk did not start")


def _free() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

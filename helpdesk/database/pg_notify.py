"""Hints between the processes of one desk, by PostgreSQL's LISTEN and NOTIFY. Any of them may be lost.

They are sent beside the transactions, a few milliseconds of them together: NOTIFY inside of one would make all commits
of the desk wait for each other.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import structlog
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from helpdesk.database.engine import Hint

log = structlog.get_logger("calls")
CHANNEL = "pasokh"
LARGEST = 7_000  # bytes of one call; PostgreSQL takes 8,000
MOST_WAITING = 10_000  # hints, while the database can't be reached
GATHER = 0.003  # seconds
BACK_OFF = (0.2, 1.0, 5.0)
ALIVE = 30.0  # seconds between looks whether the line is still there


class PgNotify:
    """One connection that calls and listens, made again when it is lost. `hear` is given what others called."""

    def __init__(self, url: str, hear: Callable[[list[Hint]], None]) -> None:
        self._url, self._hear = url, hear
        self._name = secrets.token_hex(6)
        self._waiting: list[str] = []
        self._news = asyncio.Event()
        self._task = asyncio.create_task(self._run(), name="calls")
        self.listening = asyncio.Event()

    def put(self, hints: Sequence[Hint]) -> None:
        """Call these. Never waits; what is no JSON or too long is left out."""
        for hint in hints:
            with contextlib.suppress(TypeError, ValueError):
                words = json.dumps(hint)
                if len(words) < LARGEST and len(self._waiting) < MOST_WAITING:
                    self._waiting.append(words)
        self._news.set()

    async def close(self) -> None:
        """Hang up."""
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _run(self) -> None:
        falls = 0
        while True:
            engine = create_async_engine(self._url, poolclass=NullPool)
            try:
                async with engine.connect() as connection:
                    line: Any = (await connection.get_raw_connection()).driver_connection
                    await line.add_listener(CHANNEL, self._heard)
                    line.add_termination_listener(lambda _line: self._news.set())
                    self.listening.set()
                    falls = 0
                    await self._speak(line)
            except Exception as error:  # the database is away; whoever waits for a call also looks by himself
                log.warning("no line to the other processes", error=type(error).__name__)
                self.listening.clear()
                await asyncio.sleep(BACK_OFF[min(falls, len(BACK_OFF) - 1)])
                falls += 1
            finally:
                await engine.dispose()

    async def _speak(self, line: Any) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ALIVE):
                    await self._news.wait()
            await asyncio.sleep(GATHER)
            self._news.clear()
            if line.is_closed():
                raise ConnectionError("the line was cut")
            waiting = len(self._waiting)
            for words in _packed(dict.fromkeys(self._waiting), self._name) or [f'["{self._name}",[]]']:
                await line.execute("SELECT pg_notify($1, $2)", CHANNEL, words)
            del self._waiting[:waiting]

    def _heard(self, _line: Any, _process: int, _channel: str, words: str) -> None:
        name, hints = json.loads(words)
        if name != self._name and hints:
            self._hear([(topic, tuple(data) if isinstance(data, list) else data) for topic, data in hints])


def _packed(hints: Iterable[str], name: str) -> list[str]:
    """As few calls as hold them."""
    calls: list[str] = []
    held: list[str] = []
    size = 0
    for hint in hints:
        if held and size + len(hint) > LARGEST:
            calls.append(f'["{name}",[{",".join(held)}]]')
            held, size = [], 0
        held.append(hint)
        size += len(hint) + 1
    return [*calls, f'["{name}",[{",".join(held)}]]'] if held else calls


async def notices_arrive(url: str, *, patience: float = 5.0) -> bool:
    """Whether one connection hears what another one says; behind a pooler it may not. Raises the driver's errors."""
    engine = create_async_engine(f"postgresql+asyncpg://{url.partition('://')[2]}", poolclass=NullPool)
    channel, heard = f"{CHANNEL}_check_{secrets.token_hex(4)}", asyncio.Event()
    try:
        async with engine.connect() as listening, engine.connect() as speaking:
            ear: Any = (await listening.get_raw_connection()).driver_connection
            mouth: Any = (await speaking.get_raw_connection()).driver_connection
            await ear.add_listener(channel, lambda *_: heard.set())
            await mouth.execute("SELECT pg_notify($1, $2)", channel, "")
            try:
                async with asyncio.timeout(patience):
                    await heard.wait()
            except TimeoutError:
                return False
            return True
    finally:
        await engine.dispose()

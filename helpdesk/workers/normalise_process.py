"""A process beside the desk in which raw messages are understood, each within a budget of processor time.

What one sender's mail does to the parser stops nobody: the loop and the other threads of the desk go on meanwhile, and
what takes longer than its budget is given up for good.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from channels.contract import Unreadable
from helpdesk.workers.normalise_child import LENGTH, packed

log = structlog.get_logger("intake")
PATIENCE = 30  # times the budget on the clock, after which a process that uses no processor time is given up too
ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "HOME")  # all it gets: no secret of the desk is in it
Normaliser = Callable[[str, bytes], Any]
Task = tuple[Normaliser, str, bytes]  # (function, account, raw form)


class Ended(Exception):
    """The process ended before it answered."""


class Overdue(Ended):
    """It only waited, for too long."""


@dataclass(slots=True)
class NormaliseProcess:
    """Started when first needed. `budget`: seconds of processor time for one message."""

    budget: float
    _process: asyncio.subprocess.Process | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def normalise(self, tasks: Sequence[Task]) -> list[Any]:
        """What the functions make of the raw forms, in order; an exception where one raised it or took too long."""
        results: list[Any] = []
        async with self._lock:
            deaths = 0
            while len(results) < len(tasks):
                done = len(results)
                try:
                    await self._work(tasks[done:], results)
                except Ended as error:
                    code = await self._end()
                    deaths = deaths + 1 if len(results) == done else 1
                    if code == -signal.SIGPROF or (isinstance(error, Overdue) and deaths > 1):
                        results.append(self._given_up())
                        deaths = 0
                    elif deaths > 1:  # twice at the same message: it is tried again later, as after any error
                        results.append(RuntimeError(f"the process that understands messages ended with {code}"))
                        deaths = 0
                except BaseException:
                    await self._end()  # answers that nobody read would be taken for those of the next
                    raise
        return results

    async def close(self) -> None:
        """End the process."""
        async with self._lock:
            await self._end()

    def _given_up(self) -> Unreadable:
        log.warning("normalising took too long", budget=self.budget)
        return Unreadable(f"understanding this message took more than {self.budget:g} seconds of processor time")

    async def _work(self, tasks: Sequence[Task], results: list[Any]) -> None:
        process = await self._started()
        writing = asyncio.create_task(self._write(process, tasks))
        try:
            for _ in tasks:
                good, value = await self._read(process)
                results.append(value if good else _checked(value))
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            own = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "helpdesk.workers.normalise_child", str(self.budget),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                env={**own, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}, limit=2**20,
            )  # fmt: skip
        return self._process

    async def _write(self, process: asyncio.subprocess.Process, tasks: Sequence[Task]) -> None:
        assert process.stdin is not None
        for task in tasks:
            process.stdin.write(packed(task))
            await process.stdin.drain()

    async def _read(self, process: asyncio.subprocess.Process) -> Any:
        assert process.stdout is not None
        try:
            async with asyncio.timeout(self.budget * PATIENCE):
                size = int.from_bytes(await process.stdout.readexactly(LENGTH), "big")
                return pickle.loads(await process.stdout.readexactly(size))  # noqa: S301 (our own process wrote it)
        except TimeoutError as error:
            raise Overdue from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise Ended from error

    async def _end(self) -> int | None:
        """End it if it still runs; returns how it ended."""
        process, self._process = self._process, None
        if process is None:
            return None
        if process.stdin is not None:
            process.stdin.close()
        try:  # one that the budget has ended is gone already
            async with asyncio.timeout(0.5):
                return await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            return await process.wait()


def _checked(value: Any) -> BaseException:
    return value if isinstance(value, BaseException) else RuntimeError(repr(value))

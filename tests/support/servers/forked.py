"""Programs as child processes that start at once: forked from a process that has imported the desk already."""

from __future__ import annotations

import asyncio
import importlib.util
import multiprocessing
import os
import runpy
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([
    "channels.email.channel", "channels.phone.channel", "channels.telegram.channel", "channels.webchat.channel",
    "helpdesk.app", "helpdesk.database.postgres", "helpdesk.database.sqlite", "tests.support.desk.desk_story",
])  # fmt: skip
PATIENCE = 60.0  # seconds until a program must be ready


class ForkedProgram:
    """`python -m MODULE ARGUMENTS`, which prints "ready" when it is."""

    def __init__(self, module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self._task = (module, arguments, dict(environment or {}))
        self._process: multiprocessing.context.ForkServerProcess | None = None

    async def start(self) -> None:
        """Start it, again after it was killed. Raises TimeoutError, RuntimeError when it ends instead."""
        reader, writer = _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(target=_run, args=(*self._task, writer), daemon=True)
        self._process.start()
        writer.close()
        try:
            async with asyncio.timeout(PATIENCE):
                if await asyncio.to_thread(_first_line, reader) != "ready\n":
                    raise RuntimeError(f"{self._task[0]} ended with {self._process.exitcode}")
        finally:
            reader.close()

    async def kill(self) -> None:
        """kill -9; its ports are free afterwards."""
        assert self._process is not None
        self._process.kill()
        self._process.join()
        self._process.close()


def _first_line(reader: Connection) -> str:
    with os.fdopen(os.dup(reader.fileno())) as lines:
        return lines.readline()


def _run(module: str, arguments: tuple[str, ...], environment: dict[str, str], output: Connection) -> None:
    os.environ.update(environment)
    os.dup2(output.fileno(), 1)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.argv = [module, *arguments]
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    runpy.run_path(spec.origin, run_name="__main__")

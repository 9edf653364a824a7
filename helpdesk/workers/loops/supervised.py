"""A loop of the desk goes on whatever happens to it: a database that is away or a full disk must not end it for good."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

log = structlog.get_logger("workers")
PAUSES = (0.5, 2.0, 5.0, 15.0, 30.0)  # seconds before each further try
WELL = 60.0  # seconds after which an earlier fall is forgotten


async def supervised(name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run `work` until it ends or is cancelled; when it falls over, say so and start it again after a while."""
    loop, falls = asyncio.get_running_loop(), 0
    while True:
        begun = loop.time()
        try:
            return await work()
        except Exception:  # nobody else would ever start it again
            falls = 1 if loop.time() - begun > WELL else falls + 1
            log.exception("worker fell", worker=name, falls=falls)
            await asyncio.sleep(PAUSES[min(falls, len(PAUSES)) - 1])

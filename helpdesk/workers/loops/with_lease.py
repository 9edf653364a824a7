"""Work that one process of the desk does at a time: it runs while its lease is held and renewed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from helpdesk.clock import Clock
from helpdesk.database.engine import Database
from helpdesk.database.leases import acquire, release

log = structlog.get_logger("leases")
SECONDS = 15.0


async def with_lease(
    database: Database,
    name: str,
    holder: str,
    clock: Clock,
    work: Callable[[], Coroutine[Any, Any, None]],
    *,
    seconds: float = SECONDS,
) -> None:
    """Take the lease `name`, then work; stop when it is lost, and wait for it again. Returns when the work ends."""
    while True:
        if not await _held(database, name, holder, clock, seconds):
            await asyncio.sleep(seconds / 3)
            continue
        task = asyncio.create_task(work(), name=name)
        try:
            while await _still(task, seconds / 3):
                if not await _held(database, name, holder, clock, seconds):
                    log.warning("lease lost", lease=name)
                    break
            else:
                return await task
        finally:
            task.cancel()
            await asyncio.wait([task])
            with contextlib.suppress(Exception):  # a database that is gone keeps no lease either
                await database.write(release, name=name, holder=holder)


async def _held(database: Database, name: str, holder: str, clock: Clock, seconds: float) -> bool:
    try:
        return await database.write(acquire, name=name, holder=holder, now=clock(), seconds=seconds)
    except Exception as error:  # without the database nobody can say whose it is
        log.warning("lease not renewed", lease=name, error=type(error).__name__)
        return False


async def _still(task: asyncio.Task[None], seconds: float) -> bool:
    """Wait a while; whether the task is still at it."""
    done, _ = await asyncio.wait([task], timeout=seconds)
    return not done

"""Database access for one short command, whether the desk is running or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from helpdesk.cli.common.driver_errors import as_desk_errors
from helpdesk.database import migrate
from helpdesk.database.engine import Database, open_database
from helpdesk.errors import Conflict, NotFound
from helpdesk.settings import Settings


@asynccontextmanager
async def beside(settings: Settings) -> AsyncIterator[Database]:
    """Open the database beside a running desk: SQLite lets two processes write in turn.

    The schema is never migrated below a running desk. Raises Conflict when that would be needed.
    """
    url = settings.database.url
    if not url.startswith("sqlite"):
        await migrate.bring_up(url)
    else:
        path = Path(url.partition("///")[2])
        if await asyncio.to_thread(migrate.shape_of, path) != migrate.newest():
            await _bring_up(path, url)
    database = await open_database(url)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def existing(settings: Settings) -> AsyncIterator[Database]:
    """Like `beside`, for an existing database. Raises NotFound, and DeskError for driver and disk errors."""
    url = settings.database.url
    path = Path(url.partition("///")[2])
    if url.startswith("sqlite") and not await asyncio.to_thread(path.exists):
        raise NotFound(f"There is no database at {path} yet.")
    with as_desk_errors():
        async with beside(settings) as database:
            yield database


async def _bring_up(path: Path, url: str) -> None:
    from helpdesk.app import standalone_database

    try:
        with standalone_database(path):
            await migrate.bring_up(url)
    except Conflict:
        raise Conflict("The desk that runs is of another version than this program. Start it again first.") from None

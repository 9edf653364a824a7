"""A start that waits for its database: after a reboot PostgreSQL may take longer than the desk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from helpdesk.cli.common.driver_errors import as_desk_errors
from helpdesk.database import migrate
from helpdesk.database.engine import open_database
from helpdesk.errors import DeskError, Unavailable
from helpdesk.settings import Settings

PATIENCE = 60.0  # seconds
PAUSE = 1.0


async def wait_for_database(settings: Settings, say: Callable[[str], None], *, patience: float = PATIENCE) -> None:
    """Return once a PostgreSQL answers. Raises DeskError when it has not within `patience`, or at once when it refuses."""
    if settings.database.url.startswith("sqlite"):
        return
    with as_desk_errors():
        database = await open_database(settings.database.url)
        loop = asyncio.get_running_loop()
        until, announced = loop.time() + patience, False
        try:
            while True:
                try:
                    await database.read(migrate.current)
                    return
                except Unavailable as error:
                    if loop.time() >= until:
                        raise _silent(error, patience) from None
                if not announced:
                    say(f"The database does not answer yet; waiting for up to {patience:.0f} seconds.")
                    announced = True
                await asyncio.sleep(min(PAUSE, patience))
        finally:
            await database.close()


def _silent(error: Unavailable, patience: float) -> DeskError:
    why = (str(error.__cause__) or type(error.__cause__).__name__).splitlines()[0]
    return DeskError(
        f"The database has not answered for {patience:.0f} seconds: {why}. Start PostgreSQL, or set [database] url."
    )

"""A new desk begins in an empty place: an empty database beside the data of another one is a mistake."""

from __future__ import annotations

import asyncio
from pathlib import Path

from helpdesk.database import migrate
from helpdesk.database.engine import open_database
from helpdesk.errors import DeskError
from helpdesk.files.permissions import MADE
from helpdesk.settings import Settings


async def require_own_database(settings: Settings) -> None:
    """Raise DeskError when the database is new and the data folder is not.

    Whoever connects the wrong database would have its mailboxes read and their customers answered once more.
    """
    left = [settings.data.folder / name for name in MADE if _holds_something(settings.data.folder / name)]
    if left and await _is_new(settings.database.url):
        raise DeskError(
            f"The database is empty, and {left[0]} is of a desk that worked before. Name that desk's database in "
            "[database], restore a backup into an empty place, or say --new-database to begin a new desk here."
        )


def _holds_something(place: Path) -> bool:
    return any(place.iterdir()) if place.is_dir() else place.exists()


async def _is_new(url: str) -> bool:
    if url.startswith("sqlite"):
        return await asyncio.to_thread(migrate.shape_of, Path(url.partition("///")[2])) is None
    database = await open_database(url)
    try:
        return await database.read(migrate.current) is None
    finally:
        await database.close()

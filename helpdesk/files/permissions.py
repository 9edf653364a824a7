"""Who may read what the desk stores: its own user alone."""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Iterator
from pathlib import Path

from helpdesk.settings import Settings

MADE = ("files", "secret", "webchat")  # by the desk, in its data folder; what else lies there is none of its business
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def exposed(settings: Settings) -> list[Path]:
    """What the desk made in its data folder, and its database, where other users of this machine may reach it.

    Of folders only the outermost one: whoever can't enter it reaches nothing below.
    """
    return [path for path in _own(settings) if _mode(path) & OTHERS]


def tighten(settings: Settings) -> list[Path]:
    """Take every right of others away; returns what they could reach before. What is another user's stays as it is."""
    reachable = exposed(settings)
    for path in reachable:
        with contextlib.suppress(PermissionError):  # `check` shows it
            path.chmod(stat.S_IMODE(_mode(path)) & ~OTHERS)
    return reachable


def _own(settings: Settings) -> Iterator[Path]:
    yield from (settings.data.folder / name for name in MADE)
    if settings.database.url.startswith("sqlite"):
        database = Path(settings.database.url.partition("///")[2])
        yield from (database.with_name(database.name + end) for end in ("", "-wal", "-shm", ".lock"))


def _mode(path: Path) -> int:
    """The mode of what lies there itself; 0 for nothing, and for a link, whose own rights mean nothing."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return 0
    return 0 if stat.S_ISLNK(mode) else mode

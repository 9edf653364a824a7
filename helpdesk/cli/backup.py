"""`run.py backup` and `run.py restore`: a whole desk into one archive, and back."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from helpdesk.cli.common.driver_errors import as_desk_errors
from helpdesk.cli.common.load_settings import DEFAULT, Config, in_a_sentence, read
from helpdesk.cli.common.progress import Progress

if TYPE_CHECKING:
    from helpdesk.maintenance.manifest import Manifest

T = TypeVar("T")
File = Annotated[Path, typer.Argument(help="The archive, a .tar.")]


@in_a_sentence
def backup(file: File, config: Config = DEFAULT) -> None:
    """Write database, files and key into one archive; the desk may run meanwhile."""
    from helpdesk import clock
    from helpdesk.maintenance import backup as backups

    settings, progress = read(config), Progress("Copying the database")
    made = _run(backups.back_up(settings, file, now=clock.now(), progress=progress), progress)
    typer.echo(f"{file} holds {_contents(made)}.")
    _complain(made)


@in_a_sentence
def restore(file: File, config: Config = DEFAULT) -> None:
    """Restore an archive into an empty installation; start the desk afterwards."""
    from helpdesk.maintenance import restore as restoring

    settings, progress = read(config), Progress("Checking the files")
    made = _run(restoring.restore(settings, file, progress=progress), progress)
    typer.echo(f"Restored: {_contents(made)}, as they were on {made.created_at}.")
    _complain(made)


def _run(work: Coroutine[Any, Any, T], progress: Progress) -> T:
    try:
        with as_desk_errors():
            return asyncio.run(work)
    finally:
        progress.end()


def _contents(made: Manifest) -> str:
    return f"{made.counts['tickets']} tickets, {made.counts['entries']} entries and {made.files} files"


def _complain(made: Manifest) -> None:
    for what, digests in (("missing from", made.missing), ("damaged in", made.damaged)):
        for digest in digests:
            typer.echo(f"A file that the database names is {what} the store: {digest}", err=True)

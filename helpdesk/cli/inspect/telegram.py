"""`run.py telegram show`: what a Telegram update puts on the timeline, from files, without a server."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from helpdesk.cli.common.json_lines import Answer, show

app = typer.Typer(help="Inspect Telegram updates.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Inspect Telegram updates."""


@app.command("show")
def show_command(
    files: Annotated[list[Path], typer.Argument(help="Updates: one JSON object a file, a list, or one a line.")],
    pretty: Annotated[bool, typer.Option("--pretty", help="Spread out for people.")] = False,
) -> None:
    """What an update puts on the timeline, or why nothing: one JSON line per update."""
    raise typer.Exit(show(_described(files), pretty=pretty))


def _described(files: list[Path]) -> Iterator[Answer]:
    """The result of each update, in order; `{"error", "line"}` for an invalid one, numbered over all files."""
    door = import_module("channels.telegram.describe")
    line = 0
    for path in files:
        try:
            updates = door.updates(path.read_bytes())
        except OSError as error:
            line += 1
            yield {"error": f"{path}: {error.strerror}", "line": line}
            continue
        for update in updates:
            line += 1
            try:
                yield door.describe(update)
            except ValueError as error:
                yield {"error": f"{path}: {error}", "line": line}

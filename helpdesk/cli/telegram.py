"""`run.py telegram`: what the desk makes of an update, from files, without a server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from helpdesk.cli.lines import show
from helpdesk.cli.mail import described

app = typer.Typer(help="Telegram: ask what the desk reads in an update.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Telegram: ask what the desk reads in an update."""


@app.command("show")
def show_command(
    files: Annotated[list[Path], typer.Argument(help="Updates, one JSON object a file.")],
    pretty: Annotated[bool, typer.Option("--pretty", help="Spread out for people.")] = False,
) -> None:
    """What an update puts on the timeline, or why nothing: one JSON line a file."""
    raise typer.Exit(show(described("telegram", files), pretty=pretty))

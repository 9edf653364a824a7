"""`run.py phone`: what the desk makes of the events of a telephone call, from files, without a server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from helpdesk.cli.lines import answers, opened, show

app = typer.Typer(help="Telephone calls: ask what the desk reads in their events.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Telephone calls: ask what the desk reads in their events."""


def phone_reduce(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """`{"events": […]}` or `{"provider", "headers", "body"}` a line → the call's record."""
    return answers(lines, import_module("channels.phone.door").describe)


@app.command("reduce")
def reduce_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, allow_dash=True, help="JSON lines; - is stdin.")],
    pretty: Annotated[bool, typer.Option("--pretty", help="Spread out for people.")] = False,
) -> None:
    """One record of each call, from all its events in any order: {"events": […]} a line, or one webhook."""
    with opened(file) as lines:
        raise typer.Exit(show(phone_reduce(lines), pretty=pretty))

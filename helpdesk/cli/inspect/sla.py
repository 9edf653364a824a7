"""`run.py sla`: due times and SLA clocks computed from files, without a server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from helpdesk.cli.common.json_lines import answers, opened, show
from helpdesk.sla import commands

app = typer.Typer(help="Working time and clocks: ask when something is due, and why.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="JSON lines; - reads stdin.")]
Pretty = Annotated[bool, typer.Option("--pretty", help="Spread out for people.")]


def sla_due(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """`{"calendar", "start", "minutes"}` per line → `{"due_at", "intervals", "warning"}`."""
    return answers(lines, commands.due)


def sla_replay(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """`{"calendar", "policy", "now", "entries"}` per line → `{"cycles"}`."""
    return answers(lines, commands.cycles)


@app.command("due")
def due_command(file: File, pretty: Pretty = False) -> None:
    """Due times of working minutes: {"calendar", "start", "minutes"} per line."""
    with opened(file) as lines:
        raise typer.Exit(show(sla_due(lines), pretty=pretty))


@app.command("replay")
def replay_command(file: File, pretty: Pretty = False) -> None:
    """SLA clocks of a timeline: {"calendar", "policy", "now", "entries"} per line."""
    with opened(file) as lines:
        raise typer.Exit(show(sla_replay(lines), pretty=pretty))

"""`run.py phone`: what the desk makes of the events of a telephone call, from files, without a server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from helpdesk.cli.common.json_lines import answers, opened, show
from helpdesk.cli.inspect.phone_send import send_command
from helpdesk.errors import Invalid

app = typer.Typer(
    help="Telephone calls: what the desk reads in their events, and test calls to a running desk.", no_args_is_help=True
)


app.command("send")(send_command)


@app.callback()
def group() -> None:
    """Telephone calls: what the desk reads in their events, and test calls to a running desk."""


def phone_reduce(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """`{"events": […]}` or `{"provider", "headers", "body"}` a line → the call's record."""
    describe = import_module("channels.phone.describe").describe

    def described(asked: Any) -> dict[str, Any]:
        try:
            return cast("dict[str, Any]", describe(asked))
        except ValueError as error:
            raise Invalid(str(error)) from None

    return answers(lines, described)


@app.command("reduce")
def reduce_command(
    file: Annotated[Path, typer.Argument(allow_dash=True, help="JSON lines; - reads stdin.")],
    pretty: Annotated[bool, typer.Option("--pretty", help="Spread out for people.")] = False,
) -> None:
    """One record of each call, from all its events in any order: {"events": […]} a line, or one webhook."""
    if str(file) != "-" and not file.is_file():
        raise typer.BadParameter(f"there is no file {file}")
    with opened(file) as lines:
        raise typer.Exit(show(phone_reduce(lines), pretty=pretty))

"""`run.py phone reduce`: the call record made of a call's events, from files, without a server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from helpdesk.cli.common.json_lines import answers, opened, show
from helpdesk.cli.inspect.phone_send import send_command
from helpdesk.errors import Invalid

app = typer.Typer(help="Inspect call events and send test calls.", no_args_is_help=True)


app.command("send")(send_command)


@app.callback()
def group() -> None:
    """Inspect call events and send test calls."""


def phone_reduce(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """`{"events": […]}` or `{"provider", "headers", "body"}` per line → the call's record."""
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
    """The record of each call, from its events in any order: {"events": […]} per line, or one webhook."""
    if str(file) != "-" and not file.is_file():
        raise typer.BadParameter(f"there is no file {file}")
    with opened(file) as lines:
        raise typer.Exit(show(phone_reduce(lines), pretty=pretty))

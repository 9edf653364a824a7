"""`run.py mail parse`: how the desk reads a mail, from files, without a server."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from helpdesk.cli.common.json_lines import show
from helpdesk.cli.inspect.mail_send import send_command

app = typer.Typer(help="Inspect and send mails.", no_args_is_help=True)
app.command("send")(send_command)


@app.callback()
def group() -> None:
    """Inspect and send mails."""


@app.command("parse")
def parse_command(
    files: Annotated[list[Path], typer.Argument(help="Raw mails.")],
    pretty: Annotated[bool, typer.Option("--pretty", help="Spread out for people.")] = False,
    own: Annotated[
        list[str] | None, typer.Option("--own", help="An address of ours; may be given several times.")
    ] = None,
) -> None:
    """Parse mails: addresses, visible text, quoted text and attachments; one JSON line per mail."""
    raise typer.Exit(show(described("email", files, own=own or []), pretty=pretty))


def described(channel: str, files: list[Path], **options: Any) -> Iterator[dict[str, Any]]:
    """The channel's description of each file; `{"error", "line"}` for an invalid one."""
    door = import_module(f"channels.{channel}.describe")
    for number, path in enumerate(files, 1):
        try:
            yield door.describe(path.read_bytes(), **options)
        except OSError as error:
            yield {"error": f"{path}: {error.strerror}", "line": number}
        except ValueError as error:
            yield {"error": f"{path}: {error}", "line": number}

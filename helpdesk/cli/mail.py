"""`run.py mail`: what the desk makes of a mail, from files, without a server."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from helpdesk.cli.lines import show

app = typer.Typer(help="Mails: ask what the desk reads in them.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Mails: ask what the desk reads in them."""


@app.command("parse")
def parse_command(
    files: Annotated[list[Path], typer.Argument(help="Raw mails.")],
    pretty: Annotated[bool, typer.Option("--pretty", help="Spread out for people.")] = False,
) -> None:
    """Who wrote to whom, what, with which files, and what is only quoted: one JSON line a mail."""
    raise typer.Exit(show(described("email", files), pretty=pretty))


def described(channel: str, files: list[Path]) -> Iterator[dict[str, Any]]:
    """What `channels/<channel>/door.py` says of each file; `{"error", "line"}` for one that can't be used."""
    door = import_module(f"channels.{channel}.door")
    for number, path in enumerate(files, 1):
        try:
            yield door.describe(path.read_bytes())
        except OSError as error:
            yield {"error": f"{path}: {error.strerror}", "line": number}
        except ValueError as error:
            yield {"error": f"{path}: {error}", "line": number}


@app.command("send")
def send_command(
    text: Annotated[str, typer.Argument(help="What the customer writes.")],
    sender: Annotated[str, typer.Option("--from", help="The customer's address.")] = "somebody@customers.example",
    name: Annotated[str, typer.Option("--name", help="The customer's name.")] = "",
    to: Annotated[str, typer.Option("--to", help="Our address.")] = "support@dalan.example",
    subject: Annotated[str, typer.Option("--subject")] = "",
    port: Annotated[int, typer.Option("--port", help="The desk's mail door on this machine.")] = 8025,
) -> None:
    """Send the desk a mail as a customer would, through its own mail door on this machine."""
    import asyncio

    from helpdesk.clock import now
    from helpdesk.demo.letters import deliver, letter

    mail = letter(name=name, address=sender, to=to, subject=subject or text[:60], text=text, at=now())
    try:
        asyncio.run(deliver(mail, to=to, port=port))
    except OSError as error:
        typer.echo(f"The desk's mail door does not answer on port {port}: {error}. Is `make run` going?", err=True)
        raise typer.Exit(1) from None
    typer.echo("Taken in.")

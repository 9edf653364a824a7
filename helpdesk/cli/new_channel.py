"""`run.py new-channel NAME`: scaffolding of a new channel folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from helpdesk.cli.common.load_settings import ROOT

CHANNEL = '''"""{title}: describe here what is received and sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import ClassVar

from channels import contract
from channels.contract import Address, Capabilities, DeliveryError, Desk, Inbound, Outbound, Thread, Unreadable


class Channel(contract.Channel):
    """Replace the bodies; the contract is in channels/contract.py."""

    name = "{name}"
    label: ClassVar[Mapping[str, str]] = {{"fa": "{name}", "en": "{title}"}}
    icon = "chat"
    can = Capabilities()

    class Settings(contract.Channel.Settings):
        """`[channels.{name}]` of config/helpdesk.toml."""

    def normalise(self, account: str, raw: bytes) -> Inbound:
        """Understand what arrived: here JSON with id, sender and text."""
        try:
            said = json.loads(raw)
            return Inbound(
                "message", external_id=str(said["id"]), author=Address(f"{name}:{{said['sender']}}"),
                text=str(said["text"]), thread=Thread(conversation=str(said["sender"])),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise Unreadable(f"not a message of {name}: {{error}}") from error

    async def run(self, desk: Desk) -> None:
        """Listen here; hand every message to `desk.accept` and tell the remote only after it returned."""

    async def send(self, outbound: Outbound) -> str:
        """Hand over one message."""
        raise DeliveryError("{title} can't send yet.", permanent=True)
'''
README = """# {title}
What this channel connects to, and how to set it up.

| what | yes/no | why |
|---|---|---|
| receive | no | not written yet |
| send | no | not written yet |
| attachments | no | not written yet |
| threads | yes | one open ticket per sender |
| edits | no | not written yet |
| retries | yes | the desk's outbox |
| survey | no | not written yet |
"""


def new_channel(
    name: Annotated[str, typer.Argument(help="Small letters, digits and underscores.")],
    folder: Annotated[Path, typer.Option("--folder", help="Where channels live.")] = ROOT / "channels",
) -> None:
    """Create channels/NAME with everything the contract requires."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,30}", name):
        typer.echo("A channel's name has small letters, digits and underscores, and begins with a letter.", err=True)
        raise typer.Exit(1)
    place = folder / name
    if place.exists():
        typer.echo(f"{place} is there already.", err=True)
        raise typer.Exit(1)
    title = name.replace("_", " ").capitalize()
    (place / "samples").mkdir(parents=True)
    files = {
        "__init__.py": "",
        "channel.py": CHANNEL,
        "README.md": README,
        "samples/hello.json": '{{"id": "1", "sender": "somebody", "text": "Hello"}}\n',
    }
    for file, content in files.items():
        (place / file).write_text(content.format(name=name, title=title), encoding="utf-8")
    typer.echo(f"{place} is made. Switch it on with [channels.{name}] enabled = true, then fill in channel.py.")

"""`run.py phone send`: a signed test call to a running desk, as a switchboard would tell it."""

from __future__ import annotations

import asyncio
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from helpdesk.clock import now
from helpdesk.errors import Invalid

if TYPE_CHECKING:
    from helpdesk.demo.calls import Call

DEMO = Path(__file__).resolve().parents[2] / "demo-data" / "phone.secret"
OUTCOMES = ("missed", "answered", "abandoned", "voicemail", "call_back")


def send_command(
    caller: Annotated[str, typer.Option("--from", help="The customer's number, in any spelling.")] = "09121234567",
    scenario: Annotated[str, typer.Option("--scenario", help=" | ".join(OUTCOMES))] = "missed",
    url: Annotated[str, typer.Option("--url", help="The desk's address.")] = "http://127.0.0.1:8080",
    source: Annotated[
        str, typer.Option("--source", help='The source\'s name; its provider must be "generic".')
    ] = "pbx",
    name: Annotated[str, typer.Option("--name", help="The name that the line shows.")] = "",
    agent: Annotated[str, typer.Option("--agent", help="The extension of who answers.")] = "101",
    wait: Annotated[int, typer.Option("--wait", min=0, help="Seconds in the queue.")] = 20,
    talk: Annotated[int, typer.Option("--talk", min=0, help="Seconds of talking.")] = 90,
    secret_file: Annotated[Path | None, typer.Option("--secret-file", help="Holds the source's secret.")] = None,
) -> None:
    """Tell a running desk of a call that has just ended, signed as a switchboard would. Gives the call's id.

    The secret is PASOKH_PHONE_<SOURCE>_SECRET, or in --secret-file; the demo's is found by itself.
    """
    from helpdesk.demo.calls import Call  # the demo's parts take a while to load

    try:
        call = Call(caller, _scenario(scenario), name=name, agent=agent, wait=wait, talk=talk)
        call_id = asyncio.run(send(call, url=url, source=source, secret=secret_of(source, secret_file)))
    except Invalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(json.dumps({"call_id": call_id, "scenario": scenario, "from": caller}))


def secret_of(source: str, file: Path | None) -> str:
    """The secret of a source. Raises Invalid saying where it may be."""
    name = f"PASOKH_PHONE_{re.sub(r'[^A-Z0-9]', '_', source.upper())}_SECRET"
    told = os.environ.get(f"{name}_FILE")
    path = file or (Path(told) if told else None if os.environ.get(name) else DEMO)
    if path is None:
        return os.environ[name]
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        raise Invalid(f"There is no secret to sign with: set {name}, or name a file by --secret-file.") from None


async def send(call: Call, *, url: str, source: str, secret: str) -> str:
    """Post the events of a call in their order; returns its id. Raises Invalid with the desk's own words."""
    import aiohttp

    from helpdesk.demo.calls import signed

    place, call_id = f"{url.rstrip('/')}/channels/phone/{source}", ""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session:
        for _, event in call.events(now(), ""):
            call_id = str(event["call_id"])
            body, headers = signed(event, secret, now())
            try:
                async with session.post(place, data=body, headers=headers) as answer:
                    if answer.status != 200:
                        raise Invalid(f"The desk answered {answer.status}: {await answer.text()}")
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise Invalid(f"The desk does not answer at {url} ({type(error).__name__}). Is it running?") from None
    return call_id


def _scenario(name: str) -> str:
    if name not in OUTCOMES:
        raise Invalid(f"There is no scenario {name!r}; there are {', '.join(OUTCOMES)}.")
    return name

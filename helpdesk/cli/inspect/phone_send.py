"""`run.py phone send`: a signed test call to a running desk, as a switchboard would report it."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from helpdesk.cli.common.load_settings import DEFAULT, DEMO, Config, in_a_sentence, read
from helpdesk.clock import now
from helpdesk.errors import Invalid

if TYPE_CHECKING:
    from helpdesk.demo.demo_calls import Call
    from helpdesk.settings import Settings

OUTCOMES = ("missed", "answered", "abandoned", "voicemail", "call_back")


@dataclass(frozen=True, slots=True)
class Target:
    """The target desk and the signing source. `named`: where the secret came from."""

    url: str
    source: str
    secret: str
    named: str


@in_a_sentence
def send_command(
    caller: Annotated[str, typer.Option("--from", help="The customer's number, in any spelling.")] = "09121234567",
    scenario: Annotated[str, typer.Option("--scenario", help=" | ".join(OUTCOMES))] = "missed",
    url: Annotated[str | None, typer.Option("--url", help="The desk's address; else public_url of [desk].")] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--source", help='The source\'s name, its provider "generic"; else the first such of the settings.'
        ),
    ] = None,
    name: Annotated[str, typer.Option("--name", help="The name that the line shows.")] = "",
    agent: Annotated[str, typer.Option("--agent", help="The extension of who answers.")] = "101",
    wait: Annotated[int, typer.Option("--wait", min=0, help="Seconds in the queue.")] = 20,
    talk: Annotated[int, typer.Option("--talk", min=0, help="Seconds of talking.")] = 90,
    secret_file: Annotated[Path | None, typer.Option("--secret-file", help="Holds the source's secret.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="The desk is the demo that runs here.")] = False,
    config: Config = DEFAULT,
) -> None:
    """Report a finished call to a running desk, signed as a switchboard would. Prints the call's id.

    The secret is PASOKH_PHONE_<SOURCE>_SECRET (or …_FILE), or in --secret-file; the demo's is taken with --demo,
    or when --url is where the demo runs.
    """
    from helpdesk.demo.demo_calls import Call  # slow to import

    call = Call(caller, _scenario(scenario), name=name, agent=agent, wait=wait, talk=talk)
    if demo or _is_demo(url):
        target = of_demo(url, secret_file)
    else:
        target = of_settings(read(config), os.environ, url=url, source=source, file=secret_file)
    typer.echo(f"To {target.url} as the source {target.source}, signed with {target.named}.", err=True)
    call_id = asyncio.run(send(call, url=target.url, source=target.source, secret=target.secret))
    typer.echo(json.dumps({"call_id": call_id, "scenario": scenario, "from": caller}))


def _is_demo(url: str | None, folder: Path = DEMO) -> bool:
    return url is not None and url.rstrip("/") == _read_stripped(folder / "address")


def of_demo(url: str | None, file: Path | None = None, folder: Path = DEMO) -> Target:
    """The demo running on this machine. Raises Invalid when there is none."""
    from helpdesk.demo.demo_calls import SOURCE

    address, secret = _read_stripped(folder / "address"), _read_stripped(file or folder / "phone.secret")
    if not address or not secret:
        raise Invalid(f"No demo runs from {folder}: start it with `make run`.")
    return Target((url or address).rstrip("/"), SOURCE, secret, "the demo's secret" if file is None else str(file))


def of_settings(
    settings: Settings, environment: Mapping[str, str], *, url: str | None, source: str | None, file: Path | None
) -> Target:
    """The desk of these settings. Raises Invalid naming where the secret can be set."""
    source = source or _first(settings.channels.get("phone", {}))
    stem = f"PASOKH_PHONE_{re.sub(r'[^A-Z0-9]', '_', source.upper())}_SECRET"
    secret_file = environment.get(f"{stem}_FILE")
    if file is None and environment.get(stem):
        secret, named = environment[stem], stem
    else:
        path = file or (Path(secret_file) if secret_file else None)
        secret, named = _read_stripped(path) if path else "", str(file or f"{stem}_FILE")
    if not secret:
        raise Invalid(
            f"There is no secret of the source {source} to sign with: set {stem} or {stem}_FILE as for the desk, "
            "or name a file by --secret-file. For the demo, say --demo."
        )
    return Target((url or settings.desk.public_url).rstrip("/"), source, secret, named)


def _first(phone: Mapping[str, Any]) -> str:
    """The first source this command can sign for."""
    sources = [source for source in phone.get("sources", ()) if isinstance(source, dict)]
    return next(
        (str(source.get("name")) for source in sources if source.get("provider") in ("generic", "mapped")), "pbx"
    )


def _read_stripped(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


async def send(call: Call, *, url: str, source: str, secret: str) -> str:
    """Post the events of a call in order; returns its id. Raises Invalid with the desk's answer."""
    import aiohttp

    from helpdesk.demo.demo_calls import signed

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

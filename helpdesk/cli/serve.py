"""`run.py serve`, `worker`, `demo` and `invite`: running the desk, and letting somebody in."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from helpdesk.cli.common.channel_report import report_channels
from helpdesk.cli.common.load_settings import DEFAULT, DEMO, ROOT, Config, in_a_sentence, read

if TYPE_CHECKING:
    from helpdesk.app import App
    from helpdesk.settings import Settings

NewDatabase = Annotated[
    bool, typer.Option("--new-database", help="Begin a new desk although the data folder holds something.")
]
ADDRESS_FILE = "address"  # of the demo's folder: where its pages are while it runs
SETTLED = 5.0  # seconds after the start until long-lived objects are frozen
SWITCH = 0.0005  # seconds; shorter than Python's 5 ms, so that the writer's thread does not delay sockets


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run until the work ends or a signal arrives, then shut down in order."""
    import uvloop

    sys.setswitchinterval(SWITCH)
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(_until_told(work))


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for item in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # a closed terminal ends it in order too
        loop.add_signal_handler(item, task.cancel)
    loop.call_later(SETTLED, _settle)
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _settle() -> None:
    """Exempt long-lived objects from garbage collection: a full collection paused everything for 0.15 seconds."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 20)


@in_a_sentence
def serve(
    config: Config = DEFAULT,
    administrator: Annotated[
        str, typer.Option("--administrator", help="The address the first administrator signs in with.")
    ] = "administrator@desk.example",
    new_database: NewDatabase = False,
) -> None:
    """Run the desk: its channels, its workers and its pages."""
    from helpdesk import logs
    from helpdesk.app import build_app
    from helpdesk.cli.common.wait_for_database import wait_for_database
    from helpdesk.maintenance.new_desk import require_own_database

    settings = read(config)
    logs.set_up(settings.logs.form, settings.logs.level)

    async def work() -> None:
        await wait_for_database(settings, typer.echo)
        if not new_database:
            await require_own_database(settings)
        async with build_app(settings, where=str(config)) as app, _open(app) as address:
            await _greet(app, address, administrator)
            await report_channels(app.context.channels, app.reports.states, typer.echo)
            await asyncio.Event().wait()

    run(work())


@asynccontextmanager
async def _open(app: App) -> AsyncIterator[str]:
    from helpdesk.app import open_website, running_app, web_application

    async with running_app(app), open_website(app, web_application(app)) as address:
        yield address


async def _greet(app: App, address: str, administrator: str) -> None:
    """Print the address, and a one-time link for the first administrator."""
    from helpdesk.agents import actions, rules

    settings = app.settings
    typer.echo(f"The desk is open at {address}")
    if not app.context.channels:
        typer.echo("No channel is switched on yet, so nobody can write to it: README.md, Connect a mailbox.")
    token = await app.database.write(
        actions.first_administrator,
        name=rules.UNNAMED,
        email=administrator,
        now=app.clock(),
        lasts=timedelta(minutes=settings.sign_in.link_minutes),
    )
    if token is not None:
        typer.echo(
            f"First sign-in, once, within {settings.sign_in.link_minutes} minutes, where you say your name and choose a password:"
        )
        typer.echo(f"  {settings.desk.public_url}/sign-in/link/{token}")
        typer.echo(f"From then on you sign in as {administrator}; every start before that makes a new link.")


@in_a_sentence
def worker(config: Config = DEFAULT, new_database: NewDatabase = False) -> None:
    """Run channels and workers without pages, beside other processes on the same PostgreSQL."""
    from helpdesk import logs
    from helpdesk.app import build_app, running_app
    from helpdesk.cli.common.wait_for_database import wait_for_database
    from helpdesk.maintenance.new_desk import require_own_database

    settings = read(config)
    logs.set_up(settings.logs.form, settings.logs.level)

    async def work() -> None:
        await wait_for_database(settings, typer.echo)
        if not new_database:
            await require_own_database(settings)
        async with build_app(settings, where=str(config)) as app, running_app(app):
            typer.echo("The workers run.")
            await asyncio.Event().wait()

    run(work())


@in_a_sentence
def invite(
    email: Annotated[str, typer.Argument(help="Their address; they sign in with it.")],
    name: Annotated[str, typer.Option("--name", help="Their name.")] = "",
    role: Annotated[str, typer.Option("--role", help="agent, supervisor or administrator.")] = "agent",
    config: Config = DEFAULT,
) -> None:
    """Create a one-time sign-in link for a new or existing person; the desk may run meanwhile."""
    from helpdesk import clock
    from helpdesk.agents import actions, rules
    from helpdesk.cli.common.short_connection import beside

    settings, asked = _desk_or_demo(config), rules.role(role)

    async def work() -> None:
        async with beside(settings) as database:
            lasts = timedelta(hours=settings.sign_in.invitation_hours)
            token = await database.write(
                actions.invite_or_link,
                name=name or email.partition("@")[0],
                email=email,
                role=asked,
                now=clock.now(),
                lasts=lasts,
            )
            typer.echo(f"For {email}, once, within {settings.sign_in.invitation_hours} hours:")
            typer.echo(f"{settings.desk.public_url}/sign-in/link/{token}")

    asyncio.run(work())


def _desk_or_demo(config: Path) -> Settings:
    """The desk's settings; those of the demo while it runs and there is no desk yet beside it."""
    settings = read(config)
    place = Path(settings.database.url.partition("///")[2])
    address = DEMO / ADDRESS_FILE
    if config != DEFAULT or not settings.database.url.startswith("sqlite") or place.exists() or not address.exists():
        return settings
    typer.echo("There is no desk yet, and the demo runs: this is for the demo.")
    url = address.read_text(encoding="utf-8").strip()
    return settings.model_copy(
        update={
            "database": settings.database.model_copy(update={"url": f"sqlite:///{DEMO / 'desk.db'}"}),
            "desk": settings.desk.model_copy(update={"public_url": url}),
        }
    )


@in_a_sentence
def demo(
    port: Annotated[int, typer.Option("--port", envvar="PASOKH_WEB__PORT", help="Where the pages are.")] = 8080,
    mail_port: Annotated[
        int,
        typer.Option(
            "--mail-port", envvar="PASOKH_CHANNELS__EMAIL__RECEIVER__PORT", help="Where the desk takes mail in."
        ),
    ] = 8025,
    folder: Annotated[Path, typer.Option("--folder", help="Where the demo keeps its data.")] = ROOT / "demo-data",
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew.")] = False,
) -> None:
    """Open the demo: the desk of a small invented shop, on this machine only."""
    from helpdesk import demo as show

    run(show.run(folder=folder.resolve(), port=port, mail_port=mail_port, fresh=fresh, say=typer.echo))

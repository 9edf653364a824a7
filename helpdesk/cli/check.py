"""`run.py check`: validates the configuration and tries everything it names."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import typer

from helpdesk.cli.common.load_settings import DEFAULT, Config, read
from helpdesk.database.engine import Database
from helpdesk.errors import DeskError, Unavailable
from helpdesk.settings import Settings

MIB = 1024 * 1024
LEAST_FREE = 250 * MIB  # bytes above the floor of the settings
TOGETHER, ROUNDS = 4, 3  # reads at a time, and how often, on PostgreSQL
DEAF = (
    "notices between connections do not arrive (LISTEN and NOTIFY). Behind PgBouncer the desk needs"
    " pool_mode = session, or the address of PostgreSQL itself"
)
Outcome = tuple[str, str | None]


def check(config: Config = DEFAULT) -> None:
    """Check the configuration and everything it names. Exit status 1 when something is wrong."""

    async def work() -> int:
        wrong = 0
        async for what, problem in outcomes(config):
            typer.echo(f"{'ok  ' if problem is None else 'MEND'}  {what}{'' if problem is None else f': {problem}'}")
            wrong += problem is not None
        return wrong

    wrong = asyncio.run(work())
    typer.echo("Everything answers." if not wrong else f"{wrong} to mend.")
    raise typer.Exit(int(bool(wrong)))


async def outcomes(config: Path) -> AsyncIterator[Outcome]:
    """Every check with its outcome, one after the other."""
    try:
        settings = read(config)
    except DeskError as error:
        yield f"settings in {config}", str(error)
        async for outcome in _channels_alone(config):
            yield outcome
        return
    yield f"settings in {config}", None
    yield "working hours and policies in config/sla.toml", _sla()
    yield "reasons in config/reasons.toml", _reasons()
    yield "articles in faq/", _articles()
    yield "data folder", _disk(settings)
    yield "rights of the data folder", _rights(settings)
    yield "clock of this machine", _clock()
    yield f"database {settings.database.url.partition('@')[2] or settings.database.url}", await _database(settings)
    async for outcome in _channels(settings, config):
        yield outcome


def _sla() -> str | None:
    from helpdesk.app import ROOT
    from helpdesk.clock import now
    from helpdesk.sla import policies

    try:
        config = policies.load(ROOT / "config" / "sla.toml")
    except DeskError as error:
        return str(error)
    closed = [kind for kind, calendar in config.calendars.items() if calendar.next_opening(now()) is None]
    return f"the calendar {closed[0]} has no working time in the next 400 days" if closed else None


def _reasons() -> str | None:
    from helpdesk.app import ROOT
    from helpdesk.surveys import reasons

    try:
        reasons.load(ROOT / "config" / "reasons.toml")
    except DeskError as error:
        return str(error)
    return None


def _articles() -> str | None:
    from helpdesk.app import ROOT
    from helpdesk.suggestions.articles.article_files import load

    try:
        return None if load(ROOT / "faq") else "there is no article; suggestions stay empty"
    except DeskError as error:
        return str(error)


def _disk(settings: Settings) -> str | None:
    from helpdesk.files.free_space import FreeSpace

    folder = settings.data.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"{folder} can't be made: {error.strerror}"
    if not os.access(folder, os.W_OK):
        return f"{folder} can't be written to; give this user the right to"
    space = FreeSpace.of(settings)
    if space.is_low():
        return f"only {space.bytes_left() // MIB} MiB are free: nothing new is taken in; make room"
    free = FreeSpace(space.folders, floor=space.floor + LEAST_FREE)
    return None if not free.is_low() else f"only {free.bytes_left() // MIB} MiB are free; make room"


def _rights(settings: Settings) -> str | None:
    from helpdesk.files import permissions

    open_paths = permissions.exposed(settings)
    if not open_paths:
        return None
    names = " ".join(map(str, open_paths))
    return f"other users of this machine may read it; the next start takes that right away, or: chmod go= {names}"


def _clock() -> str | None:
    from helpdesk.clock import now

    return None if now().year >= 2026 else f"it says {now():%Y-%m-%d}; set it, due times depend on it"


async def _database(settings: Settings) -> str | None:
    from helpdesk.database import migrate
    from helpdesk.database.engine import open_database

    if _unmade(settings.database.url):
        return None  # the first start creates it; a check must not
    try:
        database = await open_database(settings.database.url)
        try:
            revision = await database.read(migrate.current)
            if database.kind == "postgresql" and (trouble := await _connections(database, settings.database.url)):
                return trouble
        finally:
            await database.close()
    except Exception as error:  # any driver error is reported
        cause = error.__cause__ if isinstance(error, Unavailable) and error.__cause__ else error
        return f"{type(cause).__name__}: {(str(cause) or 'no answer').splitlines()[0]}"
    if revision not in (None, migrate.newest()):
        return f"it is at revision {revision}; `run.py db upgrade` brings it to {migrate.newest()}"
    return None


async def _connections(database: Database, url: str) -> str | None:
    """What is wrong with the connections that `serve` makes: several at a time, and one that listens to the others."""
    from helpdesk.database import migrate, pg_notify

    for _ in range(ROUNDS):  # a pooler that mixes connections fails here, as it would under the desk
        await asyncio.gather(*(database.read(migrate.current) for _ in range(TOGETHER)))
    return None if await pg_notify.notices_arrive(url) else DEAF


def _unmade(url: str) -> bool:
    scheme, _, place = url.partition(":///")
    return scheme.startswith("sqlite") and not Path(place).exists()


async def _channels_alone(config: Path) -> AsyncIterator[Outcome]:
    """Errors of the channels' settings when the desk's own settings are invalid."""
    from helpdesk.app import channels_of
    from helpdesk.settings import channels_alone

    with contextlib.suppress(DeskError):  # an unreadable file is reported already
        alone = channels_alone(config, os.environ)
        try:
            channels_of(alone, str(config))
        except DeskError as error:
            yield "channels", str(error)


async def _channels(settings: Settings, config: Path) -> AsyncIterator[Outcome]:
    from helpdesk.app import channels_of

    try:
        channels = channels_of(settings, str(config))
    except DeskError as error:
        yield "channels", str(error)
        return
    if not channels:
        yield "channels", f"none is switched on in {config}, so nobody can write to the desk"
    for name, channel in channels.items():
        for what, problem in await channel.check():
            yield f"{name}: {what}", problem

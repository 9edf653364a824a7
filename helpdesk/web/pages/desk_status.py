"""The status page for administrators: channels, intake, outbox, SLA clocks, disk."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aiohttp import web
from sqlalchemy import Connection

from channels.contract import State
from helpdesk import __version__
from helpdesk.intake import queries as intake
from helpdesk.outbox import queries as outbox
from helpdesk.sla.store import queries as sla
from helpdesk.web import app_keys
from helpdesk.web.inbox.build.reader import Reader
from helpdesk.web.inbox.pages.render import reader_of
from helpdesk.web.inbox.views.timeline_views import ChannelMark
from helpdesk.web.pages.navigation import page_frame
from helpdesk.web.rendering.page_renderer import PAGES
from helpdesk.web.security import needs

LOW = 1_000_000_000  # bytes free on the disk


@dataclass(frozen=True, slots=True)
class AccountView:
    """One mailbox or bot."""

    channel: ChannelMark
    name: str
    connected: bool
    problem: str | None
    since: datetime | None
    remote_count: int | None
    taken_count: int | None


@dataclass(frozen=True, slots=True)
class StatusView:
    """Everything on the page. Sizes in bytes."""

    accounts: Sequence[AccountView]
    quarantined: int
    intake_waiting: int
    outbox: Mapping[str, int]
    clocks_running: int
    next_deadline: datetime | None
    database: str
    database_size: int | None
    disk_free: int
    disk_low: bool
    version: str
    started_at: datetime


def _figures(tx: Connection) -> tuple[dict[str, int], dict[str, int], int, datetime | None]:
    return intake.figures(tx), outbox.figures(tx), sla.running(tx), sla.next_fire(tx)


def accounts(states: Mapping[tuple[str, str], State], reader: Reader) -> list[AccountView]:
    """Every channel account, also those without a report yet."""
    known = dict(states)
    for name, channel in reader.channels.items():
        for account in channel.accounts():
            known.setdefault((name, account), State(account, connected=False))
    return [
        AccountView(
            reader.channel(name), account or name, state.connected, state.problem, state.since, state.remote_count,
            state.taken_count,
        )
        for (name, account), state in sorted(known.items())
    ]  # fmt: skip


@needs("status.read")
async def page(request: web.Request) -> web.StreamResponse:
    """The status page."""
    app, reader = request.app, reader_of(request)
    settings, database = app[app_keys.SETTINGS], app[app_keys.DATABASE]
    arrived, leaving, running, deadline = await database.read(_figures)
    folder = settings.data.folder
    free = shutil.disk_usage(folder if folder.exists() else Path.cwd()).free
    shown = StatusView(
        accounts=accounts(app[app_keys.REPORTS], reader),
        quarantined=arrived["quarantined"],
        intake_waiting=arrived["new"],
        outbox=leaving,
        clocks_running=running,
        next_deadline=deadline,
        database="SQLite" if database.kind == "sqlite" else "PostgreSQL",
        database_size=_size(settings.database.url),
        disk_free=free,
        disk_low=free < LOW,
        version=__version__,
        started_at=app[STARTED],
    )
    return app[PAGES].render(request, "status.html", state=shown, **await page_frame(request, "status"))


def _size(url: str) -> int | None:
    scheme, _, path = url.partition(":///")
    file = Path(path)
    return file.stat().st_size if scheme.startswith("sqlite") and file.is_file() else None


STARTED = web.AppKey("started", datetime)


def routes() -> list[web.AbstractRouteDef]:
    """The page."""
    return [web.get("/status", page)]

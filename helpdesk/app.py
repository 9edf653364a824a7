"""Builds the desk in reading order and stops it in reverse. The only module that knows all others."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web

from channels.contract import Channel
from helpdesk import clock as clocks
from helpdesk import settings as configuration
from helpdesk.clock import Clock
from helpdesk.database import migrate
from helpdesk.database.engine import Database, Hint, open_database
from helpdesk.errors import Conflict, Invalid
from helpdesk.files import permissions
from helpdesk.files.file_store import FileStore
from helpdesk.files.free_space import FreeSpace
from helpdesk.journey.context import DeskContext, Suggest, SurveyRules
from helpdesk.journey.outgoing.texts import text_renderer
from helpdesk.live.event_bus import EventBus
from helpdesk.live.presence import Presence
from helpdesk.outbox.rules import Limits
from helpdesk.settings import Settings
from helpdesk.settings.enabled_channels import channels_of as channels_of
from helpdesk.sla import policies
from helpdesk.sla.targets import PolicyTargets
from helpdesk.suggestions import actions as suggestions
from helpdesk.suggestions.suggester import Suggester
from helpdesk.surveys import reasons
from helpdesk.web.site import Site, site
from helpdesk.web.slow_clients import PatientRunner
from helpdesk.workers import remote_hints
from helpdesk.workers.channel_desk import ChannelDesk, Reports
from helpdesk.workers.channel_queries import ChannelQueries
from helpdesk.workers.clock_watcher import ClockWatcher
from helpdesk.workers.intake_worker import IntakeWorker
from helpdesk.workers.loops.keep_running import keep_running
from helpdesk.workers.loops.supervised import supervised
from helpdesk.workers.loops.wakeup import Wakeup
from helpdesk.workers.loops.with_lease import with_lease
from helpdesk.workers.normalise_process import NormaliseProcess
from helpdesk.workers.outbox_worker import OutboxWorker
from helpdesk.workers.unread_reply_watcher import UnreadReplyWatcher

log = structlog.get_logger("app")
ROOT = Path(__file__).resolve().parents[1]
TOPICS = {"intake": "intake", "outbox": "outbox", "clocks": "clocks", "unread": "unread"}  # hint -> bell


@dataclass(slots=True)
class App:
    """A running desk."""

    settings: Settings
    database: Database
    context: DeskContext
    files: FileStore
    clock: Clock
    live: EventBus = field(default_factory=EventBus)
    presence: Presence = field(default_factory=Presence)
    reports: Reports = field(default_factory=Reports)
    name: str = field(default_factory=lambda: f"{os.getpid()}-{secrets.token_hex(4)}")  # unlike any other process's
    bells: Mapping[str, Wakeup] = field(default_factory=lambda: {name: Wakeup() for name in TOPICS.values()})

    def hear(self, hints: list[Hint]) -> None:
        """Ring workers and tell browsers after a commit."""
        for topic, data in dict.fromkeys(hints):
            bell = self.bells.get(TOPICS.get(topic, ""))
            if bell is not None:
                bell.ring()
            if topic in remote_hints.TOPICS:
                remote_hints.receive_hint(self.context, self.live, self.presence, topic, data, self.clock())
            elif topic == "taken" and isinstance(self.context.suggest, Suggester):
                self.context.suggest.learn([data])
            elif topic not in TOPICS:
                self.live.publish(topic, data)

    def intake_worker(self) -> IntakeWorker:
        """The worker that takes messages in."""
        own = self.settings.intake
        return IntakeWorker(
            self.database,
            self.context,
            self.files,
            self.clock,
            self.bells["intake"],
            waits=own.retry_seconds,
            batch=own.batch,
            poll=float(own.poll_seconds),
            process=NormaliseProcess(own.normalise_seconds) if own.normalise_seconds else None,
        )

    def outbox_worker(self) -> OutboxWorker:
        """The worker that sends."""
        own, tickets = self.settings.outbox, self.settings.tickets
        undo = max([tickets.undo_seconds, *tickets.undo_seconds_by_channel.values()])
        delay = max([self.settings.survey.delay_minutes, *self.settings.survey.delay_minutes_by_channel.values()])
        return OutboxWorker(
            self.database,
            self.context,
            self.files,
            self.clock,
            self.bells["outbox"],
            name=self.name,
            waits=own.retry_seconds,
            lease=timedelta(seconds=own.lease_seconds),
            first_wait=timedelta(seconds=undo, minutes=delay),
            longest_wait=timedelta(seconds=1.25 * max(own.retry_seconds, default=0)),
            at_once=own.senders,
            poll=float(own.poll_seconds),
        )

    def clock_watcher(self) -> ClockWatcher:
        """The worker that watches the clocks."""
        return ClockWatcher(self.database, self.context, self.clock, self.bells["clocks"])

    def unread_reply_watcher(self) -> UnreadReplyWatcher:
        """The worker that looks after answers nobody read."""
        return UnreadReplyWatcher(self.database, self.context, self.clock, self.bells["unread"])

    def desk_for(self, channel: str) -> ChannelDesk:
        """The desk as a channel sees it."""
        questions = ChannelQueries(self.database, self.context, self.clock)
        known = self.context.channels.get(channel)
        return ChannelDesk(
            channel, self.database, self.clock, self.live, self.reports, questions, FreeSpace.of(self.settings),
            known.fingerprint if known is not None else None,
        )  # fmt: skip


def context_of(
    settings: Settings, channels: Mapping[str, Channel], sla: policies.SlaConfig, suggest: Suggest
) -> DeskContext:
    """The rules from the settings."""
    days: Callable[[str], timedelta] = lambda channel: timedelta(days=settings.tickets.reopening(channel))  # noqa: E731
    calendars = {kind: (f"{kind}@{calendar.version}", calendar) for kind, calendar in sla.calendars.items()}
    own = settings.survey
    return DeskContext(
        name=settings.desk.name,
        language=settings.desk.language,
        public_url=settings.desk.public_url,
        secret=configuration.secret_key(settings),
        channels=channels,
        targets=PolicyTargets(sla.policies, calendars),
        suggest=suggest,
        render_text=text_renderer(ROOT / "templates" / "mail", fallback=settings.desk.language),
        reopening=days,
        undo=timedelta(seconds=settings.tickets.undo_seconds),
        undo_by_channel={
            name: timedelta(seconds=item) for name, item in settings.tickets.undo_seconds_by_channel.items()
        },
        unread=timedelta(minutes=settings.tickets.unread_mail_minutes),
        acknowledgement=settings.automatic.acknowledgement,
        when_closed=frozenset(settings.automatic.when_closed),
        quote_original=settings.tickets.quote_original,
        signature=lambda team: settings.tickets.signature_by_team.get(team or "", settings.tickets.signature),
        limits=Limits(timedelta(days=1), *settings.automatic.limits()),
        survey=SurveyRules(
            enabled=own.enabled,
            delay=lambda channel: timedelta(minutes=own.delay(channel)),
            cool_down=timedelta(days=own.cool_down_days),
            changeable=timedelta(hours=own.change_hours),
            answerable=timedelta(days=own.answerable_days),
        ),
        own_addresses=frozenset(address for item in channels.values() for address in item.own_addresses()),
        reasons=reasons.load(ROOT / "config" / "reasons.toml"),
    )


@asynccontextmanager
async def build_app(
    settings: Settings,
    *,
    where: str = "the settings",
    clock: Clock = clocks.now,
    sla: policies.SlaConfig | None = None,
    channels: Mapping[str, Channel] | None = None,
    suggester: Suggest | None = None,
    migrated: bool = False,
) -> AsyncIterator[App]:
    """The desk without its loops: database up to date, rules read. What is given replaces what is configured."""
    async with AsyncExitStack() as stack:
        for path in permissions.tighten(settings):
            log.warning("others could read this, and can no more", path=str(path))
        if settings.database.url.startswith("sqlite"):
            stack.enter_context(standalone_database(Path(settings.database.url.partition("///")[2])))
        rules = asyncio.create_task(_load_policies(sla))  # beside everything else that takes a while
        if not migrated:
            await migrate.bring_up(settings.database.url)
        database = await open_database(settings.database.url)
        stack.push_async_callback(database.close)
        suggest = suggester if suggester is not None else await asyncio.to_thread(_articles)
        made_channels = channels if channels is not None else channels_of(settings, where)
        context = context_of(settings, made_channels, await rules, suggest)
        made = App(settings, database, context, FileStore(settings.data.folder / "files"), clock)
        database.listen(made.hear)
        await database.join()
        if isinstance(suggest, Suggester):
            suggest.remember(await database.read(suggestions.accepted_suggestions))
        yield made


@contextlib.contextmanager
def standalone_database(database: Path) -> Iterator[None]:
    """Hold a SQLite desk for this process alone; the system lets go when the process dies. Raises Conflict."""
    database.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{database}.lock", "w", opener=partial(os.open, mode=0o600)) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                f"The desk at {database} is open already, in another process. SQLite serves one; for several, PostgreSQL."
            ) from None
        yield


async def _load_policies(given: policies.SlaConfig | None) -> policies.SlaConfig:
    return given if given is not None else await asyncio.to_thread(policies.load, ROOT / "config" / "sla.toml")


def _articles() -> Suggest:
    return Suggester.later(ROOT / "faq")


@asynccontextmanager
async def running_app(made: App) -> AsyncIterator[None]:
    """The loops of the desk: channels, intake, outbox, clocks. Ended when the context closes."""
    loops: dict[str, Any] = {
        "intake": supervised("intake", made.intake_worker().run),
        "outbox": supervised("outbox", made.outbox_worker().run),
        "clocks": supervised("clocks", made.clock_watcher().run),
        "unread": supervised("unread", made.unread_reply_watcher().run),
    }
    for name, channel in made.context.channels.items():
        work = partial(keep_running, channel, made.desk_for(name))
        one_process = made.database.kind == "sqlite"
        loops[name] = work() if one_process else with_lease(
            made.database, f"channel {name}", made.name, made.clock, work, seconds=made.settings.outbox.lease_seconds / 8
        )  # fmt: skip
    tasks = [asyncio.create_task(loop, name=name) for name, loop in loops.items()]
    try:
        yield
    finally:
        for task in reversed(tasks):
            task.cancel()
        for task in reversed(tasks):
            with contextlib.suppress(asyncio.CancelledError):
                await task


def web_application(made: App, **more: Any) -> web.Application:
    """The web application of a desk."""
    return site(
        Site(
            settings=made.settings,
            database=made.database,
            context=made.context,
            files=made.files,
            clock=made.clock,
            live=made.live,
            presence=made.presence,
            states=made.reports.states,
            desks={name: made.desk_for(name) for name in made.context.channels},
            reasons=made.context.reasons,
        ),
        **more,
    )


@asynccontextmanager
async def open_website(made: App, application: web.Application) -> AsyncIterator[str]:
    """Serve the application; gives the address it is reached at."""
    runner = PatientRunner(application, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    try:
        own = made.settings.web
        try:
            await web.TCPSite(runner, own.host, own.port).start()
        except OSError as error:
            place = f"{own.host}:{own.port}"
            words = f"The desk can't open {place}: {error.strerror}. Set another port of [web], or PASOKH_WEB__PORT."
            raise Invalid(words, "web.port") from None
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()

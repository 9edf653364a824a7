"""The web application: what handlers find in it, what stands before them, and every page there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from prometheus_client import CollectorRegistry

from channels.contract import Desk
from helpdesk.agents.secrets import Passwords
from helpdesk.clock import Clock
from helpdesk.database.engine import Database
from helpdesk.files.store import Files
from helpdesk.journey.book import Book
from helpdesk.live.fanout import Live
from helpdesk.live.feeds import Feeds
from helpdesk.live.presence import Presence
from helpdesk.settings import Settings
from helpdesk.surveys.reasons import Reason
from helpdesk.web import health, inbox, keys, pages, people, pictures, quarantine, security, sign_in, status, survey
from helpdesk.web.looks import LOOKS, Looks

MOST_BYTES = 30 * 1024 * 1024  # of one request


@dataclass(frozen=True, slots=True)
class Site:
    """What the pages need of a running desk."""

    settings: Settings
    database: Database
    book: Book
    files: Files
    clock: Clock
    live: Live
    presence: Presence
    states: keys.StateOf
    desks: Mapping[str, Desk]
    reasons: Sequence[Reason] = ()


def site(desk: Site, *, more: Sequence[web.AbstractRouteDef] = (), outgoing: Path | None = None) -> web.Application:
    """The application. `more` routes are added (the demo's own)."""
    app = web.Application(client_max_size=MOST_BYTES)
    registry = CollectorRegistry()
    app[keys.DATABASE], app[keys.SETTINGS], app[keys.CLOCK] = desk.database, desk.settings, desk.clock
    app[keys.SECRET], app[keys.PASSWORDS], app[keys.REGISTRY] = desk.book.secret, Passwords(), registry
    app[keys.BOOK], app[keys.FILES], app[keys.LIVE] = desk.book, desk.files, desk.live
    app[keys.FEEDS] = Feeds(desk.live, desk.clock)
    app[keys.PRESENCE], app[keys.REPORTS] = desk.presence, desk.states
    app[keys.REASONS], app[status.STARTED] = desk.reasons, desk.clock()
    app[health.SEEN], app[health.DESK] = health.Seen(registry), health.Desk(registry)
    app[pages.PAGES] = pages.Pages(
        desk_name=desk.settings.desk.name,
        language=desk.settings.desk.language,
        zone=desk.settings.desk.time_zone,
        clock=desk.clock,
    )
    app[LOOKS] = Looks(desk.files)
    security.protect(app)
    app.add_routes(
        [
            *pages.asset_routes(),
            *health.routes(),
            *sign_in.routes(),
            *inbox.routes(),
            *survey.routes(),
            *quarantine.routes(),
            *people.routes(),
            *pictures.prepare(app),
            *status.routes(),
            *more,
        ]
    )
    for name, channel in desk.book.channels.items():
        routes = channel.routes(desk.desks[name])
        if routes:
            below = web.Application()
            below.add_routes(routes)
            app.add_subapp(f"/channels/{name}/", below)
    return app

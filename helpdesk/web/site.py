"""Assembly of the web application: its keys, its middleware and all its routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from prometheus_client import CollectorRegistry

from channels.contract import Desk
from helpdesk.agents.hashing import Passwords
from helpdesk.clock import Clock
from helpdesk.database.engine import Database
from helpdesk.files.file_store import FileStore
from helpdesk.journey.context import DeskContext
from helpdesk.live.event_bus import EventBus
from helpdesk.live.presence import Presence
from helpdesk.live.sse import Feeds
from helpdesk.settings import Settings
from helpdesk.surveys.reasons import Reason
from helpdesk.web import app_keys, health, inbox, security, sign_in
from helpdesk.web.media import remote_images
from helpdesk.web.media.media_probe import LOOKS, MediaProbe
from helpdesk.web.pages import desk_status, first_steps, people, quarantine, survey_page
from helpdesk.web.rendering import page_renderer

MOST_BYTES = 30 * 1024 * 1024  # largest request body


@dataclass(frozen=True, slots=True)
class Site:
    """What the web application needs of a running desk."""

    settings: Settings
    database: Database
    context: DeskContext
    files: FileStore
    clock: Clock
    live: EventBus
    presence: Presence
    states: app_keys.StateOf
    desks: Mapping[str, Desk]
    reasons: Sequence[Reason] = ()


def site(desk: Site, *, more: Sequence[web.AbstractRouteDef] = (), outgoing: Path | None = None) -> web.Application:
    """The web application. `more`: additional routes, those of the demo."""
    app, registry = web.Application(client_max_size=MOST_BYTES), CollectorRegistry()
    app[app_keys.DATABASE], app[app_keys.SETTINGS], app[app_keys.CLOCK] = desk.database, desk.settings, desk.clock
    app[app_keys.SECRET], app[app_keys.PASSWORDS], app[app_keys.REGISTRY] = desk.context.secret, Passwords(), registry
    app[app_keys.CONTEXT], app[app_keys.FILES], app[app_keys.LIVE] = desk.context, desk.files, desk.live
    app[app_keys.FEEDS] = Feeds(desk.live, desk.clock)
    app[app_keys.PRESENCE], app[app_keys.REPORTS] = desk.presence, desk.states
    app[app_keys.REASONS], app[desk_status.STARTED] = desk.reasons, desk.clock()
    app[health.SEEN], app[health.DESK] = health.Seen(registry), health.Desk(registry)
    app[page_renderer.PAGES] = page_renderer.Pages(
        desk_name=desk.settings.desk.name,
        language=desk.settings.desk.language,
        zone=desk.settings.desk.time_zone,
        clock=desk.clock,
    )
    app[LOOKS] = MediaProbe(desk.files)
    security.protect(app)
    app.add_routes(
        [
            *page_renderer.asset_routes(),
            *health.routes(),
            *sign_in.routes(),
            *inbox.routes(),
            *survey_page.routes(),
            *quarantine.routes(),
            *people.routes(),
            *remote_images.prepare(app),
            *desk_status.routes(),
            *first_steps.routes(),
            *more,
        ]
    )
    for name, channel in desk.context.channels.items():
        routes = channel.routes(desk.desks[name])
        if routes:
            below = web.Application()
            below.add_routes(routes)
            app.add_subapp(f"/channels/{name}/", below)
    return app

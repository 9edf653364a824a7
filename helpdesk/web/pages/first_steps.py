"""The first steps of a new desk: connect a channel, invite people, set hours, write articles. Done ones are ticked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from helpdesk.agents import queries
from helpdesk.web import app_keys
from helpdesk.web.inbox.pages.render import reader_of
from helpdesk.web.pages.desk_status import AccountView, accounts
from helpdesk.web.pages.navigation import page_frame
from helpdesk.web.rendering.page_renderer import PAGES
from helpdesk.web.security import needs

CHANNELS = (("mail", "email"), ("telegram", "telegram"), ("chat", "webchat"), ("phone", "phone"))  # icon, channel


@dataclass(frozen=True, slots=True)
class StepsView:
    """What is done already. `missing`: icon and name of the channels that are not switched on."""

    accounts: Sequence[AccountView]
    missing: Sequence[tuple[str, str]]
    colleagues: Sequence[str]
    open_now: bool


@needs("status.read")
async def page(request: web.Request) -> web.StreamResponse:
    """The page."""
    app, reader = request.app, reader_of(request)
    people = await app[app_keys.DATABASE].read(queries.everybody)
    _, calendar = app[app_keys.CONTEXT].targets.calendar("written")
    shown = StepsView(
        accounts=accounts(app[app_keys.REPORTS], reader),
        missing=[(icon, name) for icon, name in CHANNELS if name not in reader.channels],
        colleagues=[person.name for person in people if person.id != reader.me.id],
        open_now=calendar.is_open(reader.now),
    )
    return app[PAGES].render(request, "start.html", steps=shown, **await page_frame(request, "start"))


def routes() -> list[web.AbstractRouteDef]:
    """The page."""
    return [web.get("/start", page)]

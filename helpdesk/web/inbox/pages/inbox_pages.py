"""GET handlers of the inbox: the list, a ticket, the next rows, and live updates of an open page."""

from __future__ import annotations

from aiohttp import web

from helpdesk.web import app_keys
from helpdesk.web.forms.field_types import whole_number
from helpdesk.web.inbox.build import page_data, ticket_list
from helpdesk.web.inbox.build.reader import by_id
from helpdesk.web.inbox.pages import render
from helpdesk.web.rendering.page_renderer import PAGES


async def home(request: web.Request) -> web.StreamResponse:
    """Redirect to the inbox; an administrator of a desk without channels begins with the first steps."""
    begins = not request.app[app_keys.CONTEXT].channels and app_keys.signed_in(request).role == "administrator"
    raise web.HTTPSeeOther("/start" if begins else "/inbox")


async def inbox(request: web.Request) -> web.StreamResponse:
    """A list without an open ticket."""
    context = await render.context(request, render.list_request(request.query))
    return request.app[PAGES].render(request, "inbox/page.html", **context)


async def ticket(request: web.Request) -> web.StreamResponse:
    """A ticket: its pane for scripts, the whole page otherwise."""
    ticket_id = render.ticket_number(request)
    alone = render.is_fragment(request)
    context = await render.context(request, render.list_request(request.query), ticket_id=ticket_id, bare=alone)
    template = "inbox/pane.html" if alone else "inbox/page.html"
    return await render.page(request, template, context)


async def rows(request: web.Request) -> web.StreamResponse:
    """The next rows of a list."""
    list_query, reader = render.list_request(request.query), render.reader_of(request)
    database = request.app[app_keys.DATABASE]
    shown = await database.read(page_data.listing, list_query=list_query, person_id=reader.me.id, now=reader.now)
    listed = ticket_list.list_view(
        shown.rows, reader, by_id(shown.people), list_query, after=shown.after, typing=render.typing_in(request),
    )  # fmt: skip
    return request.app[PAGES].render(request, "inbox/rows.html", list=listed)


async def live(request: web.Request) -> web.StreamResponse:
    """The current list and ticket, for live updates of an open page."""
    open_ticket = whole_number(request.query.get("open", "")) or None
    context = await render.context(request, render.list_request(request.query), ticket_id=open_ticket, forgiving=True)
    return await render.page(request, "inbox/live.html", context)

"""Rendering of inbox pages: parses the list parameters, loads the data, fills the templates."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from aiohttp import web

from helpdesk.errors import Unavailable
from helpdesk.tickets import actions
from helpdesk.tickets.lists import ticket_lists
from helpdesk.web import app_keys
from helpdesk.web.client_identity import BOOKKEEPING
from helpdesk.web.forms.field_types import whole_number
from helpdesk.web.inbox.build import page_data, ticket_list, ticket_pane
from helpdesk.web.inbox.build.page_data import ListRequest, TicketData
from helpdesk.web.inbox.build.reader import Reader, by_id
from helpdesk.web.inbox.views import suggested_replies
from helpdesk.web.inbox.views.inbox_views import TicketView
from helpdesk.web.media.media_probe import LOOKS
from helpdesk.web.pages.navigation import rail
from helpdesk.web.rendering.page_renderer import PAGES

LONG_PAGE = 100_000  # characters of messages; more takes tens of milliseconds to draw
SORTS: tuple[ticket_lists.Sort, ...] = ("deadline", "longest", "newest")


def list_request(query: Mapping[str, str]) -> ListRequest:
    """The list parameters of a query string. Raises Invalid for an invalid page cursor."""
    after = query.get("after", "")
    return ListRequest(
        view=next((view for view in ticket_lists.VIEWS if view == query.get("view")), "mine"),
        sort=next((sort for sort in SORTS if sort == query.get("sort")), "deadline"),
        search=query.get("q", "").strip()[:200],
        after=ticket_lists.After.parse(after) if after else None,
        most=whole_number(query.get("upto", ""), ticket_lists.PAGE),
    )


def ticket_number(request: web.Request) -> int:
    """The number of the ticket in the address."""
    return whole_number(request.match_info["number"])


def reader_of(request: web.Request) -> Reader:
    """The reader of this request."""
    app = request.app
    context, pages = app[app_keys.CONTEXT], app[PAGES]
    language = pages.language_of(request)
    return Reader(
        me=app_keys.signed_in(request), now=app[app_keys.CLOCK](), language=language, channels=context.channels,
        fill=suggested_replies.filler(context), calendar=context.targets.calendar, hours=context.hours, undo=context.time_to_undo, quote=context.quote_original,
        reasons={item.key: item.words[language] for item in app.get(app_keys.REASONS, ())},
        look=app[LOOKS].of,
    )  # fmt: skip


def typing_in(request: web.Request) -> Callable[[int], str]:
    """Gives the name of who else is writing in a ticket."""
    presence, now, me = request.app[app_keys.PRESENCE], request.app[app_keys.CLOCK](), app_keys.signed_in(request).id

    def name(ticket_id: int) -> str:
        return next((viewer.name for viewer in presence.at(ticket_id, now=now, but=me) if viewer.writing), "")

    return name


def opened(
    request: web.Request, parts: TicketData, reader: Reader, people: Any, composer: Mapping[str, Any] | None
) -> TicketView:
    """The view of a ticket for this reader."""
    zone = request.app[app_keys.SETTINGS].desk.time_zone
    here = request.app[app_keys.PRESENCE].at(parts.ticket.id, now=reader.now, but=reader.me.id)
    return ticket_pane.ticket(parts, reader, people, zone=zone, here=here, composer=composer)


async def context(
    request: web.Request, list_query: ListRequest, *, ticket_id: int | None = None, composer: Mapping[str, Any] | None = None,
    forgiving: bool = False, bare: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """The template context of an inbox page. `forgiving`: a missing ticket is not an error; `bare`: no rows."""
    reader, database = reader_of(request), request.app[app_keys.DATABASE]
    shown, parts = await database.read(
        page_data.screen, list_query=list_query, person_id=reader.me.id, now=reader.now, ticket_id=ticket_id,
        full_timeline="whole" in request.query, forgiving=forgiving, bare=bare, context=request.app[app_keys.CONTEXT],
    )  # fmt: skip
    people = by_id(shown.people)
    if composer is None and "answer" in request.query:
        composer = {"answer": whole_number(request.query["answer"])}
    if parts is not None:
        await request.app[LOOKS].learn(file.hash for files in parts.files.values() for file in files)
    ticket = opened(request, parts, reader, shown.people, composer) if parts is not None else None
    if parts is not None and (conversation := parts.ticket.conversation):
        request.app[app_keys.FEEDS].looks(
            person_id=reader.me.id, channel=parts.ticket.channel, conversation=conversation, ticket_id=parts.ticket.id
        )
    if parts is not None and parts.unread:
        await _seen(request, parts, reader.now)
    listed = ticket_list.list_view(
        shown.rows, reader, people, list_query, after=shown.after, open_ticket=ticket_id, mine=shown.counts.get("mine", 0),
        typing=typing_in(request),
    )  # fmt: skip
    return {
        "list": listed, "ticket": ticket, "rail": rail(shown.counts), "place": "" if list_query.search else list_query.view,
        "search": list_query.search, "quarantined": shown.quarantined, "demo": request.app.get(app_keys.DEMO, False),
        "no_channel": not reader.channels,
    }  # fmt: skip


async def page(request: web.Request, template: str, context: Mapping[str, Any]) -> web.Response:
    """A page of the inbox. One with very long messages is drawn beside the event loop, so that nobody waits for it."""
    pages, ticket = request.app[PAGES], context["ticket"]
    if ticket is not None and ticket.length > LONG_PAGE:
        return await asyncio.to_thread(pages.render, request, template, **context)
    return pages.render(request, template, **context)


async def _seen(request: web.Request, parts: TicketData, now: datetime) -> None:
    with suppress(Unavailable, TimeoutError):  # the page can be read all the same
        async with asyncio.timeout(BOOKKEEPING):
            await request.app[app_keys.DATABASE].write(
                actions.mark_read,
                ticket_id=parts.ticket.id,
                person_id=app_keys.signed_in(request).id,
                entry_id=parts.entries[-1].id,
            )


def is_fragment(request: web.Request, target: str = "pane") -> bool:
    """Whether htmx requests a fragment rather than a whole page."""
    asked = request.headers
    if asked.get("HX-History-Restore-Request"):
        return False
    return asked.get("HX-Request") == "true" and asked.get("HX-Target", target) == target

"""The merge page: choose the ticket to merge with, confirm, and undo a merge."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from helpdesk.errors import Conflict, DeskError, Invalid, NotFound
from helpdesk.journey.lifecycle import merge as journey
from helpdesk.tickets import queries
from helpdesk.tickets.lists import contact_tickets
from helpdesk.web import app_keys
from helpdesk.web.forms.field_types import whole_number
from helpdesk.web.forms.form_parser import parse_form, refuse
from helpdesk.web.forms.ticket_forms import MergeForm
from helpdesk.web.inbox.build.reader import name_of
from helpdesk.web.inbox.pages import render
from helpdesk.web.pages.navigation import page_frame
from helpdesk.web.rendering import error_pages
from helpdesk.web.rendering.page_renderer import PAGES

MOST_OTHERS = 20
LONGEST_TYPED = 18  # maxlength of the number field


def _(words: str) -> str:
    return words  # marks texts for extraction; translated where they are rendered


SETTLED = _("That ticket is settled and this one is open, so that one has to come into this one.")
NOBODY = _("There is no ticket with this number.")


async def page(request: web.Request) -> web.StreamResponse:
    """The page to choose the other ticket; on a merged ticket, to undo the merge."""
    into = whole_number(request.query.get("into", ""))
    return await _page(request, into=str(into) if into else "")


def _the_other_way(ticket: Any, other: Any) -> bool:
    """Whether the other ticket is merged into this one: an open ticket never goes into an ended one."""
    return bool(ticket.active) and not other.active and other.merged_into_id is None and other.spam_at is None


async def _page(
    request: web.Request, *, into: str = "", error: str = "", ask: bool = False, here: bool = False, status: int = 200
) -> web.StreamResponse:
    app, reader = request.app, render.reader_of(request)
    ticket = await app[app_keys.DATABASE].read(queries.ticket, ticket_id=render.ticket_number(request))
    others = await app[app_keys.DATABASE].read(
        contact_tickets.tickets_of, contact_id=ticket.contact_id, but=ticket.id, most=MOST_OTHERS
    )
    choices = [
        {
            "number": other.id, "subject": other.subject, "status": other.status, "icon": reader.channel(other.channel).icon,
            "here": _the_other_way(ticket, other),
        }
        for other in others
        if other.merged_into_id is None and other.spam_at is None
    ]  # fmt: skip
    return app[PAGES].render(
        request, "inbox/merge.html", status=status, number=ticket.id, subject=ticket.subject,
        name=name_of(ticket.contact_name, ticket.address), merged_into=ticket.merged_into_id, choices=choices, into=into,
        error=error, ask=ask, here=here, query=_list_query(request), **await page_frame(request, ""),
    )  # fmt: skip


async def merge(request: web.Request) -> web.StreamResponse:
    """Merge, or show the form again with the error."""
    me, form = app_keys.signed_in(request), await parse_form(request, MergeForm)
    into = form.number
    try:
        if not into:
            raise Invalid("Choose a ticket, or write its number.", "into")
        here = await _comes_here(request, into)
        if here and form.by_number and not form.here:
            return await _page(
                request, into=str(into), error=_sentence(request, Conflict(SETTLED)), here=True, status=422
            )
        remaining = await _do(request, into, me.id, sure=form.sure, here=here)
    except (Invalid, Conflict, NotFound) as error:
        typed = (await refuse(request, error, MergeForm)).typed
        ask = isinstance(error, Invalid) and error.field == "sure"
        number = str(into) if into else typed.get("other", "")[:LONGEST_TYPED] if form.by_number else ""
        return await _page(request, into=number, error=_sentence(request, error), ask=ask, here=form.here, status=422)
    raise web.HTTPSeeOther(f"/inbox/tickets/{remaining}{_list_query(request)}")


def _list_query(request: web.Request) -> str:
    """The list one came from, as a query string: one goes back to it."""
    kept = {name: request.query[name] for name in ("view", "sort", "q") if request.query.get(name)}
    return f"?{urlencode(kept)}" if kept else ""


async def _comes_here(request: web.Request, into: int) -> bool:
    """Whether the chosen ticket has ended and this one is open. Raises NotFound."""
    read = request.app[app_keys.DATABASE].read
    ticket = await read(queries.ticket, ticket_id=render.ticket_number(request))
    return _the_other_way(ticket, await read(queries.ticket, ticket_id=into))


def _sentence(request: web.Request, error: DeskError) -> str:
    if isinstance(error, NotFound):
        error = NotFound(NOBODY)
    return error_pages.sentence_for(request, error)


async def _do(request: web.Request, other: int, person_id: int, *, sure: bool, here: bool) -> int:
    """Merge this ticket into the other one, or with `here` the other way round. Returns the remaining one."""
    app, own = request.app, render.ticket_number(request)
    child, parent = (other, own) if here else (own, other)
    await app[app_keys.DATABASE].write(
        journey.merge_into, app[app_keys.CONTEXT], ticket_id=child, into=parent, person_id=person_id, now=app[app_keys.CLOCK](),
        sure=sure,
    )  # fmt: skip
    return parent


async def unmerge(request: web.Request) -> web.StreamResponse:
    """Undo a merge."""
    app, number = request.app, render.ticket_number(request)
    await app[app_keys.DATABASE].write(
        journey.undo_merge,
        app[app_keys.CONTEXT],
        ticket_id=number,
        person_id=app_keys.signed_in(request).id,
        now=app[app_keys.CLOCK](),
    )
    raise web.HTTPSeeOther(f"/inbox/tickets/{number}{_list_query(request)}")

"""Two tickets about one matter: a page to choose the other one, and to undo it."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from helpdesk.errors import Conflict, Invalid, NotFound
from helpdesk.journey import merge as journey
from helpdesk.tickets import queries
from helpdesk.web import keys
from helpdesk.web.desk_pages import around
from helpdesk.web.inbox import show
from helpdesk.web.inbox.eyes import name_of
from helpdesk.web.pages import PAGES

MOST_OTHERS = 20


def _(words: str) -> str:
    return words  # marks them for the catalogues; they are said in the page's language below


NOBODY = _("There is no ticket with this number.")


async def page(request: web.Request) -> web.StreamResponse:
    """Choose the ticket this one is merged into; on a merged one, undo it."""
    into = show.number(request.query.get("into", ""))
    return await _page(request, into=str(into) if into else "")


async def _page(
    request: web.Request, *, into: str = "", error: str = "", ask: bool = False, status: int = 200
) -> web.StreamResponse:
    app, eyes = request.app, show.eyes_of(request)
    ticket = await app[keys.DATABASE].read(queries.ticket, ticket_id=show.number(request.match_info["number"]))
    others = await app[keys.DATABASE].read(
        queries.of_contact, contact_id=ticket.contact_id, but=ticket.id, most=MOST_OTHERS
    )
    choices = [
        {"number": one.id, "subject": one.subject, "status": one.status, "icon": eyes.channel(one.channel).icon}
        for one in others
        if one.merged_into_id is None
    ]
    return app[PAGES].render(
        request, "inbox/merge.html", status=status, number=ticket.id, subject=ticket.subject,
        name=name_of(ticket.contact_name, ticket.address), merged_into=ticket.merged_into_id, choices=choices, into=into,
        error=error, ask=ask, **await around(request, ""),
    )  # fmt: skip


async def merge(request: web.Request) -> web.StreamResponse:
    """Merge it, or say why not and keep what was chosen."""
    app, me, fields = request.app, keys.signed_in(request), await request.post()
    say = app[PAGES].gettext(app[PAGES].language_of(request)).gettext
    chosen = str(fields.get("into", ""))
    into = (
        show.number(str(fields.get("other", "")).strip().lstrip("#"))
        if chosen in ("", "other")
        else show.number(chosen)
    )
    try:
        if not into:
            raise Invalid("Choose a ticket, or write its number.", "into")
        await _do(request, into, me.id, sure=bool(fields.get("sure")))
    except (Invalid, Conflict, NotFound) as error:
        ask = isinstance(error, Invalid) and error.field == "sure"
        number = str(into) if into else ""
        return await _page(request, into=number, error=say(_words(error)), ask=ask, status=422)
    raise web.HTTPSeeOther(f"/inbox/tickets/{into}")


def _words(error: Exception) -> str:
    return NOBODY if isinstance(error, NotFound) else str(error)


async def _do(request: web.Request, into: int, person_id: int, *, sure: bool) -> Any:
    app = request.app
    await app[keys.DATABASE].write(
        journey.merge, app[keys.BOOK], ticket_id=show.number(request.match_info["number"]), into=into,
        person_id=person_id, now=app[keys.CLOCK](), sure=sure,
    )  # fmt: skip


async def unmerge(request: web.Request) -> web.StreamResponse:
    """Give the ticket its lines back."""
    app, number = request.app, show.number(request.match_info["number"])
    await app[keys.DATABASE].write(
        journey.unmerge, app[keys.BOOK], ticket_id=number, person_id=keys.signed_in(request).id, now=app[keys.CLOCK]()
    )
    raise web.HTTPSeeOther(f"/inbox/tickets/{number}")

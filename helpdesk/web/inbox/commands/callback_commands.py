"""POST handlers of callbacks: have the switchboard call the customer, or close a callback request."""

from __future__ import annotations

import asyncio
from typing import Literal

import structlog
from aiohttp import web

from channels.contract import DeliveryError
from helpdesk.errors import Conflict, Invalid
from helpdesk.errors import gettext_noop as _
from helpdesk.journey.lifecycle import callback as journey
from helpdesk.tickets import queries
from helpdesk.web import app_keys
from helpdesk.web.forms.form_parser import INCOMPLETE, parse_form
from helpdesk.web.forms.ticket_forms import CallForm
from helpdesk.web.inbox.pages import render
from helpdesk.web.rendering.page_renderer import PAGES

PATIENCE = 20.0  # seconds until the switchboard must answer
log = structlog.get_logger("calling")


SILENT = _("the switchboard did not answer in time")


async def request_call(request: web.Request) -> web.StreamResponse:
    """Have the switchboard call the person who clicked and connect them with the customer."""
    app, me, form = request.app, app_keys.signed_in(request), await parse_form(request, CallForm)
    ticket_id = render.ticket_number(request)
    wanted = await app[app_keys.DATABASE].write(
        journey.request_call, app[app_keys.CONTEXT], ticket_id=ticket_id, person_id=me.id, number=await _number(request, form),
        now=app[app_keys.CLOCK](),
    )  # fmt: skip
    trying = asyncio.create_task(_try(app, wanted))  # not cancelled when the browser disconnects
    state, reason = await asyncio.shield(trying)
    if state == "failed":
        log.warning("nobody was called", ticket=ticket_id, why=reason)
    return await _pane(request, ticket_id)


async def _try(app: web.Application, wanted: journey.CallRequest) -> tuple[str, str]:
    """Ask the switchboard once and record the outcome."""
    state: Literal["ringing", "failed", "uncertain"] = "ringing"
    call, reason = "", ""
    try:
        async with asyncio.timeout(PATIENCE):
            call = await app[app_keys.CONTEXT].channels[wanted.channel].ring(wanted.number, extension=wanted.extension)
    except DeliveryError as error:
        state, reason = ("uncertain" if error.uncertain else "failed"), error.reason
    except TimeoutError:
        state, reason = "uncertain", SILENT
    except Exception as error:  # a bug in a channel is an outcome too: the click must not be lost
        log.exception("ring failed", channel=wanted.channel)
        state, reason = "failed", type(error).__name__
    await app[app_keys.DATABASE].write(
        journey.record_call_attempt, entry_id=wanted.entry_id, state=state, reason=reason, call=call
    )
    return state, reason


async def _number(request: web.Request, form: CallForm) -> str:
    """The number to call: posted, or that of the posted call. Raises Invalid, Conflict."""
    if form.number:
        return form.number
    if form.entry is None:
        raise Invalid(INCOMPLETE, "entry")
    entry = await request.app[app_keys.DATABASE].read(queries.entry, entry_id=form.entry)
    if entry.ticket_id != render.ticket_number(request):
        raise Conflict("This call belongs to another ticket.")
    phone = (entry.address or "").removeprefix("phone:")
    if not phone.startswith("+"):
        raise Invalid("This caller's number is not known.", "number")
    return phone


async def close_callback(request: web.Request) -> web.StreamResponse:
    """Close the callback request."""
    app, me = request.app, app_keys.signed_in(request)
    ticket_id = render.ticket_number(request)
    await app[app_keys.DATABASE].write(
        journey.close_callback, ticket_id=ticket_id, person_id=me.id, now=app[app_keys.CLOCK]()
    )
    return await _pane(request, ticket_id)


async def _pane(request: web.Request, ticket_id: int) -> web.StreamResponse:
    """The response: the ticket pane for scripts, a redirect for everybody else."""
    if not render.is_fragment(request):
        raise web.HTTPSeeOther(f"/inbox/tickets/{ticket_id}")
    context = await render.context(request, render.list_request(request.query), ticket_id=ticket_id)
    return request.app[PAGES].render(request, "inbox/pane.html", **context)

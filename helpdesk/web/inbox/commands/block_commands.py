"""POST handlers: block the customer of a ticket, and unblock them."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from helpdesk.journey.lifecycle import block as blocking
from helpdesk.web import app_keys
from helpdesk.web.inbox.commands import ticket_commands
from helpdesk.web.inbox.pages import render


async def block(request: web.Request) -> web.StreamResponse:
    """Block the customer."""
    return await _do(request, blocking.block_customer)


async def unblock(request: web.Request) -> web.StreamResponse:
    """Unblock the customer."""
    return await _do(request, blocking.unblock_customer)


async def _do(request: web.Request, verb: Any) -> web.StreamResponse:
    app, me = request.app, app_keys.signed_in(request)
    await app[app_keys.DATABASE].write(
        verb,
        app[app_keys.CONTEXT],
        ticket_id=render.ticket_number(request),
        person_id=me.id,
        now=app[app_keys.CLOCK](),
    )
    return await ticket_commands.pane(request)

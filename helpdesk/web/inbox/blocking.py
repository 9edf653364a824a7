"""Blocking a customer, and listening to them again."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from helpdesk.journey import blocking
from helpdesk.web import keys
from helpdesk.web.inbox import show, write


async def block(request: web.Request) -> web.StreamResponse:
    """Nobody is asked to answer this customer any more."""
    return await _do(request, blocking.block)


async def unblock(request: web.Request) -> web.StreamResponse:
    """They are listened to again."""
    return await _do(request, blocking.unblock)


async def _do(request: web.Request, verb: Any) -> web.StreamResponse:
    app, me = request.app, keys.signed_in(request)
    await app[keys.DATABASE].write(
        verb, app[keys.BOOK], ticket_id=show.number(request.match_info["number"]), person_id=me.id, now=app[keys.CLOCK]()
    )
    return await write.pane(request)

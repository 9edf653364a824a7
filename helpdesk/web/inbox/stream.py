"""One stream of server-sent events per open page: which tickets changed. The page asks for what it shows."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

from aiohttp import web

from helpdesk.live.fanout import Event, Subscription
from helpdesk.web import keys

HEARTBEAT = 20.0  # seconds; proxies close what is silent
GATHER = 0.08  # seconds within which changes are told together
LASTS = 600.0  # seconds; then the browser comes again, and its session is looked at again


async def stream(request: web.Request) -> web.StreamResponse:
    """Until the page closes."""
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    loop = asyncio.get_running_loop()
    end = loop.time() + LASTS
    with request.app[keys.LIVE].subscribe() as events, suppress(ConnectionResetError):
        await response.prepare(request)
        await response.write(b"retry: 1500\n\n")
        gone = Event("signed_out", keys.signed_in(request).id)
        while loop.time() < end and gone not in (heard := await _next(events)):
            await response.write(_told(heard))
    return response


async def _next(events: Subscription) -> list[Event]:
    heard: list[Event] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(HEARTBEAT):
            heard.append(await events.next())
        async with asyncio.timeout(GATHER):
            while True:
                heard.append(await events.next())
    return heard


def _told(heard: list[Event]) -> bytes:
    changes = [one for one in heard if one.topic != "signed_out"]
    if not changes:
        return b": still here\n\n"
    tickets = sorted({one.data for one in changes if isinstance(one.data, int)})
    return f"event: changed\ndata: {json.dumps({'tickets': tickets})}\n\n".encode()

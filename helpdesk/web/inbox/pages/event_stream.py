"""Server-sent events of an open page: which tickets changed, what a visitor does. The page then fetches what it shows."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from aiohttp import web

from helpdesk.web import app_keys


async def stream(request: web.Request) -> web.StreamResponse:
    """The event stream of a page, until it closes, its person signs out, or its time is over."""
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    loop = asyncio.get_running_loop()

    def abort() -> None:
        if request.transport is not None:
            request.transport.abort()

    with (
        request.app[app_keys.FEEDS].open(app_keys.signed_in(request).id, abort) as feed,
        suppress(ConnectionResetError),
    ):
        await response.prepare(request)
        await response.write(b"retry: 1500\n\n")
        while words := await feed.next():
            feed.busy_since = loop.time()
            await response.write(words)
            feed.busy_since = None
            if feed.over:
                break
    return response

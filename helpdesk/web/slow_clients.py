"""Time limits for whoever sends slowly: a request's head must be whole soon, and its body must keep coming.

aiohttp has neither. Answers may take as long as they like (long polls, event streams, sockets): only what the client
still owes is watched. A body that the desk itself does not read for a while is nobody's fault.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiohttp import web

log = structlog.get_logger("web")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
KEEP_ALIVE = 75.0  # seconds a connection may be open between two requests; longer than proxies hold theirs


@dataclass(frozen=True, slots=True)
class Patience:
    """How slow a client may be."""

    head: float = 20.0  # seconds until the first request of a connection has begun
    window: float = 20.0  # seconds in each of which
    least: int = 4_096  # bytes of a body must come


@dataclass(slots=True)
class SlowClients:
    """The connections whose first request has not come yet, each with the timer that ends it."""

    patience: Patience = Patience()
    _silent: dict[Any, asyncio.TimerHandle] = field(default_factory=dict)

    def watch_connection(self, protocol: asyncio.BaseProtocol) -> None:
        """End a connection that brings no whole request in time."""
        loop = asyncio.get_running_loop()
        self._silent[protocol] = loop.call_later(self.patience.head, self._end_silent, protocol)

    def _end_silent(self, protocol: Any) -> None:
        del self._silent[protocol]
        if protocol.transport is not None:
            log.info("no request came in time")
            protocol.transport.abort()

    async def limit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Run a request whose head is whole, and watch its body come."""
        timer = self._silent.pop(request.protocol, None)
        if timer is not None:
            timer.cancel()
        if not request.can_read_body:
            return await handler(request)
        watching = asyncio.get_running_loop().create_task(self._watch_body(request))
        try:
            return await handler(request)
        finally:
            watching.cancel()

    async def _watch_body(self, request: web.Request) -> None:
        count = request.content.total_bytes
        while not request.content.is_eof():
            await asyncio.sleep(self.patience.window)
            before, count = count, request.content.total_bytes
            transport: Any = request.transport
            if transport is None or request.content.is_eof():
                return
            if transport.is_reading() and count - before < self.patience.least:
                log.info("a body came too slowly", received=count)
                transport.abort()
                return


class PatientRunner(web.AppRunner):
    """An AppRunner that lets nobody hold a connection by sending slowly."""

    def __init__(self, application: web.Application, *, patience: Patience = Patience(), **options: Any) -> None:
        self._clients = SlowClients(patience)

        @web.middleware
        async def limit(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._clients.limit(request, handler)

        application.middlewares.insert(0, limit)
        super().__init__(application, keepalive_timeout=KEEP_ALIVE, **options)

    @property
    def server(self) -> Any:
        """What makes the protocol of each new connection; None before the set-up."""
        server = super().server
        return None if server is None else lambda: self._connection(server)

    def _connection(self, server: web.Server) -> asyncio.BaseProtocol:
        protocol: asyncio.BaseProtocol = server()
        self._clients.watch_connection(protocol)
        return protocol

"""HTTP routes below `/channels/webchat/`. None of them sets or needs a cookie."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote

from aiohttp import web

from channels.contract import TryLater
from channels.toolkit.file_kinds import is_program
from channels.webchat.chat.chat_files import clean_name
from channels.webchat.chat.hub import Hub
from channels.webchat.visitors import origins
from channels.webchat.widget.widget_asset import WidgetAsset
from channels.webchat.wire.connection import Connection
from channels.webchat.wire.frames_in import LARGEST
from channels.webchat.wire.polling import LONGEST_WAIT, MOST_FRAMES, Polling, sensible_wait
from channels.webchat.wire.sockets import SocketServer

CID = re.compile(r"[A-Za-z0-9_-]{8,64}")
INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp")


class Pages:
    """The handlers, over one chat."""

    def __init__(self, chat: Hub, script: WidgetAsset) -> None:
        self._chat, self._script = chat, script
        self._door, self.polling = SocketServer(chat), Polling(chat)

    def routes(self) -> list[web.RouteDef]:
        """What is mounted."""
        return [
            web.get("/widget.js", self._script.newest),
            web.get(r"/widget-{version:[0-9a-f]+}.js", self._script.pinned),
            web.get("/socket", self.socket),
            web.post("/poll", self.poll),
            web.post("/upload", self.upload),
            web.options("/poll", self.preflight),
            web.options("/upload", self.preflight),
            web.get(r"/files/{id:[0-9a-f]{64}}/{until:\d{1,12}}/{signature:[0-9a-f]{32}}/{name}", self.file),
        ]

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """A WebSocket from a page of an allowed site."""
        address = self._let_in(request)
        return await self._door.open(request, address)

    async def poll(self, request: web.Request) -> web.StreamResponse:
        """One long poll."""
        origin = request.headers.get("Origin", "")
        body = await self._json(request)
        if not sensible_wait(body.get("wait", LONGEST_WAIT)):
            return _problem(400, "wait", origin)
        if not self.polling.knows(body.get("sid")):
            address = self._let_in(request)
        else:
            self._known_origin(request)
            address = origins.address_of(request, self._chat.settings)
        try:
            return _json(await self.polling.poll(body, address, origin), origin)
        except TryLater:
            return _problem(503, "later", origin)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """A file as a message of its own: the body is the file; X-Session, X-Cid and X-Name say whose it is."""
        self._known_origin(request)
        origin, given = request.headers.get("Origin", ""), request.headers
        connection = self._chat.connections.get(given.get("X-Session", ""))
        cid, name = given.get("X-Cid", ""), clean_name(unquote(given.get("X-Name", "")))
        if connection is None or connection.room is None or connection.visitor is None:
            return _problem(409, "session", origin)
        if not CID.fullmatch(cid):
            return _problem(400, "cid", origin)
        problem = self._chat.may_write(connection)
        if problem or self._chat.uploads.try_acquire(connection.visitor.key, self._chat.clock()):
            return _problem(403 if problem == "identify" else 429, problem or "slow", origin)
        most = self._chat.settings.upload_limit
        if self._spent(request, connection, min(request.content_length or 0, most)):
            return _problem(429, "slow", origin)
        content = await self._body(request, most)
        if content is None:
            return _problem(413, "large", origin)
        if request.content_length is None and self._spent(request, connection, len(content)):
            return _problem(429, "slow", origin)
        if not content or is_program(content):
            return _problem(415, "kind", origin)
        if await self._chat.desk.ask("shortage"):
            return _problem(503, "later", origin)
        kept = await self._chat.store.save(name, content)
        line = {"t": "msg", "cid": cid, "by": "visitor", "text": "", "files": [kept.line()]}
        frame = {"t": "msg", "cid": cid, "text": ""}
        try:
            await self._chat.accept_frame(connection, cid, frame, line, file=(kept, content))
        except TryLater:
            return _problem(503, "later", origin)
        return _json({"ok": True}, origin)

    def _spent(self, request: web.Request, connection: Connection, size: int) -> bool:
        """Whether strangers of this address have sent as many bytes to the site as they may for now; else counts these."""
        if connection.identity is not None or connection.site is None or not size:
            return False
        key = f"{connection.site.name} {origins.address_of(request, self._chat.settings)}"
        return self._chat.upload_bytes.try_acquire(key, self._chat.clock(), size) > 0

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A file, always as a download, whatever it calls itself."""
        given = request.match_info
        await self._chat.ready()
        if not self._chat.addresses.good(given["id"], int(given["until"]), given["signature"], self._chat.seconds()):
            raise web.HTTPNotFound(text="This address is too old. Open the chat again.\n")
        stored = await self._chat.store.find(given["id"])
        if stored is None:
            raise web.HTTPNotFound(text="This file is gone.\n")
        (path, kind), name = stored, clean_name(given["name"])
        plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)[:80]
        return web.FileResponse(
            path,
            headers={
                "Content-Type": kind if kind in INLINE else "application/octet-stream",
                "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Cross-Origin-Resource-Policy": "cross-origin",
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "private, max-age=86400, immutable",
            },
        )

    async def preflight(self, request: web.Request) -> web.StreamResponse:
        """Whether a page may ask."""
        self._known_origin(request)
        return web.Response(status=204, headers=origins.headers(request.headers.get("Origin", "")))

    def _known_origin(self, request: web.Request) -> None:
        if not origins.allowed_anywhere(self._chat.settings, request.headers.get("Origin")):
            raise web.HTTPForbidden(text="This website may not use the chat.\n")

    def _let_in(self, request: web.Request) -> str:
        self._known_origin(request)
        address = origins.address_of(request, self._chat.settings)
        if origins.within(address, self._chat.settings.blocked):
            raise web.HTTPForbidden(text="This address may not use the chat.\n")
        wait = self._chat.arrivals.try_acquire(address, self._chat.clock())
        if wait:
            raise web.HTTPTooManyRequests(text="Too many at once.\n", headers={"Retry-After": str(max(1, round(wait)))})
        return address

    async def _json(self, request: web.Request) -> dict[str, Any]:
        content = await self._body(request, LARGEST * MOST_FRAMES)
        try:
            body = json.loads(content or b"")
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            raise web.HTTPBadRequest(text="This is not JSON.\n")
        return body

    @staticmethod
    async def _body(request: web.Request, most: int) -> bytes | None:
        """The body, or None when it is larger than `most` bytes."""
        if (request.content_length or 0) > most:
            return None
        content = bytearray()
        async for chunk in request.content.iter_chunked(65536):
            content += chunk
            if len(content) > most:
                return None
        return bytes(content)


def _json(body: Any, origin: str, status: int = 200) -> web.Response:
    dumps: Callable[[Any], str] = lambda value: json.dumps(value, ensure_ascii=False)  # noqa: E731
    return web.json_response(
        body, status=status, dumps=dumps, headers={**origins.headers(origin), "Cache-Control": "no-store"}
    )


def _problem(status: int, code: str, origin: str) -> web.Response:
    return _json({"error": code}, origin, status)

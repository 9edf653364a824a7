"""The WebSocket endpoint: one reader, and one writer while there is something to write."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

from aiohttp import WSMsgType, web

from channels.contract import TryLater
from channels.webchat.chat.hub import Hub
from channels.webchat.wire import close_codes
from channels.webchat.wire.close_codes import Refused
from channels.webchat.wire.connection import Connection, ConnectionContext
from channels.webchat.wire.frames_in import LARGEST, BadFrame, parse

log = logging.getLogger(__name__)
HEARTBEAT = 25.0  # seconds
FIRST_FRAME = 10.0  # seconds until hello must have come
PATIENCE = 10.0  # seconds that what waits may take to leave


class Socket(Connection):
    """A visitor behind a WebSocket."""

    __slots__ = ("_closing", "_request", "_writing", "_ws")

    def __init__(
        self, context: ConnectionContext, address: str, request: web.Request, ws: web.WebSocketResponse
    ) -> None:
        super().__init__(context, address)
        self._request, self._ws = request, ws
        self._writing: asyncio.Task[None] | None = None
        self._closing: tuple[int, str] | None = None

    def wake(self) -> None:
        """Start the writer when it is not at work."""
        if self._writing is None and not self._ws.closed:
            self._writing = asyncio.ensure_future(self._write())

    def close(self, code: int, reason: str = "") -> None:
        """Say the code when the writer gets to it; a peer that takes nothing is cut off."""
        if self._closing is None:
            self._closing = (code, reason)
            self.waiting.clear()
            self.wake()

    async def _write(self) -> None:
        try:
            while self._closing is None:
                frames = await self.due()
                if not frames:
                    break
                async with asyncio.timeout(PATIENCE):
                    for frame in frames:
                        await self._ws.send_str(json.dumps(frame, ensure_ascii=False, separators=(",", ":")))
            if self._closing is not None:
                code, reason = self._closing
                async with asyncio.timeout(PATIENCE):
                    await self._ws.close(code=code, message=reason.encode()[:120])
        except (TimeoutError, ConnectionError, RuntimeError):
            self.abort()
        except Exception:
            log.exception("a line could not be told")
            self.abort()
        finally:
            self._writing = None
        if self.waiting or self._behind():
            self.wake()

    def _behind(self) -> bool:
        return self.room is not None and self.cursor < self.room.log.last

    def abort(self) -> None:
        """Cut the line; the visitor comes back and looks for what it has not got."""
        self.waiting.clear()
        self.leave()
        if self._request.transport is not None:
            self._request.transport.abort()


class SocketServer:
    """Takes sockets in."""

    def __init__(self, chat: Hub) -> None:
        self._chat = chat

    async def open(self, request: web.Request, address: str) -> web.StreamResponse:
        """Serve one socket until it is gone. Who may come in was decided before."""
        ws = web.WebSocketResponse(
            heartbeat=HEARTBEAT, max_msg_size=LARGEST, compress=False, timeout=2.0, autoping=True,
        )  # fmt: skip
        await ws.prepare(request)
        socket = Socket(self._chat.context, address, request, ws)
        try:
            await self._listen(socket, ws, request.headers.get("Origin", ""))
        finally:
            socket.leave()
        return ws

    async def _listen(self, socket: Socket, ws: web.WebSocketResponse, origin: str) -> None:
        first: float | None = FIRST_FRAME
        while not ws.closed:
            try:
                message: Any = await ws.receive(timeout=first)
            except TimeoutError:
                socket.close(close_codes.NO_HELLO, "no hello")
                first = None
                continue
            if message.type is not WSMsgType.TEXT:
                if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
                    return
                socket.close(close_codes.BAD_FRAME, "frames are text")
                continue
            first = None
            await self._take(socket, message.data, origin)

    async def _take(self, socket: Socket, data: str, origin: str) -> None:
        cid = None
        try:
            frame = parse(data)
            cid = getattr(frame, "cid", None)
            self._chat.check_origin(frame, origin)
            await self._chat.handle(socket, frame)
        except BadFrame as error:
            socket.close(close_codes.BAD_FRAME, str(error))
        except Refused as error:
            socket.close(error.code, error.reason)
        except TryLater:
            if not socket.put_off(cid):
                socket.close(close_codes.GOING_DOWN, "try again later")
        except Exception:
            log.exception("a frame could not be handled")
            socket.close(close_codes.BROKEN, "try again")

"""One connected visitor, over a socket or by polling. Nobody waits for it: frames are queued, lines are looked up."""

from __future__ import annotations

import asyncio
import secrets
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from channels.toolkit.rate_limit import TokenBucket
from channels.webchat.chat.chat_files import Addresses
from channels.webchat.chat.sessions import Session
from channels.webchat.settings import Limits, Site
from channels.webchat.visitors.identity import Identity
from channels.webchat.visitors.visitor_store import Visitor
from channels.webchat.wire import frames_out
from channels.webchat.wire.close_codes import TOO_SLOW

MOST_WAITING = 64  # frames; whoever reads slower is let go and comes back to the log
BATCH = 50  # lines looked up at a time


@dataclass(frozen=True, slots=True)
class ConnectionContext:
    """What a connection needs of the chat it belongs to: limits, addresses of files, the time, whom to tell it left."""

    limits: Limits
    addresses: Addresses
    seconds: Callable[[], float]  # Unix time
    on_leave: Callable[[Session], Coroutine[Any, Any, None]]


class Connection(ABC):
    """What both kinds have in common: who it is, how far it has been told, what waits for it."""

    __slots__ = (
        "__weakref__", "_context", "address", "asks", "bucket", "cursor", "id", "identity", "lang", "offered", "page", "room",
        "site", "told", "visitor", "waiting",
    )  # fmt: skip

    def __init__(self, context: ConnectionContext, address: str) -> None:
        self._context, self.address = context, address
        self.id = secrets.token_urlsafe(18)  # known to this client alone: polls and uploads carry it
        self.bucket = TokenBucket(*context.limits.frames)
        self.asks = TokenBucket(*context.limits.suggestions)
        self.offered: set[str] = set()  # articles it was shown
        self.waiting: deque[Mapping[str, Any]] = deque()
        self.cursor = 0  # number of the newest line it was told
        self.lang = "fa"
        self.page: Mapping[str, str] = {}
        self.told: tuple[str, float] = ("", 0.0)  # last fleeting thing passed on to the desk, and when
        self.site: Site | None = None
        self.room: Session | None = None
        self.visitor: Visitor | None = None
        self.identity: Identity | None = None

    def put(self, frame: Mapping[str, Any]) -> None:
        """Queue a frame. Never waits; a full queue ends the connection."""
        if len(self.waiting) >= MOST_WAITING:
            self.close(TOO_SLOW)
            return
        self.waiting.append(frame)
        self.wake()

    def put_off(self, cid: str | None) -> bool:
        """Have a client send a frame again later, on the same line. False: the frame has no cid to name it by."""
        if cid:
            self.put({"t": "err", "code": "slow", "cid": cid})
        return bool(cid)

    async def due(self) -> list[Mapping[str, Any]]:
        """What is to be told now: what waits, then new lines, and the cursor behind them."""
        frames: list[Mapping[str, Any]] = []
        while self.waiting:
            frames.append(self.waiting.popleft())
        room = self.room
        if room is not None and self.cursor < await room.log.last_seq():
            lines = await room.log.after(self.cursor)
            for line in lines[:BATCH] if self.room is room else ():  # they may have become somebody else meanwhile
                frames.append(frames_out.line(line, self._context.addresses, self._context.seconds()))
                self.cursor = line["seq"]
        return frames

    @abstractmethod
    def wake(self) -> None:
        """There is something to tell."""

    @abstractmethod
    def close(self, code: int, reason: str = "") -> None:
        """Let it go, without waiting."""

    def leave(self) -> None:
        """It is gone."""
        if self.room is not None:
            self.room.connections.discard(self)
            asyncio.ensure_future(self._context.on_leave(self.room))  # noqa: RUF006 - a hint that may be lost
            self.room = None

"""Open conversations: their connections, their newest line and the marks stored beside the log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any, Protocol
from weakref import WeakValueDictionary

from channels.contract import Desk, Moved
from channels.webchat.chat.chat_log import TRIES, ChatLog
from channels.webchat.visitors.visitor_store import Visitor
from channels.webchat.wire.close_codes import GOING_DOWN


class Listener(Protocol):
    """Whoever follows a conversation: a connection, over a socket or by polling."""

    visitor: Visitor | None

    def put(self, frame: Mapping[str, Any]) -> None:
        """Queue a frame, without waiting."""

    def wake(self) -> None:
        """There is something new to send."""

    def close(self, code: int, reason: str = "") -> None:
        """End the connection, without waiting."""


class Session:
    """One conversation. It exists as long as somebody holds it."""

    __slots__ = (
        "__weakref__",
        "_desk",
        "_kept",
        "_state",
        "connections",
        "id",
        "lock",
        "log",
        "looked",
        "open",
        "site",
    )

    def __init__(self, desk: Desk, site: str, conversation: str) -> None:
        self.site, self.id = site, conversation
        self.log = ChatLog(desk, site, conversation)
        self.lock = asyncio.Lock()  # appends and changes of state, one after the other
        self.connections: set[Listener] = set()
        self.open: bool | None = None  # what was last told of the site's hours
        self.looked = 0.0  # when it was last asked whether others had written
        self._desk = desk
        self._kept: str | None = None
        self._state: dict[str, Any] | None = None

    async def state(self) -> Mapping[str, Any]:
        """`read`: the visitor has seen up to; `seen`: the desk has; `agent`: the name of the person who answered last."""
        if self._state is None:
            await self.refresh()
        return self._state or {}

    async def refresh(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Look at what is remembered, when others may have written: before and now."""
        before = self._state or {}
        self._kept = await self._desk.recall(self.site, f"state:{self.id}")
        self._state = json.loads(self._kept) if self._kept else {}
        return before, self._state or {}

    async def change(self, **values: Any) -> bool:
        """Remember something of the state. False: it was so already. The lock is held by the caller. Raises Moved."""
        for _ in range(TRIES):
            known = await self.state()
            if all(known.get(key) == value for key, value in values.items()):
                return False
            state = {**known, **values}
            stored = json.dumps(state, ensure_ascii=False)
            try:
                await self._desk.remember(self.site, f"state:{self.id}", stored, was=self._kept)
            except Moved:
                await self.refresh()
                continue
            self._kept, self._state = stored, state
            return True
        raise Moved(self.id)

    def wake(self) -> None:
        """Everybody connected looks for new lines."""
        for connection in self.connections:
            connection.wake()

    def dismiss(self, key: str) -> None:
        """Whoever came with this token must come again: it opens the conversation no longer."""
        for connection in [
            connection
            for connection in self.connections
            if key and connection.visitor is not None and connection.visitor.key == key
        ]:
            connection.close(GOING_DOWN)

    def broadcast(self, frame: Mapping[str, Any]) -> None:
        """Put a fleeting frame to everybody connected."""
        for connection in self.connections:
            connection.put(frame)


class Sessions:
    """The rooms there are, by conversation."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._rooms: WeakValueDictionary[str, Session] = WeakValueDictionary()
        self._sites: set[str] = set()

    def room(self, site: str, conversation: str) -> Session:
        """The room of a conversation, the same for everybody who holds it at the time."""
        session = self._rooms.get(f"{site}/{conversation}")
        if session is None:
            self._sites.add(site)
            session = self._rooms[f"{site}/{conversation}"] = Session(self._desk, site, conversation)
        return session

    def drop(self, room: Session) -> None:
        """Whoever comes next looks at what is kept, not at what was known."""
        self._rooms.pop(f"{room.site}/{room.id}", None)

    def open_rooms(self, conversation: str) -> list[Session]:
        """The rooms of this conversation somebody holds now."""
        sessions = (self._rooms.get(f"{site}/{conversation}") for site in self._sites)
        return [item for item in sessions if item is not None]

    def __iter__(self) -> Iterator[Session]:
        return iter(list(self._rooms.values()))

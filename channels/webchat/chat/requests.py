"""Visitor requests to the desk itself: articles while typing, a person, an end, a transcript by mail, another channel."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from channels.contract import Desk, Moved
from channels.toolkit.rate_limit import KeyedBuckets
from channels.webchat.chat.sessions import Session
from channels.webchat.normalise import MAIL
from channels.webchat.settings import Limits
from channels.webchat.wire.connection import Connection
from channels.webchat.wire.frames_in import Asking, Helped, Link, Suggest, Transcript, Wish

SHORTEST, LONGEST = 3, 600  # characters of a text that is looked up
MOST = 3  # articles
PATIENCE = 2.0  # seconds
TRIES = 5  # at a counter that other processes count too


class Requests:
    """Answers such frames. `clock`: seconds that only grow; `note`: keeps a frame that is no line of the conversation."""

    def __init__(
        self, desk: Desk, limits: Limits, clock: Callable[[], float],
        note: Callable[[Connection, str, Mapping[str, Any]], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._desk, self._clock, self._note = desk, clock, note
        self._wishes = KeyedBuckets(*limits.wishes)

    async def answer(self, connection: Connection, room: Session, frame: Asking) -> None:
        """Do what a frame asks of the desk."""
        if isinstance(frame, Suggest):
            connection.put({"t": "suggest", "n": frame.n, "items": await self._articles(connection, frame.text)})
        elif isinstance(frame, Helped):
            await self._helped(connection, room, frame.id)
        else:
            problem = self._problem(connection, frame)
            if problem is not None:
                connection.put({"t": "err", "code": problem, "cid": frame.cid})
            elif isinstance(frame, Link):
                await self._link(connection, room, frame)
            else:
                await self._note(connection, frame.cid, frame.model_dump())
                connection.put({"t": "ack", "cid": frame.cid})

    def _problem(self, connection: Connection, frame: Wish | Transcript | Link) -> str | None:
        """The code of the error that answers it; None: it is allowed."""
        assert connection.visitor is not None
        if isinstance(frame, Transcript) and not MAIL.fullmatch(frame.email):
            return "email"
        if not connection.visitor.stored:
            return "nothing"
        return "slow" if self._wishes.try_acquire(connection.visitor.key, self._clock()) else None

    async def _articles(self, connection: Connection, text: str) -> list[dict[str, str]]:
        """Articles that may answer the text; none when the desk can't be asked in time."""
        query = text.strip()[:LONGEST]
        if (
            connection.site is None
            or not connection.site.suggestions
            or len(query) < SHORTEST
            or connection.asks.try_acquire(self._clock())
        ):
            return []
        try:
            async with asyncio.timeout(PATIENCE):
                articles = await self._desk.ask("suggestions", text=query, language=connection.lang)
        except TimeoutError:
            return []
        items = [{name: str(article[name]) for name in ("id", "title", "text")} for article in articles[:MOST]]
        connection.offered.update(item["id"] for item in items)
        return items

    async def _helped(self, connection: Connection, room: Session, article: str) -> None:
        """Count an article that spared a message: once a connection, and only one that was offered."""
        if article not in connection.offered:
            return
        connection.offered.discard(article)
        key = f"helped:{article}"
        for _ in range(TRIES):
            known = await self._desk.recall(room.site, key)
            try:
                await self._desk.remember(room.site, key, str(int(known or 0) + 1), was=known)
            except Moved:
                continue
            return

    async def _link(self, connection: Connection, room: Session, frame: Link) -> None:
        ways = await self._desk.ask("link", address=f"webchat:{room.site}:{room.id}")
        if not ways:
            connection.put({"t": "err", "code": "nothing", "cid": frame.cid})
            return
        way = ways[0]
        connection.put(
            {"t": "link", "cid": frame.cid, "channel": way["channel"], "url": way["url"], "until": _until(way)}
        )


def _until(way: Mapping[str, Any]) -> int | None:
    until = way.get("expires_at")
    return int(until.timestamp() * 1000) if isinstance(until, datetime) else until

"""What visitors ask of the desk itself: articles while they type, a person, an end, the conversation by mail, another channel."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from channels.contract import Moved
from channels.webchat.normalise import MAIL
from channels.webchat.wire.frames_in import Asking, Helped, Link, Suggest, Transcript, Wish

if TYPE_CHECKING:
    from channels.webchat.chat.hub import Hub
    from channels.webchat.chat.sessions import Session
    from channels.webchat.wire.connection import Connection

SHORTEST, LONGEST = 3, 600  # characters of a text that is looked up
MOST = 3  # articles
PATIENCE = 2.0  # seconds


async def answer_request(chat: Hub, connection: Connection, room: Session, frame: Asking) -> None:
    """Do what such a frame asks."""
    if isinstance(frame, Suggest):
        connection.put({"t": "suggest", "n": frame.n, "items": await _articles(chat, connection, frame.text)})
    elif isinstance(frame, Helped):
        await _helped(chat, connection, room, frame.id)
    else:
        problem = _problem(chat, connection, frame)
        if problem is not None:
            connection.put({"t": "err", "code": problem, "cid": frame.cid})
        elif isinstance(frame, Link):
            await _link(chat, connection, room, frame)
        else:
            await chat.note(connection, frame.cid, frame.model_dump())
            connection.put({"t": "ack", "cid": frame.cid})


def _problem(chat: Hub, connection: Connection, frame: Wish | Transcript | Link) -> str | None:
    assert connection.visitor is not None
    if isinstance(frame, Transcript) and not MAIL.fullmatch(frame.email):
        return "email"
    if not connection.visitor.stored:
        return "nothing"
    return "slow" if chat.wishes.try_acquire(connection.visitor.key, chat.clock()) else None


async def _articles(chat: Hub, connection: Connection, text: str) -> list[dict[str, str]]:
    """Articles that may answer it; what can't be looked up now has none."""
    words = text.strip()[:LONGEST]
    if (
        connection.site is None
        or not connection.site.suggestions
        or len(words) < SHORTEST
        or connection.asks.try_acquire(chat.clock())
    ):
        return []
    try:
        async with asyncio.timeout(PATIENCE):
            ask = await chat.desk.ask("suggestions", text=words, language=connection.lang)
    except TimeoutError:
        return []
    items = [{name: str(item[name]) for name in ("id", "title", "text")} for item in ask[:MOST]]
    connection.offered.update(item["id"] for item in items)
    return items


async def _helped(chat: Hub, connection: Connection, room: Session, article: str) -> None:
    """Count an article that spared a message: once a connection, and only one that was offered."""
    if article not in connection.offered:
        return
    connection.offered.discard(article)
    key = f"helped:{article}"
    for _ in range(5):
        known = await chat.desk.recall(room.site, key)
        try:
            await chat.desk.remember(room.site, key, str(int(known or 0) + 1), was=known)
        except Moved:
            continue
        return


async def _link(chat: Hub, connection: Connection, room: Session, frame: Link) -> None:
    ways = await chat.desk.ask("link", address=f"webchat:{room.site}:{room.id}")
    if not ways:
        connection.put({"t": "err", "code": "nothing", "cid": frame.cid})
        return
    way = ways[0]
    connection.put({"t": "link", "cid": frame.cid, "channel": way["channel"], "url": way["url"], "until": _until(way)})


def _until(way: Mapping[str, Any]) -> int | None:
    until = way.get("expires_at")
    return int(until.timestamp() * 1000) if isinstance(until, datetime) else until

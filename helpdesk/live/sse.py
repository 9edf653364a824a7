"""The streams of events to open pages: changes are told at once, then gathered; what is told to all is made once.

Nobody waits for a page: each has a short queue of its own, and a page that takes nothing is told to look again.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from helpdesk.live.event_bus import Event, EventBus
from helpdesk.live.ticket_viewers import Chat, TicketViewers

EVERY = 0.02  # seconds between two tellings of changes; the first one of a quiet time goes at once
HEARTBEAT = 20.0  # seconds; proxies close what is silent
LASTS = 600.0  # seconds; then the browser comes again, and its session is looked at again
STUCK = 30.0  # seconds one telling may take
MOST_WAITING = 64
STILL_HERE = b": still here\n\n"


def event_bytes(name: str, data: Any) -> bytes:
    """An event as it goes over the line."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


LOOK_AGAIN = event_bytes("changed", {"tickets": []})


class Feed:
    """What waits for one page. `abort` cuts its line."""

    __slots__ = ("_news", "_waiting", "abort", "busy_since", "over", "person_id", "until")

    def __init__(self, person_id: int, until: float, abort: Callable[[], None]) -> None:
        self.person_id, self.until, self.abort = person_id, until, abort
        self.over = False
        self.busy_since: float | None = None  # the page is being written to since then
        self._waiting: deque[bytes] = deque()
        self._news = asyncio.Event()

    def put(self, words: bytes) -> None:
        """Never waits."""
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            words = LOOK_AGAIN
        self._waiting.append(words)
        self._news.set()

    def end(self) -> None:
        """Say what waits, then no more."""
        self.over = True
        self._news.set()

    async def next(self) -> bytes:
        """All that waits; nothing: it is over."""
        if not self._waiting and not self.over:
            self._news.clear()
            await self._news.wait()
        words = b"".join(self._waiting)
        self._waiting.clear()
        return words


class Feeds:
    """The open pages of this process."""

    def __init__(self, live: EventBus, clock: Callable[[], datetime]) -> None:
        self.looking = TicketViewers()
        self._live, self._clock = live, clock
        self._feeds: set[Feed] = set()
        self._changed: set[int] = set()
        self._due: asyncio.TimerHandle | None = None
        self._beat: asyncio.TimerHandle | None = None
        self._last = 0.0
        live.listen(self._hear)

    @property
    def count(self) -> int:
        """How many pages are open."""
        return len(self._feeds)

    @contextmanager
    def open(self, person_id: int, abort: Callable[[], None]) -> Iterator[Feed]:
        """A page of this person, as long as the context is open."""
        loop = asyncio.get_running_loop()
        feed = Feed(person_id, loop.time() + LASTS, abort)
        self._feeds.add(feed)
        if self._beat is None:
            self._beat = loop.call_later(HEARTBEAT, self._look)
        try:
            yield feed
        finally:
            self._feeds.discard(feed)

    def looks(self, *, person_id: int, channel: str, conversation: str, ticket_id: int) -> None:
        """A person opened a ticket whose customer may be in a chat: tell them what that one does."""
        chat = (channel, conversation)
        if self.looking.report(person_id=person_id, chat=chat, ticket_id=ticket_id, now=self._clock()):
            self._tell_visitor(chat, {person_id: ticket_id})

    def _hear(self, event: Event) -> None:
        if event.topic == "hint":
            chat = (event.data["channel"], event.data["conversation"])
            self.looking.heard(chat, event.data)
            self._tell_visitor(chat, self.looking.at(chat, now=self._clock()))
            return
        if not self._feeds:
            return
        if event.topic == "signed_out":
            for feed in self._feeds:
                if feed.person_id == event.data:
                    feed.end()
            return
        if isinstance(event.data, int):
            self._changed.add(event.data)
        if self._due is None:
            loop = asyncio.get_running_loop()
            self._due = loop.call_at(max(loop.time(), self._last + EVERY), self._tell)

    def _tell(self) -> None:
        self._due, self._last = None, asyncio.get_running_loop().time()
        words = event_bytes("changed", {"tickets": sorted(self._changed)})
        self._changed.clear()
        for feed in self._feeds:
            feed.put(words)

    def _tell_visitor(self, chat: Chat, people: dict[int, int]) -> None:
        known = self.looking.known(chat)
        if not people or not known:
            return
        words = {ticket: event_bytes("visitor", {"ticket": ticket, **known}) for ticket in set(people.values())}
        for feed in self._feeds:
            if feed.person_id in people:
                feed.put(words[people[feed.person_id]])

    def _look(self) -> None:
        """Keep lines alive, end those whose time is over, cut those that take nothing."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._beat = loop.call_later(HEARTBEAT, self._look) if self._feeds else None
        for feed in list(self._feeds):
            if feed.busy_since is not None and now - feed.busy_since > STUCK:
                feed.abort()
            elif now > feed.until:
                feed.end()
            else:
                feed.put(STILL_HERE)

"""What browsers are told at once. In memory: a lost event is healed by looking again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

MOST_WAITING = 256


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened: `topic` says what (ticket, quarantine, …), `data` names it."""

    topic: str
    data: Any


RESYNC = Event("resync", None)


class Subscription:
    """One listener's bounded queue. When it overflows everything waiting becomes one `resync`."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Event] = asyncio.Queue(MOST_WAITING)

    def put(self, event: Event) -> None:
        """Never waits for the listener."""
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(RESYNC)

    async def next(self) -> Event:
        """The next event, when there is one."""
        return await self._queue.get()

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            yield await self._queue.get()


class EventBus:
    """Fan-out of events inside this process."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()
        self._listeners: list[Callable[[Event], None]] = []

    @property
    def listeners(self) -> int:
        """How many are listening."""
        return len(self._subscriptions)

    def publish(self, topic: str, data: Any = None) -> None:
        """Tell everybody."""
        event = Event(topic, data)
        for subscription in self._subscriptions:
            subscription.put(event)
        for listener in self._listeners:
            listener(event)

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Hand every event to `listener` at once, for good."""
        self._listeners.append(listener)

    @contextmanager
    def subscribe(self) -> Iterator[Subscription]:
        """Listen as long as the context is open."""
        subscription = Subscription()
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

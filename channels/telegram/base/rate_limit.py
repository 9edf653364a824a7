"""How fast a bot may write: to all together, to one chat, to one group. Waiting is done by whoever asks."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

PER_CHAT, CHAT_BURST = 1.0, 3.0
PER_GROUP, GROUP_BURST = 18 / 60, 3.0
ALL_BURST = 5.0
_MOST_CHATS = 10_000


@dataclass(slots=True)
class Bucket:
    """Holds up to `burst` tokens, filled at `rate` a second; taking more makes whoever asks wait."""

    rate: float
    burst: float
    level: float
    at: float

    def take(self, now: float, count: float = 1.0) -> float:
        """Take tokens; returns the seconds to wait until they are there."""
        self.level = min(self.burst, self.level + (now - self.at) * self.rate)
        self.at = max(self.at, now)
        self.level -= count
        return max(0.0, -self.level / self.rate)

    def ahead(self, now: float) -> float:
        """The seconds one token would take, without taking it."""
        return max(0.0, (1.0 - min(self.burst, self.level + (now - self.at) * self.rate)) / self.rate)


class Limits:
    """All buckets of one bot. Times are seconds of any clock that only goes forwards."""

    def __init__(self, per_second: float = 25.0) -> None:
        self._all = Bucket(per_second, max(ALL_BURST, per_second / 5), max(ALL_BURST, per_second / 5), 0.0)
        self._chats: OrderedDict[int, Bucket] = OrderedDict()
        self._closed: dict[int, float] = {}

    def ahead(self, chat: int, now: float) -> float:
        """The seconds a message to this chat would wait now."""
        closed = self._closed.get(chat, 0.0) - now
        return max(closed, self._chat(chat, now).ahead(now), self._all.ahead(now))

    def take(self, chat: int, now: float, count: int = 1) -> float:
        """Take the right to send `count` messages; returns the seconds to wait first."""
        closed = max(0.0, self._closed.get(chat, 0.0) - now)
        return max(closed, self._chat(chat, now).take(now, count), self._all.take(now, count))

    def closed(self, chat: int, until: float) -> None:
        """Telegram said: not to this chat before then. Others go on."""
        self._closed[chat] = until
        if len(self._closed) > _MOST_CHATS:
            self._closed.pop(next(iter(self._closed)))

    def _chat(self, chat: int, now: float) -> Bucket:
        rate, burst = (PER_GROUP, GROUP_BURST) if chat < 0 else (PER_CHAT, CHAT_BURST)
        bucket = self._chats.setdefault(chat, Bucket(rate, burst, burst, now))
        self._chats.move_to_end(chat)
        if len(self._chats) > _MOST_CHATS:
            self._chats.popitem(last=False)
        return bucket

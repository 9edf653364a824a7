"""Telegram's sending limits: per bot, per chat, per group. The caller does the waiting."""

from __future__ import annotations

from collections import OrderedDict

from channels.toolkit.rate_limit import TokenBucket

PER_CHAT, CHAT_BURST = 1.0, 3.0
PER_GROUP, GROUP_BURST = 18 / 60, 3.0
ALL_BURST = 5.0
_MOST_CHATS = 10_000


class Limits:
    """All buckets of one bot. Times are seconds of any clock that only goes forwards."""

    def __init__(self, per_second: float = 25.0) -> None:
        self._all = TokenBucket(max(ALL_BURST, per_second / 5), per_second)
        self._chats: OrderedDict[int, TokenBucket] = OrderedDict()
        self._closed: dict[int, float] = {}

    def ahead(self, chat: int, now: float) -> float:
        """The seconds a message to this chat would wait now."""
        closed = self._closed.get(chat, 0.0) - now
        return max(closed, self._chat(chat, now).wait_time(now), self._all.wait_time(now))

    def reserve(self, chat: int, now: float, count: int = 1) -> float:
        """Take the right to send `count` messages; returns the seconds to wait first."""
        closed = max(0.0, self._closed.get(chat, 0.0) - now)
        return max(closed, self._chat(chat, now).reserve(now, count), self._all.reserve(now, count))

    def closed(self, chat: int, until: float) -> None:
        """Telegram said: not to this chat before then. Others go on."""
        self._closed[chat] = until
        if len(self._closed) > _MOST_CHATS:
            self._closed.pop(next(iter(self._closed)))

    def _chat(self, chat: int, now: float) -> TokenBucket:
        rate, burst = (PER_GROUP, GROUP_BURST) if chat < 0 else (PER_CHAT, CHAT_BURST)
        bucket = self._chats.setdefault(chat, TokenBucket(burst, rate, now))
        self._chats.move_to_end(chat)
        if len(self._chats) > _MOST_CHATS:
            self._chats.popitem(last=False)
        return bucket

"""Long polling for networks that let no socket through: the same frames, a list at a time."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from channels.webchat.chat.hub import Chat
from channels.webchat.wire import connection as closing
from channels.webchat.wire.connection import Connection, Refused
from channels.webchat.wire.frames_in import BadFrame, Hello, check

log = logging.getLogger(__name__)
LONGEST_WAIT = 25.0  # seconds an answer is held back
FORGOTTEN = 60.0  # seconds without a poll until the visitor has left
MOST_FRAMES = 20  # of one request


class Poller(Connection):
    """A visitor who asks again and again."""

    __slots__ = ("_news", "closed", "seen", "turn")

    def __init__(self, chat: Chat, address: str, now: float) -> None:
        super().__init__(chat, address)
        self._news = asyncio.Event()
        self.closed: tuple[int, str] | None = None
        self.seen = now
        self.turn = 0  # a newer request ends the one that waits

    def wake(self) -> None:
        """Let the waiting request answer."""
        self._news.set()

    def close(self, code: int, reason: str = "") -> None:
        """The next answer says so."""
        if self.closed is None:
            self.closed = (code, reason)
            self.wake()

    async def answer(self, wait: float) -> list[Any]:
        """What is to be told, waiting for it when there is nothing yet."""
        self.turn += 1
        mine = self.turn
        self._news.set()  # whoever waited before answers with nothing
        await asyncio.sleep(0)
        found = list(await self.due())
        loop = asyncio.get_running_loop()
        end = loop.time() + wait
        while not found and self.closed is None and self.turn == mine and loop.time() < end:
            self._news.clear()
            try:
                async with asyncio.timeout_at(end):
                    await self._news.wait()
            except TimeoutError:
                break
            if self.turn == mine:
                found = list(await self.due())
        return found


class Polling:
    """All who poll."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._known: dict[str, Poller] = {}

    def knows(self, sid: object) -> bool:
        """Whether somebody polls under this number already; a newcomer must be let in first."""
        return isinstance(sid, str) and sid in self._known

    async def poll(self, body: dict[str, Any], address: str, origin: str) -> dict[str, Any]:
        """One request: `{"sid", "have", "wait", "frames"}` → `{"sid", "frames"}` or `{"close", "reason"}`."""
        self.sweep()
        one = self._known.get(str(body.get("sid")))
        frames = body.get("frames", [])
        if not isinstance(frames, list) or len(frames) > MOST_FRAMES:
            return _closed(closing.BAD_FRAME, "frames must be a list of at most 20")
        if one is None:
            if not frames or not isinstance(frames[0], dict) or frames[0].get("t") != "hello":
                return _closed(closing.NO_HELLO, "begin with hello")
            one = Poller(self._chat, address, self._chat.clock())
        one.seen = self._chat.clock()
        self._go_back(one, body.get("have"))
        await self._take(one, frames, origin)
        if one.room is not None:
            self._known[one.id] = one
        wait = body.get("wait")
        told = await one.answer(float(min(LONGEST_WAIT, wait)) if isinstance(wait, int | float) else LONGEST_WAIT)
        if one.closed is not None:
            self._forget(one)
            return {**_closed(*one.closed), "frames": told}
        return {"sid": one.id, "frames": told}

    @staticmethod
    def _go_back(one: Poller, have: object) -> None:
        """An answer may have been lost on the way: what the client has counts, not what it was told."""
        if isinstance(have, int) and one.room is not None and 0 <= have < one.cursor:
            one.cursor = have

    async def _take(self, one: Poller, frames: list[Any], origin: str) -> None:
        try:
            for given in frames:
                frame = check(given)
                self._chat.check_origin(frame, origin)
                await self._chat.handle(one, frame)
                if isinstance(frame, Hello):
                    self._known[one.id] = one
        except BadFrame as error:
            one.close(closing.BAD_FRAME, str(error))
        except Refused as error:
            one.close(error.code, error.reason)
        except Exception:
            log.exception("a frame could not be handled")
            one.close(closing.BROKEN, "try again")

    def sweep(self) -> None:
        """Whoever has not asked for a minute has left."""
        now = self._chat.clock()
        for one in [one for one in self._known.values() if now - one.seen > FORGOTTEN]:
            self._forget(one)

    def _forget(self, one: Poller) -> None:
        self._known.pop(one.id, None)
        one.leave()


def _closed(code: int, reason: str) -> dict[str, Any]:
    return {"close": code, "reason": reason, "frames": []}

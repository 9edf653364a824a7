"""Long polling for networks that block sockets: the same frames, a list at a time."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from channels.contract import TryLater
from channels.webchat.chat.hub import Hub
from channels.webchat.wire import close_codes
from channels.webchat.wire.close_codes import Refused
from channels.webchat.wire.connection import Connection, ConnectionContext
from channels.webchat.wire.frames_in import BadFrame, Frame, Hello, check

log = logging.getLogger(__name__)
LONGEST_WAIT = 25.0  # seconds an answer is held back
ABSURD = 3600  # seconds; nobody means more
FORGOTTEN = 60.0  # seconds without a poll until the visitor has left
MOST_FRAMES = 20  # of one request


class Poller(Connection):
    """A visitor who asks again and again."""

    __slots__ = ("_news", "closed", "seen", "turn")

    def __init__(self, context: ConnectionContext, address: str, now: float) -> None:
        super().__init__(context, address)
        self._news = asyncio.Event()
        self.closed: tuple[int, str] | None = None
        self.seen = now
        self.turn = 0  # a newer request ends the one that waits

    def wake(self) -> None:
        """Let the waiting request answer."""
        self._news.set()

    def close(self, code: int, reason: str = "") -> None:
        """Report it in the next answer."""
        if self.closed is None:
            self.closed = (code, reason)
            self.wake()

    async def answer(self, wait: float) -> list[Any]:
        """What is to be told, waiting for it when there is nothing yet."""
        self.turn += 1
        mine = self.turn
        self._news.set()  # an earlier request that still waits is answered empty
        await asyncio.sleep(0)
        frames = list(await self.due())
        loop = asyncio.get_running_loop()
        end = loop.time() + wait
        while not frames and self.closed is None and self.turn == mine and loop.time() < end:
            self._news.clear()
            try:
                async with asyncio.timeout_at(end):
                    await self._news.wait()
            except TimeoutError:
                break
            if self.turn == mine:
                frames = list(await self.due())
        return frames


class Polling:
    """All who poll."""

    def __init__(self, chat: Hub) -> None:
        self._chat = chat
        self._known: dict[str, Poller] = {}

    def knows(self, sid: object) -> bool:
        """Whether somebody polls under this number already; a newcomer must be let in first."""
        return isinstance(sid, str) and sid in self._known

    async def poll(self, body: dict[str, Any], address: str, origin: str) -> dict[str, Any]:
        """One request: `{"sid", "have", "wait", "frames"}` → `{"sid", "frames"}` or `{"close", "reason"}`. Raises TryLater."""
        self.sweep()
        poller = self._known.get(str(body.get("sid")))
        frames = body.get("frames", [])
        if not isinstance(frames, list) or len(frames) > MOST_FRAMES:
            return _closed(close_codes.BAD_FRAME, "frames must be a list of at most 20")
        if poller is None:
            if not frames or not isinstance(frames[0], dict) or frames[0].get("t") != "hello":
                return _closed(close_codes.NO_HELLO, "begin with hello")
            poller = Poller(self._chat.context, address, self._chat.clock())
        poller.seen = self._chat.clock()
        self._go_back(poller, body.get("have"))
        await self._take(poller, frames, origin)
        if poller.room is not None:
            self._known[poller.id] = poller
        answers = await poller.answer(float(min(LONGEST_WAIT, body.get("wait", LONGEST_WAIT))))
        if poller.closed is not None:
            self._forget(poller)
            return {**_closed(*poller.closed), "frames": answers}
        return {"sid": poller.id, "frames": answers}

    @staticmethod
    def _go_back(poller: Poller, have: object) -> None:
        """An answer may have been lost on the way: what the client has counts, not what it was told."""
        if isinstance(have, int) and poller.room is not None and 0 <= have < poller.cursor:
            poller.cursor = have

    async def _take(self, poller: Poller, frames: list[Any], origin: str) -> None:
        try:
            for given in frames:
                frame = check(given)
                self._chat.check_origin(frame, origin)
                await self._handle(poller, frame)
                if isinstance(frame, Hello):
                    self._known[poller.id] = poller
        except BadFrame as error:
            poller.close(close_codes.BAD_FRAME, str(error))
        except Refused as error:
            poller.close(error.code, error.reason)
        except TryLater:
            raise
        except Exception:
            log.exception("a frame could not be handled")
            poller.close(close_codes.BROKEN, "try again")

    async def _handle(self, poller: Poller, frame: Frame) -> None:
        try:
            await self._chat.handle(poller, frame)
        except TryLater:
            if not poller.put_off(getattr(frame, "cid", None)):
                raise

    def sweep(self) -> None:
        """Whoever has not asked for a minute has left."""
        now = self._chat.clock()
        for known_id in [known_id for known_id in self._known.values() if now - known_id.seen > FORGOTTEN]:
            self._forget(known_id)

    def _forget(self, poller: Poller) -> None:
        self._known.pop(poller.id, None)
        poller.leave()


def sensible_wait(wait: object) -> bool:
    """Whether a client may ask to be kept waiting so long; how long it really is, we decide."""
    return isinstance(wait, int | float) and not isinstance(wait, bool) and 0 <= wait <= ABSURD


def _closed(code: int, reason: str) -> dict[str, Any]:
    return {"close": code, "reason": reason, "frames": []}

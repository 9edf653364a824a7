"""Long polling: updates are stored before the next request confirms them, and one bad update stops nothing."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import telegram

from channels.contract import Desk, State, TryLater
from channels.telegram.base.api import Api, ApiError
from channels.telegram.base.json_access import Json, ident, moment, number, text
from channels.telegram.bot import bot_texts
from channels.telegram.bot.bot_replies import BotReplies
from channels.telegram.receiving import accept_updates

log = logging.getLogger(__name__)
# Every kind the library knows: Telegram leaves out reactions and member changes unless they are asked for.
ALLOWED = tuple(map(str, telegram.Update.ALL_TYPES))
BATCH = 100
_QUIET = timedelta(days=6)  # after a week without updates Telegram numbers them anew: ask without an offset before
_UPDATE_ID = re.compile(rb'"update_id"\s*:\s*(\d{1,18})')


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between tries, the last one repeats; and how long to leave a bot alone that somebody else polls."""

    waits: tuple[float, ...] = (1.0, 3.0, 10.0, 30.0, 60.0)
    conflict: float = 60.0
    look: float = 300.0  # how often the state is looked at

    def wait(self, tries: int) -> float:
        """Seconds before the next try after `tries` failed ones."""
        return self.waits[min(tries, len(self.waits)) - 1]


class Poller:
    """Keeps one bot's updates coming until cancelled."""

    def __init__(self, api: Api, desk: Desk, after: BotReplies, now: Callable[[], datetime], pace: Pace) -> None:
        self._api = api
        self._desk = desk
        self._replies = after
        self._now = now
        self._pace = pace
        self._offset: int | None = None
        self._limit = BATCH
        self._last = now()
        self._reported: tuple[bool, str | None] | None = None

    async def run(self) -> None:
        """Say who we are, then ask for ever."""
        tries = 0
        while True:
            try:
                if not self._replies.met:
                    await self._replies.meet(await hello(self._api))
                await self.once()
            except ApiError as error:
                tries += 1
                await self._tell(problem(error))
                await asyncio.sleep(self._wait(error, tries))
            except TryLater as error:
                tries += 1
                log.warning("updates stay with Telegram for now", extra={"bot": self._api.bot.name, "why": str(error)})
                await self._tell(f"Updates can't be kept now: {error}. They are asked for again.")
                await asyncio.sleep(self._pace.wait(tries))
            except Exception as error:  # the desk could not keep it: ask again, nothing was confirmed
                tries += 1
                log.exception("updates could not be kept", extra={"bot": self._api.bot.name})
                await self._tell(f"Updates can't be kept: {type(error).__name__}. They are asked for again.")
                await asyncio.sleep(self._pace.wait(tries))
            else:
                tries = 0

    async def once(self) -> int:
        """One question to Telegram; returns how many updates are safe now. Raises ApiError."""
        if self._offset is not None and self._now() - self._last > _QUIET:
            self._offset = None  # known ones come again and are known again
        try:
            updates = await self._api.call(
                "getUpdates", offset=self._offset, limit=self._limit, timeout=self._api.bot.wait_seconds if self._reported == (True, None) else 0,
                allowed_updates=list(ALLOWED),
            )  # fmt: skip
        except ApiError as error:
            if not error.payload or not await self._poison(error.payload):
                raise
            return 1
        if not isinstance(updates, list):
            raise ApiError("Telegram's answer holds no list of updates")
        await accept_updates.accept_update(self._desk, self._api.bot.name, updates, self._replies)
        self._follow(updates)
        await self._tell(None)
        return len(updates)

    def _follow(self, updates: list[object]) -> None:
        """The offset follows the last update, never the highest: numbers may start anew anywhere."""
        if updates:
            self._last = self._now()
            self._limit = BATCH
            ids = [number(update, "update_id") for update in updates if isinstance(update, dict)]
            last = next((item for item in reversed(ids) if item is not None), None)
            self._offset = last + 1 if last is not None else self._offset

    async def _poison(self, payload: bytes) -> bool:
        """An answer that can't be read: ask for one at a time, and put aside the one that is at fault."""
        match = _UPDATE_ID.search(payload)
        if match is None:
            return False
        if self._limit > 1:
            self._limit = 1
            return True
        await self._desk.accept(self._api.bot.name, match[1].decode(), payload, order_key="")
        self._offset, self._limit = int(match[1]) + 1, BATCH
        return True

    def _wait(self, error: ApiError, tries: int) -> float:
        if error.retry_after is not None:
            return error.retry_after
        return self._pace.conflict if error.code == 409 else self._pace.wait(tries)

    async def _tell(self, trouble: str | None) -> None:
        if self._reported != (trouble is None, trouble):
            self._reported = (trouble is None, trouble)
            await self._desk.report(
                State(self._api.bot.name, connected=trouble is None, problem=trouble, since=self._now())
            )


def problem(error: ApiError) -> str:
    """What is wrong and what to do, for the status page."""
    if error.code in (401, 404):
        return "Telegram does not accept this bot's token. Take the token from BotFather again."
    if error.code == 409 and "webhook" in error.description.lower():
        return f'{error.description}. Set mode = "webhook" for this bot, or delete the webhook; it was left alone.'
    if error.code == 409:
        return f"{error.description}. Somebody else asks for this bot's updates; only one may. It is tried again in a minute."
    return error.description


async def hello(api: Api) -> Json:
    """Who the bot is; and its commands told to Telegram. Raises ApiError."""
    me = await api.call("getMe")
    if api.bot.commands:
        for language in ("fa", "en", None):
            try:
                await api.call(
                    "setMyCommands", commands=bot_texts.commands(language or api.bot.language), language_code=language
                )
            except ApiError as error:  # a menu is no reason not to listen
                log.info("commands were not registered", extra={"bot": api.bot.name, "why": error.code or "no answer"})
                break
    return me if isinstance(me, dict) else {}


def webhook_problem(info: Json, now: datetime) -> str | None:
    """What Telegram says is wrong with a webhook, within the last hour; None: nothing."""
    failed = moment(info, "last_error_date")
    if failed is None or now - failed > timedelta(hours=1):
        return None
    host = urlsplit(text(info, "url", 500)).hostname or "?"
    return f"Telegram could not deliver to {host}: {text(info, 'last_error_message', 300)} ({ident(info, 'pending_update_count')} waiting)."

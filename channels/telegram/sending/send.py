"""The sender of one bot: in order per chat, within the limits, each part once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from channels.contract import DeliveryError, Outbound
from channels.telegram.base import errors
from channels.telegram.base.api import Api, ApiError
from channels.telegram.base.ids import Place, message_key
from channels.telegram.base.json_access import number, obj
from channels.telegram.base.rate_limit import Limits
from channels.telegram.sending import render
from channels.telegram.sending.send_progress import Unfinished

LONGEST_WAIT = 5.0  # seconds a message may hold its sender for its chat's sake; longer waits go back to the outbox
_MOST_CHATS = 1000
Sleep = Callable[[float], Awaitable[None]]


class Sender:
    """Everything that one bot says, to whomever."""

    def __init__(
        self, api: Api, secret: bytes, *, sleep: Sleep = asyncio.sleep, clock: Callable[[], float] | None = None
    ) -> None:
        self.api = api
        self._secret = secret
        self._sleep = sleep
        self._clock = clock
        self._limits = Limits(api.bot.per_second)
        self._moved: dict[int, int] = {}  # groups that became supergroups
        self._chats: OrderedDict[int, asyncio.Lock] = OrderedDict()
        self.unfinished = Unfinished(api.bot.name)

    async def send(self, outbound: Outbound) -> list[Mapping[str, Any]]:
        """Send every part that has not left yet; returns all of Telegram's messages. Raises DeliveryError.

        A file that Telegram takes in no form lets the rest leave, and is named in the error then.
        """
        where = self._place(render.destination_chat(outbound))
        calls = render.calls(self.api.bot, outbound, where, self._secret)
        parts = await self.unfinished.begun(outbound.token, calls)
        wanted = parts.calls(calls)
        async with self._turn(where.chat):
            await self._wait(where.chat, sum(call.weight for call in wanted[len(parts.done) :]))
            while len(parts.done) < len(wanted):
                call = wanted[len(parts.done)]
                try:
                    parts.done.append(await self.send_call(call))
                except ApiError as error:
                    if errors.is_refusal(error) and call.otherwise:
                        parts.open(error.description)
                        wanted = parts.calls(calls)
                        continue
                    if errors.is_refusal(error) and call.files:
                        parts.drop(error.description)
                        continue
                    await self.unfinished.save(outbound.token, parts)
                    raise self._fault(error, where, len(parts.done), len(wanted)) from None
        await self.unfinished.over(outbound.token)
        lost = parts.lost(wanted)
        if lost:
            left = [self.key_of(item, where) for item in parts.messages]
            reason = f"Telegram does not take the file {', '.join(lost)}: {parts.refusal}"
            raise DeliveryError(reason, permanent=True, left=left, files=lost)
        return parts.messages

    async def send_call(self, call: render.Call) -> list[Mapping[str, Any]]:
        """One call, with its ways out: the group's new id, plain text once. Returns the messages it made."""
        try:
            return await self._try(call, call.parameters)
        except ApiError as error:
            if errors.is_format(error) and call.plain is not None:
                return await self._try(call, call.plain)
            if errors.is_topic(error) and call.parameters.get("message_thread_id") and call.parameters["chat_id"] > 0:
                return await self.send_call(_without_topic(call))
            raise

    async def quick(self, where: Place, call: render.Call) -> Mapping[str, Any] | None:
        """A word of the bot itself: one try, at the chat's pace. None when it did not pass."""
        where = self._place(where)
        async with self._turn(where.chat):
            await self._sleep(min(self._limits.reserve(where.chat, self._now()), 30.0))
            try:
                sent = await self.send_call(call)
                return sent[0] if sent else {}
            except ApiError as error:
                self._fault(error, where, 0, 1)
                return None

    def refused(self, error: ApiError, chat: int) -> DeliveryError:
        """What an error means for a change of something that left; a flood holds back its chat."""
        fault = errors.repeatable(error)
        if error.code == 429 and fault.retry_after is not None:
            self._limits.closed(chat, self._now() + fault.retry_after)
        return fault

    def key_of(self, sent: Mapping[str, Any], where: Place) -> str:
        """The desk's id of a message that was sent."""
        message = {"chat": {"id": where.chat, **obj(sent, "chat")}, "message_id": number(sent, "message_id")}
        return message_key(self.api.bot.name, message, where.business or "")

    async def _try(self, call: render.Call, parameters: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        try:
            return _messages(await self.api.call(call.method, call.files, **parameters))
        except ApiError as error:
            if error.migrated_to is None or "chat_id" not in parameters:
                raise
            self._moved[int(parameters["chat_id"])] = error.migrated_to
            moved = {**parameters, "chat_id": error.migrated_to}
            return _messages(await self.api.call(call.method, call.files, **moved))

    def _place(self, where: Place) -> Place:
        moved = self._moved.get(where.chat)
        return Place(moved, where.topic, where.direct_topic, where.business) if moved is not None else where

    async def _wait(self, chat: int, count: int) -> None:
        ahead = self._limits.ahead(chat, self._now())
        if ahead > LONGEST_WAIT:
            raise DeliveryError(
                "waits for its turn: Telegram allows only so many messages to one chat", retry_after=ahead
            )
        wait = self._limits.reserve(chat, self._now(), max(1, count))
        if wait > 0:
            await self._sleep(min(wait, LONGEST_WAIT * 4))

    def _fault(self, error: ApiError, where: Place, done: int, parts: int) -> DeliveryError:
        fault = errors.delivery_error(error)
        if fault.retry_after is not None and error.code == 429:
            self._limits.closed(where.chat, self._now() + fault.retry_after)
        if done:
            fault.reason = f"Part {done + 1} of {parts}: {fault.reason}"
        return fault

    def _now(self) -> float:
        return self._clock() if self._clock is not None else asyncio.get_running_loop().time()

    @asynccontextmanager
    async def _turn(self, chat: int) -> AsyncIterator[None]:
        """One message of a chat after the other, in the order they came."""
        lock = self._chats.setdefault(chat, asyncio.Lock())
        self._chats.move_to_end(chat)
        async with lock:
            yield
        oldest, unused = next(iter(self._chats.items()))
        if len(self._chats) > _MOST_CHATS and not unused.locked():
            del self._chats[oldest]


def _without_topic(call: render.Call) -> render.Call:
    """The same into the private chat itself: who deleted a topic there still reads the chat."""
    plain = None if call.plain is None else {**call.plain, "message_thread_id": None}
    return replace(call, parameters={**call.parameters, "message_thread_id": None}, plain=plain)


def _messages(result: Any) -> list[Mapping[str, Any]]:
    """The message that was made, or all of an album."""
    return [item for item in (result if isinstance(result, list) else [result]) if isinstance(item, dict)]

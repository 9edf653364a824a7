"""Changes to sent messages: edit, delete, react; and the typing indicator."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from html import escape
from typing import Any

from channels.contract import DeliveryError
from channels.telegram.base import errors
from channels.telegram.base.api import Api, ApiError
from channels.telegram.base.ids import place_of, split_key
from channels.telegram.sending.render import target
from channels.telegram.sending.send import Sender
from channels.telegram.sending.split import LONGEST_TEXT, units

log = logging.getLogger(__name__)
_TYPING_LASTS = 4.0  # seconds; Telegram shows it for five
_MOST_CHATS = 1000


def named(remote_id: str) -> dict[str, Any]:
    """The parameters that name a message. Raises DeliveryError when the id is none of ours."""
    key = split_key(remote_id)
    where = place_of(key[1]) if key else None
    if key is None or where is None:
        raise DeliveryError(f"{remote_id} is no message of Telegram.", permanent=True)
    return {"chat_id": where.chat, "business_connection_id": where.business, "message_id": key[2]}


async def edit(sender: Sender, remote_id: str, text: str, name: str = "") -> None:
    """Put another text into a message, or under its picture; `name` stands above it. Raises DeliveryError."""
    message = named(remote_id)
    name = " ".join(name.split())[:100]
    head = f"{name}\n" if name else ""
    if not text.strip() or units(head + text) > LONGEST_TEXT:
        raise DeliveryError("A changed message must have words, and at most 4096 characters.", permanent=True)
    content = f"<b>{escape(name, quote=False)}</b>\n{escape(text, quote=False)}" if name else text
    mode = "HTML" if name else None
    try:
        await sender.api.call("editMessageText", **message, text=content, parse_mode=mode)
    except ApiError as error:
        if "no text in the message" in error.description.lower():
            await _done(sender, "editMessageCaption", **message, caption=content, parse_mode=mode)
        elif not errors.is_same(error):
            raise sender.refused(error, message["chat_id"]) from None


async def withdraw(sender: Sender, remote_id: str) -> None:
    """Delete a message for both sides; Telegram allows it for 48 hours. Gone already: fine. Raises DeliveryError."""
    message = named(remote_id)
    if message["business_connection_id"] is not None:
        own = {"business_connection_id": message["business_connection_id"], "message_ids": [message["message_id"]]}
        await _done(sender, "deleteBusinessMessages", **own)
        return
    await _done(sender, "deleteMessage", chat_id=message["chat_id"], message_id=message["message_id"])


async def react(sender: Sender, remote_id: str, emoji: str) -> None:
    """Put an emoji on a customer's message; an empty one takes it away. Raises DeliveryError."""
    message = named(remote_id)
    plain = emoji.replace("\ufe0f", "")  # Telegram knows them without
    reaction = [{"type": "emoji", "emoji": plain}] if plain else []
    await _done(
        sender, "setMessageReaction", chat_id=message["chat_id"], message_id=message["message_id"], reaction=reaction
    )


async def _done(sender: Sender, method: str, **parameters: Any) -> None:
    try:
        await sender.api.call(method, **parameters)
    except ApiError as error:
        if not (errors.is_same(error) or (errors.is_gone(error) and method == "deleteMessage")):
            raise sender.refused(error, int(parameters.get("chat_id", 0))) from None


class Typing:
    """Tells chats that somebody writes, now and then; a fleeting thing that may be lost."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, float] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def show(self, api: Api, conversation: str) -> None:
        """Show it in a conversation, unless it is still shown."""
        where, now = place_of(conversation), asyncio.get_running_loop().time()
        if where is None or now - self._last.get(conversation, -_TYPING_LASTS) < _TYPING_LASTS:
            return
        self._last[conversation] = now
        if len(self._last) > _MOST_CHATS:
            self._last.popitem(last=False)
        place = {name: value for name, value in target(where).items() if name != "direct_messages_topic_id"}
        task = asyncio.create_task(self._say(api, place))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _say(self, api: Api, place: dict[str, Any]) -> None:
        try:
            await api.call("sendChatAction", **place, action="typing")
        except ApiError as error:
            log.debug("typing was not shown", extra={"bot": api.bot.name, "why": error.code or "no answer"})

    async def done(self) -> None:
        """Wait until nothing is on its way."""
        await asyncio.gather(*self._tasks)

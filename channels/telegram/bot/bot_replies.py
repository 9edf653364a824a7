"""Bot replies to stored updates: to taps and commands, with a sticker or a question. No update waits for them."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from channels.contract import Desk, Inbound
from channels.telegram.base import errors
from channels.telegram.base.api import ApiError
from channels.telegram.base.ids import Place, address, full_name, place
from channels.telegram.base.json_access import Json, ident, moment, obj, text
from channels.telegram.base.phrases import phrase
from channels.telegram.bot import bot_texts
from channels.telegram.normalise import understand
from channels.telegram.sending import buttons, render
from channels.telegram.sending.send import Sender
from channels.telegram.updates.emoji_faces import Score
from channels.telegram.updates.update_context import UpdateContext

log = logging.getLogger(__name__)
_MOST_WAITING = 1000
_MOST_ANSWERS = 20  # of the bot itself to one chat in an hour
USERNAME, NAME = "username", "name"  # the cursors that keep what Telegram says of the bot
_HOUR = timedelta(hours=1)


class BotReplies:
    """The replies of one bot. `me` is Telegram's own description of it, once known."""

    def __init__(
        self,
        sender: Sender,
        desk: Desk,
        context: UpdateContext,
        secret: bytes,
        *,
        now: Callable[[], datetime],
        survey_days: int,
    ) -> None:
        self.me: Json = {}
        self.met = False  # Telegram itself said it, in this process
        self._sender = sender
        self._api = sender.api
        self._bot = sender.api.bot
        self._desk = desk
        self._context = context
        self._secret = secret
        self._now = now
        self._survey_days = survey_days
        self._waiting: asyncio.Queue[tuple[Json, bool]] = asyncio.Queue(_MOST_WAITING)
        self._running = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._answered: OrderedDict[str, list[datetime]] = OrderedDict()

    async def meet(self, me: Json) -> None:
        """Store the bot's name as Telegram gives it, so that links can be made before it is asked again."""
        self.me, self.met = me, True
        for key, name in ((USERNAME, text(me, "username", 60)), (NAME, full_name(me))):
            if name and await self._desk.recall(self._bot.name, key) != name:
                await self._desk.remember(self._bot.name, key, name)

    def note(self, update: Json, *, fresh: bool) -> None:
        """An update is safe. `fresh`: it came for the first time."""
        if fresh or "callback_query" in update:
            if not self._running and len(self._tasks) < _MOST_WAITING:  # another process of the desk listens
                task = asyncio.get_running_loop().create_task(self._safely(update, fresh))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
                return
            try:
                self._waiting.put_nowait((update, fresh))
            except asyncio.QueueFull:
                log.warning("the bot is silent: too many updates wait for a word of it", extra={"bot": self._bot.name})

    async def run(self) -> None:
        """Work until cancelled. Nothing here can lose a message: they are all kept by the desk already."""
        self._running = True
        try:
            while True:
                await self._safely(*await self._waiting.get())
        finally:
            self._running = False

    async def _safely(self, update: Json, fresh: bool) -> None:
        try:
            if not self.me:
                self.me = {
                    "username": await self._desk.recall(self._bot.name, USERNAME),
                    "first_name": await self._desk.recall(self._bot.name, NAME),
                }
            await self.follow(update, fresh=fresh)
        except Exception:
            log.exception("a word of the bot did not leave", extra={"bot": self._bot.name})

    async def follow(self, update: Json, *, fresh: bool) -> None:
        """Reply to an update where it asks for a reply."""
        query = obj(update, "callback_query")
        if query:
            await self._tapped(query, fresh)
            return
        message = obj(update, "message")
        inbounds = understand(update, self._context).things
        inbound = inbounds[0] if inbounds else None
        if inbound is not None and inbound.kind == "survey_answer":
            if inbound.survey is not None and inbound.survey.score is not None and inbound.survey.token is not None:
                await self._thank(
                    inbound,
                    obj(update, "message") or obj(update, "message_reaction"),
                    inbound.survey.token,
                    inbound.survey.score,
                )
            return
        where = place(message)
        if where is not None and self._may_answer(where.key, message):
            await self._reply(message, where)

    # --- replies --------------------------------------------------------------------------------

    async def _reply(self, message: Json, where: Place) -> None:
        tickets: Sequence[Mapping[str, Any]] = ()
        person = ident(obj(message, "from"), "id")
        if bot_texts.wants_tickets(message) and person:
            tickets = await self._desk.ask("tickets", address=address(self._bot.name, person).address)
        call = bot_texts.answer(message, where, self._bot, desk=bot_texts.greeting_name(self.me), tickets=tickets)
        if call is not None:
            self._answered.setdefault(where.key, []).append(self._now())
            await self._sender.quick(where, call)

    def _may_answer(self, chat: str, message: Json) -> bool:
        if obj(message, "from").get("is_bot") is True:
            return False
        recent = [item for item in self._answered.get(chat, ()) if self._now() - item < _HOUR]
        if recent:
            self._answered[chat] = recent
            self._answered.move_to_end(chat)
        else:
            self._answered.pop(chat, None)
        if len(self._answered) > _MOST_WAITING:
            self._answered.popitem(last=False)
        return len(recent) < _MOST_ANSWERS

    # --- survey ---------------------------------------------------------------------------------

    async def _tapped(self, query: Json, fresh: bool) -> None:
        message, person = obj(query, "message"), obj(query, "from")
        where, who = place(message), ident(person, "id")
        language = bot_texts.language_of(person, self._bot)
        chat = ident(obj(message, "chat"), "id")
        button = buttons.read(self._secret, text(query, "data", 200), chat=chat, person=who)
        if button is None or where is None:
            await self._answer_tap(query, phrase(language, "old_button"), alert=False)
            return
        if not button.genuine:
            await self._answer_tap(query, phrase(language, "not_yours"), alert=True)
            return
        if self._too_old(message):
            await self._answer_tap(query, phrase(language, "old_button"), alert=True)
            await self._keyboard(message, where, None)
            return
        if button.score is None:
            await self._answer_tap(query, "", alert=False)
            await self._keyboard(message, where, render.faces((), button.token, self._secret, chat, who, language))
            return
        await self._answer_tap(query, phrase(language, "saved"), alert=False)
        await self._keyboard(
            message, where, render.chosen(button.score, button.token, self._secret, chat, who, language)
        )
        if fresh:
            await self._face(where, button.score)
            await self._ask_why(where, button.score, button.token, chat, who, language)

    def _too_old(self, message: Json) -> bool:
        sent = moment(message, "date")  # None: the message can't be reached any more; the desk decides
        return sent is not None and self._now() - sent > timedelta(days=self._survey_days)

    async def _thank(self, answer: Inbound, message: Json, token: str, score: Score) -> None:
        where = place(message)
        person = obj(message, "from") or obj(message, "user")
        if where is None:
            return
        await self._face(where, score)
        language = bot_texts.language_of(person, self._bot)
        await self._ask_why(where, score, token, str(where.chat), ident(person, "id"), language)

    async def _ask_why(self, where: Place, score: Score, token: str, chat: str, person: str, language: str) -> None:
        name = text(self.me, "username", 60)
        if score == "sad" and name:
            link = buttons.reason_link(self._secret, name, token=token, chat=chat, person=person)
            await self._sender.quick(where, bot_texts.reason_call(where, language, link))

    async def _answer_tap(self, query: Json, notice: str, *, alert: bool) -> None:
        try:
            await self._api.call(
                "answerCallbackQuery",
                callback_query_id=ident(query, "id"),
                text=notice or None,
                show_alert=alert or None,
            )
        except ApiError as error:  # "query is too old": it spins no more
            log.info("a tap was not answered", extra={"bot": self._bot.name, "why": error.code or "no answer"})

    async def _keyboard(self, message: Json, where: Place, markup: Mapping[str, Any] | None) -> None:
        try:
            await self._api.call(
                "editMessageReplyMarkup", chat_id=where.chat, message_id=int(ident(message, "message_id") or 0),
                business_connection_id=where.business, reply_markup=markup,
            )  # fmt: skip
        except ApiError as error:
            if not (errors.is_same(error) or errors.is_gone(error)):
                log.info("buttons were not changed", extra={"bot": self._bot.name, "why": error.code or "no answer"})

    async def _face(self, where: Place, score: Score) -> None:
        """The matching sticker: uploaded once, then known by its file id."""
        known = await self._desk.recall(self._bot.name, f"sticker:{score}")
        call = render.Call("sendSticker", {**render.target(where), "sticker": known})
        if known is not None and await self._sender.quick(where, call) is not None:
            return
        picture = files("channels.telegram").joinpath("stickers", f"{score}.webp").read_bytes()
        upload = replace(
            call, parameters=render.target(where), files={"sticker": (f"{score}.webp", picture, "image/webp")}
        )
        sent = await self._sender.quick(where, upload)
        file_id = text(obj(sent or {}, "sticker"), "file_id", 300)
        if file_id:
            await self._desk.remember(self._bot.name, f"sticker:{score}", file_id)


async def record_survey_question(
    desk: Desk, account: str, where: Place, token: str, question: int, person: str
) -> None:
    """Remember that somebody was asked in a chat: a face, sticker or reaction of theirs answers it too."""
    survey = {"token": token, "question": question, "newest": True, "person": person}
    await desk.remember(account, f"survey:{where.key}", json.dumps(survey))


async def record_later_message(desk: Desk, account: str, where: Place) -> None:
    """Something else was said to a chat: a bare face now belongs to that."""
    known = await desk.recall(account, f"survey:{where.key}")
    if known and '"newest": true' in known:
        await desk.remember(account, f"survey:{where.key}", known.replace('"newest": true', '"newest": false'))


async def last_survey(desk: Desk, account: str, where: Place) -> dict[str, Any] | None:
    """The survey a chat was asked last, or None."""
    stored = await desk.recall(account, f"survey:{where.key}")
    try:
        survey = json.loads(stored) if stored else None
    except ValueError:
        return None
    return survey if isinstance(survey, dict) else None

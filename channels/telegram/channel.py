"""The Telegram channel: any number of bots, by long polling or webhook."""

from __future__ import annotations

import asyncio
import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from channels import clock, contract
from channels.contract import Attachment, Capabilities, DeliveryError, Desk, Inbound, Outbound, State
from channels.telegram import checkup, normalise
from channels.telegram.base import errors
from channels.telegram.base.api import Api, ApiError
from channels.telegram.base.ids import Place, place_of
from channels.telegram.base.json_access import number, text
from channels.telegram.base.phrases import phrase
from channels.telegram.bot import bot_replies
from channels.telegram.bot.bot_replies import BotReplies
from channels.telegram.receiving import webhook
from channels.telegram.receiving.poll import Pace, Poller
from channels.telegram.sending import buttons, render, sent_changes
from channels.telegram.sending.send import Sender
from channels.telegram.settings import NoToken, TelegramSettings, bot_id, token
from channels.telegram.updates.update_context import UpdateContext

log = logging.getLogger(__name__)
_TRIES_FOR_A_FILE = 4
_MOST_FILES = 10_000
_MOST_CHATS = 10_000


class Channel(contract.Channel):
    """All bots of the desk."""

    name = "telegram"
    label: ClassVar[Mapping[str, str]] = {"fa": "تلگرام", "en": "Telegram"}
    icon = "telegram"
    can = Capabilities(attachments=True, replies=True)
    settings: TelegramSettings

    class Settings(TelegramSettings):
        """`[channels.telegram]`."""

    def __init__(
        self,
        settings: TelegramSettings,
        *,
        env: Mapping[str, str] | None = None,
        now: Callable[[], datetime] = clock.now,
        pace: Pace = Pace(),  # noqa: B008 (a constant)
    ) -> None:
        super().__init__(settings)
        env = os.environ if env is None else env
        self._now = now
        self._pace = pace
        self._desk: Desk | None = None
        self._missing: dict[str, str] = {}
        self._contexts: dict[str, UpdateContext] = {}
        self._secrets: dict[str, bytes] = {}
        self._senders: dict[str, Sender] = {}
        self._replies: dict[str, BotReplies] = {}
        self._failed_files: dict[str, int] = {}
        self._typing = sent_changes.Typing()
        self._names: dict[str, str] = {}  # bot -> its user name at Telegram, as the desk remembers it
        self._asked: Desk | None = None
        self._looking: set[asyncio.Task[None]] = set()
        self._bot_of: OrderedDict[str, str] = OrderedDict()  # conversation -> the bot it was seen with last
        for bot in settings.bots:
            try:
                own = self._unshared(token(env, bot.name), bot.name)
            except NoToken as error:
                self._missing[bot.name] = str(error)
                self._contexts[bot.name] = UpdateContext(bot.name, "", b"", bot.language, bot.team)
                continue
            secret = buttons.secret_of(own)
            self._secrets[bot.name] = secret
            self._contexts[bot.name] = UpdateContext(bot.name, bot_id(own), secret, bot.language, bot.team)
            self._senders[bot.name] = Sender(Api(bot, own), secret)

    def _unshared(self, own: str, name: str) -> str:
        """Telegram hands each update to one program only, so no two bots may be the same. Raises NoToken."""
        twin = next((item for item, context in self._contexts.items() if context.bot_id == bot_id(own)), None)
        if twin is not None:
            raise NoToken(f"The bots {twin} and {name} have the same token; each needs its own from @BotFather.")
        return own

    def accounts(self) -> Sequence[str]:
        """Names of the bots."""
        return [bot.name for bot in self.settings.bots]

    def own_addresses(self) -> Sequence[str]:
        """The bots themselves."""
        return [f"telegram:{name}:{context.bot_id}" for name, context in self._contexts.items() if context.bot_id]

    def is_shared(self, conversation: str) -> bool:
        """Groups and channels."""
        where = place_of(conversation)
        return where is not None and where.is_group

    def order_key(self, raw: bytes) -> str:
        """The conversation an update belongs to."""
        return normalise.order_key(raw)

    def fingerprint(self, raw: bytes) -> str | None:
        """Hash of what an update is about: after a quiet week their ids begin anew, anywhere."""
        return normalise.fingerprint(raw)

    def normalise(self, account: str, raw: bytes) -> list[Inbound]:
        """Understand an update."""
        inbounds = normalise.normalise(raw, self._contexts.get(account) or UpdateContext(account, "", b""))
        for inbound in inbounds:
            self._bot_of[inbound.thread.conversation or ""] = account
        while len(self._bot_of) > _MOST_CHATS:
            self._bot_of.popitem(last=False)
        return inbounds

    async def run(self, desk: Desk) -> None:
        """Listen on every bot. One that fails stops none of the others."""
        self._desk = desk
        for sender in self._senders.values():
            sender.unfinished.desk = desk
            await self._recall_name(desk, sender.api.bot.name)
        try:
            async with asyncio.TaskGroup() as group:
                for name, why in self._missing.items():
                    await desk.report(State(name, connected=False, problem=why, since=self._now()))
                for name in self._senders:
                    group.create_task(self._replies_of(desk, name).run(), name=f"replies of {name}")
                    group.create_task(self._listen(desk, name), name=f"bot {name}")
                group.create_task(asyncio.Event().wait(), name="telegram")
        finally:
            self._desk = None
            self._replies.clear()
            for sender in self._senders.values():
                sender.unfinished.desk = self._asked
            await asyncio.gather(*(sender.api.close() for sender in self._senders.values()))

    async def send(self, outbound: Outbound) -> str | list[str]:
        """Send one message and return the desk's id of it, or of all its parts. Raises DeliveryError."""
        sender = self._sender(outbound.account)
        where = render.destination_chat(outbound)
        try:
            sent = await sender.send(outbound)
        except DeliveryError as error:
            if error.left:
                await self._note(outbound, where, {})
            raise
        await self._note(outbound, where, sent[0] if sent else {})
        keys = [sender.key_of(item, where) for item in sent]
        return keys[0] if len(keys) == 1 else keys

    async def _note(self, outbound: Outbound, where: Place, first: Mapping[str, Any]) -> None:
        """Remember what a chat was asked, or that something else was said. It has left: nothing here may look as if not."""
        desk = self._desk or self._asked
        try:
            if desk is not None and outbound.kind == "survey" and outbound.survey:
                question, person = number(first, "message_id") or 0, outbound.to.address.rpartition(":")[2]
                await bot_replies.record_survey_question(
                    desk, outbound.account, where, outbound.survey, question, person
                )
            elif desk is not None:
                await bot_replies.record_later_message(desk, outbound.account, where)
        except Exception:
            log.exception("what a chat was asked could not be kept", extra={"bot": outbound.account})

    async def fetch(self, account: str, attachment: Attachment) -> Attachment:
        """Get a file that a customer sent; after a few vain tries the message is shown without it."""
        sender, file_id = self._senders.get(account), attachment.remote or ""
        if sender is None:
            return replace(attachment, problem=self._missing.get(account, "This bot is not configured any more."))
        try:
            content = await sender.api.download_file(file_id)
        except ApiError as error:
            tries = self._failed_files.get(file_id, 0) + 1
            if error.code not in (400, 403, 404) and tries < _TRIES_FOR_A_FILE:
                if len(self._failed_files) > _MOST_FILES:
                    self._failed_files.clear()
                self._failed_files[file_id] = tries
                raise errors.delivery_error(error) from None
            self._failed_files.pop(file_id, None)
            problem = phrase(self._contexts[account].language, "no_file", why=error.description)
            if "too big" in error.description.lower():
                problem = phrase(self._contexts[account].language, "too_large_in")
            return replace(attachment, problem=problem, remote=None)
        self._failed_files.pop(file_id, None)
        return replace(attachment, content=content, size=len(content))

    async def edit(self, account: str, remote_id: str, text: str, *, sender_name: str = "") -> None:
        """Make a sent message say something else, under the same name. Raises DeliveryError."""
        sender = self._sender(account)
        await sent_changes.edit(sender, remote_id, text, sender_name if sender.api.bot.signed else "")

    async def withdraw(self, account: str, remote_id: str) -> None:
        """Take a sent message back. Raises DeliveryError."""
        await sent_changes.withdraw(self._sender(account), remote_id)

    async def react(self, account: str, remote_id: str, emoji: str) -> None:
        """Put an emoji on a customer's message, or take it away with an empty one. Raises DeliveryError."""
        await sent_changes.react(self._sender(account), remote_id, emoji)

    def link(self, account: str, token: str) -> str | None:
        """Where somebody taps to come to the bot with a token; None until Telegram has said what the bot is called."""
        after = self._replies.get(account)
        name = (text(after.me, "username", 60) if after is not None else "") or self._names.get(account, "")
        if not name and account in self._senders:
            self._look_for_name(account)
        return f"https://t.me/{name}?start={token}" if name else None

    def _look_for_name(self, account: str) -> None:
        """Another process of the desk listens and knows it: the next link will be there."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if self._asked is not None and not self._looking:
            task = loop.create_task(self._recall_name(self._asked, account))
            self._looking.add(task)
            task.add_done_callback(self._looking.discard)

    async def _recall_name(self, desk: Desk, account: str) -> None:
        name = await desk.recall(account, bot_replies.USERNAME)
        if name:
            self._names[account] = name

    def hear(self, conversation: str, what: Mapping[str, Any]) -> None:
        """An agent writes: the chat shows it. With several bots, in the one the customer wrote to last."""
        names = list(self._senders)
        name = self._bot_of.get(conversation) or (names[0] if len(names) == 1 else "")
        if what.get("typing") and name in self._senders:
            self._typing.show(self._senders[name].api, conversation)

    def routes(self, desk: Desk) -> Sequence[Any]:
        """Where Telegram calls the bots that have a webhook."""
        self._asked = desk
        for sender in self._senders.values():
            sender.unfinished.desk = desk
        called = {bot.name for bot in self.settings.bots if bot.mode == "webhook"}
        secrets = {name: secret for name, secret in self._secrets.items() if name in called}
        return [webhook.route(desk, secrets, lambda name: self._replies_of(desk, name))] if called else []

    async def check(self) -> Sequence[tuple[str, str | None]]:
        """Ask every bot who it is."""
        if not self.settings.bots:
            return [checkup.NO_BOTS]
        outcomes: list[checkup.Found] = [(f"bot {name}", why) for name, why in self._missing.items()]
        for name, sender in self._senders.items():
            called = self.settings.bot(name).mode == "webhook"
            url = webhook.address(self.settings.public_url, name) if called else ""
            outcomes += await checkup.check_bot(sender.api, self._now(), url)
        return outcomes

    def _sender(self, account: str) -> Sender:
        sender = self._senders.get(account)
        if sender is None:
            raise DeliveryError(self._missing.get(account) or f"There is no bot {account}.")
        return sender

    def _replies_of(self, desk: Desk, name: str) -> BotReplies:
        replies = self._replies.get(name)
        if replies is None:
            replies = self._replies[name] = BotReplies(
                self._senders[name], desk, self._contexts[name], self._secrets[name], now=self._now,
                survey_days=self.settings.survey_days,
            )  # fmt: skip
        return replies

    async def _listen(self, desk: Desk, name: str) -> None:
        api, after = self._senders[name].api, self._replies[name]
        if self.settings.bot(name).mode == "webhook":
            await webhook.register_webhook(
                api, desk, after, self._secrets[name], self.settings.public_url, self._now, self._pace
            )
        else:
            await Poller(api, desk, after, self._now, self._pace).run()

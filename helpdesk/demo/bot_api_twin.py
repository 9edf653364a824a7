"""A small twin of Telegram's Bot API on this machine, for the demo alone: the real Telegram channel talks to it.

It listens on a port of the loopback that nobody is told, knows one bot, and keeps what it is sent.
"""

from __future__ import annotations

import asyncio
import html
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from helpdesk.demo.bot_chats import BOT, Chats, Message

TOKEN = "700:a-twin-on-this-machine-alone"  # noqa: S105 - opens nothing
MOST_BYTES = 60 * 1024 * 1024
FILES = ("photo", "document", "voice", "audio", "video", "animation", "sticker", "video_note")
Upload = tuple[str, bytes, str]  # name, content, type


class Refusal(Exception):
    """What Telegram says no to."""


class Twin:
    """The server and its chats."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self.chats = Chats(folder, now)
        self.chats.load()
        self._news = asyncio.Condition()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """Listen; gives the address the bot is to ask."""
        app = web.Application(client_max_size=MOST_BYTES)
        app.add_routes(
            [
                web.route("*", f"/bot{TOKEN}/{{method}}", self._called),
                web.get(f"/file/bot{TOKEN}/{{name}}", self._file),
            ]
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    async def happened(self) -> None:
        """Wake the bot that waits for updates."""
        async with self._news:
            self._news.notify_all()

    async def heard(self) -> None:
        """Wait until the bot has confirmed everything. Raises TimeoutError."""
        await self.happened()
        async with asyncio.timeout(20), self._news:
            await self._news.wait_for(lambda: not self.chats.updates)

    async def answered(self, chat: int, what: str) -> None:
        """Wait until the newest message of a chat is one of the bot's with this in it. Raises TimeoutError."""
        async with asyncio.timeout(3), self._news:
            await self._news.wait_for(lambda: what in (list(self.chats.of(chat)) or [{}])[-1])

    async def _called(self, request: web.Request) -> web.Response:
        values, files = await _form(request)
        try:
            result = await self._do(request.match_info["method"], values, files)
        except Refusal as refusal:
            response = {"ok": False, "error_code": 400, "description": f"Bad Request: {refusal}"}
            return web.json_response(response, status=400)
        return web.json_response({"ok": True, "result": result})

    async def _file(self, request: web.Request) -> web.Response:
        content = self.chats.content(request.match_info["name"])
        if content is None:
            raise web.HTTPNotFound
        return web.Response(body=content)

    async def _do(self, method: str, values: Mapping[str, Any], files: Mapping[str, Upload]) -> Any:
        if method == "getMe":
            return BOT
        if method == "getUpdates":
            return await self._updates(values)
        if method == "getFile":
            own = str(values.get("file_id", ""))
            content = self.chats.content(own)
            if content is None:
                raise Refusal("invalid file_id")
            return {"file_id": own, "file_unique_id": f"u{own}", "file_size": len(content), "file_path": own}
        if method == "getWebhookInfo":
            return {"url": "", "has_custom_certificate": False, "pending_update_count": len(self.chats.updates)}
        result = self._changed(method, values, files)
        self.chats.save()
        await self.happened()
        return result

    def _changed(self, method: str, values: Mapping[str, Any], files: Mapping[str, Upload]) -> Any:
        if method == "sendMediaGroup":
            return [self._say({**values, **item}, files, item["type"]) for item in values["media"]]
        if method.startswith("send") and method != "sendChatAction":
            return self._say(values, files, method.removeprefix("send").lower())
        if method in ("editMessageText", "editMessageCaption", "editMessageReplyMarkup"):
            return self._edit(values)
        if method in ("deleteMessage", "deleteMessages"):
            gone = {int(message_id) for message_id in values.get("message_ids") or [values.get("message_id", 0)]}
            self.chats.messages = [message for message in self.chats.messages if message["message_id"] not in gone]
        if method == "setMessageReaction":
            self._known(values)["desk_reaction"] = [item.get("emoji", "") for item in values.get("reaction") or ()]
        return True

    async def _updates(self, values: Mapping[str, Any]) -> list[Message]:
        offset = values.get("offset")
        async with self._news:
            if offset is not None and self.chats.updates:
                self.chats.updates = [update for update in self.chats.updates if update["update_id"] >= int(offset)]
                self.chats.save()
                self._news.notify_all()
            if not self.chats.updates and values.get("timeout"):
                try:
                    async with asyncio.timeout(float(values["timeout"])):
                        await self._news.wait_for(lambda: bool(self.chats.updates))
                except TimeoutError:
                    return []
            return self.chats.updates[: int(values.get("limit", 100))]

    def _say(self, values: Mapping[str, Any], files: Mapping[str, Upload], kind: str) -> Message:
        chat = int(values["chat_id"])
        made: Message = {}
        for name in ("text", "caption"):
            if name in values:
                made[name] = _plain(str(values[name]), values.get("parse_mode"))
        if isinstance(markup := values.get("reply_markup"), dict) and "inline_keyboard" in markup:
            made["reply_markup"] = markup
        answered = self.chats.find(chat, int((values.get("reply_parameters") or {}).get("message_id", 0)))
        if answered is not None:
            made["reply_to_message"] = {name: item for name, item in answered.items() if name != "reply_to_message"}
        if kind in FILES:
            file = self._upload(values.get(kind, values.get("media")), kind, files)
            made[kind] = [{**file, "width": 1, "height": 1}] if kind == "photo" else file
        return self.chats.place(BOT, {"id": chat, "type": "private"}, **made)

    def _upload(self, value: Any, kind: str, files: Mapping[str, Upload]) -> Message:
        value = str(value or "")
        upload = files.get(value.removeprefix("attach://") if value.startswith("attach://") else kind)
        if upload is not None:
            name, content, content_type = upload
            return self.chats.store_file(content, content_type, name)
        content_known = self.chats.content(value)
        if content_known is None:
            raise Refusal("wrong remote file identifier specified")
        known: Any = next((message[kind] for message in self.chats.messages if _id_in(message.get(kind)) == value), {})
        return {"file_id": value, "file_unique_id": f"u{value}", "file_size": len(content_known), **_first(known)}

    def _edit(self, values: Mapping[str, Any]) -> Message:
        message = self._known(values)
        for name in ("text", "caption"):
            if name in values:
                message |= {
                    name: _plain(str(values[name]), values.get("parse_mode")),
                    "edit_date": self.chats.seconds(),
                }
        message.pop("reply_markup", None)
        if values.get("reply_markup"):
            message["reply_markup"] = values["reply_markup"]
        return message

    def _known(self, values: Mapping[str, Any]) -> Message:
        message = self.chats.find(int(values["chat_id"]), int(values["message_id"]))
        if message is None:
            raise Refusal("message to edit not found")
        return message


def _plain(text: str, mode: Any) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", text)) if mode == "HTML" else text


def _first(value: Any) -> Mapping[str, Any]:
    return (value[0] if value else {}) if isinstance(value, list) else value or {}


def _id_in(value: Any) -> str:
    return str(_first(value).get("file_id", ""))


async def _form(request: web.Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """Parameters, what is JSON read as such, and files."""
    if request.content_type == "application/json":
        return await request.json(), {}
    values: dict[str, Any] = {}
    files: dict[str, Upload] = {}
    for name, item in [*request.query.items(), *(await request.post()).items()]:
        if isinstance(item, web.FileField):
            files[name] = (item.filename, item.file.read(), item.content_type)
        else:
            values[name] = _read(name, str(item))
    return values, files


def _read(name: str, raw: str) -> Any:
    if name in ("text", "caption") or raw[:1] not in "[{":
        return raw
    try:
        return json.loads(raw)
    except ValueError:
        return raw

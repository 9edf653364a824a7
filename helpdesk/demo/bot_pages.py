"""A customer's phone with Telegram: write to the bot, see its answers, tap its buttons. All on this machine."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from helpdesk.demo import sample_files
from helpdesk.demo.bot_api_twin import Twin
from helpdesk.demo.bot_chats import Customer, Phone, buttons_of
from helpdesk.demo.demo_customers import STICKERS
from helpdesk.demo.story_script import TELEGRAM
from helpdesk.errors import NotFound
from helpdesk.web import app_keys
from helpdesk.web.pages.navigation import page_frame
from helpdesk.web.rendering.page_renderer import PAGES

SAFE = ("image/png", "image/jpeg", "image/webp", "image/gif", "audio/wav", "audio/ogg", "audio/mpeg", "video/mp4")
LONGEST = 4000
SPOKEN = timedelta(hours=1)  # told as minutes; later it is a time of day


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as the phone shows it. `files`: (address, kind, name)."""

    number: int
    own: bool
    text: str
    at: datetime
    edited: bool = False
    files: list[tuple[str, str, str]] = field(default_factory=list)
    sticker: str = ""
    buttons: Mapping[str, str] = field(default_factory=dict)
    reactions: list[str] = field(default_factory=list)
    answers: str = ""


class BotPages:
    """Handlers over the twin's chats."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin

    def routes(self) -> list[web.AbstractRouteDef]:
        """The phone, what is done on it, its files."""
        return [
            web.get("/demo/telegram", self.show),
            web.get("/demo/telegram/chat", self.chat),
            web.post("/demo/telegram", self.act),
            web.get("/demo/telegram/file/{name}", self.file),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """The whole page."""
        who = _customer(request.query.get("who", ""))
        return request.app[PAGES].render(
            request,
            "demo/telegram.html",
            people=TELEGRAM,
            **self._shown(request, who),
            **await page_frame(request, "demo"),
        )

    async def chat(self, request: web.Request) -> web.Response:
        """The messages alone, when there is something new; the page asks again and again."""
        shown = self._shown(request, _customer(request.query.get("who", "")))
        if shown["seen"] == request.query.get("seen"):
            return web.Response(status=204)
        return request.app[PAGES].render(request, "demo/_chat.html", **shown)

    async def act(self, request: web.Request) -> web.Response:
        """The customer does something."""
        given = await request.post()
        fields = {name: str(value) for name, value in given.items() if isinstance(value, str)}
        who = _customer(fields.get("who", ""))
        await asyncio.to_thread(self._do, Phone(self.twin.chats, who), fields)
        await self.twin.happened()
        if request.headers.get("HX-Request"):
            return request.app[PAGES].render(request, "demo/_phone.html", **self._shown(request, who))
        raise web.HTTPSeeOther(f"/demo/telegram?who={who.id}")

    def _do(self, phone: Phone, fields: Mapping[str, str]) -> None:
        act, text = fields.get("act", "write"), fields.get("text", "").strip()[:LONGEST]
        if act == "photo":
            phone.photo(sample_files.picture(), caption=text)
        elif act == "voice":
            phone.voice(sample_files.sound())
        elif act == "sticker":
            phone.sticker((STICKERS / "happy.webp").read_bytes(), "👍")
        elif act == "tap" and fields.get("message", "").isdecimal():
            phone.taps(int(fields["message"]), fields.get("data", ""))
        elif act == "edit" and text:
            phone.edits_last(text)
        elif text:
            phone.writes(text)

    async def file(self, request: web.Request) -> web.Response:
        """A picture or sound of a chat."""
        name = request.match_info["name"]
        content = await asyncio.to_thread(self.twin.chats.content, name)
        if content is None:
            raise NotFound("There is no such file.")
        kinds = {str(file.get("file_id")): str(file.get("mime_type", "")) for file in _files(self.twin.chats.messages)}
        kind = kinds.get(name, "")
        away = {} if kind in SAFE else {"Content-Disposition": "attachment"}
        return web.Response(
            body=content, content_type=kind if kind in SAFE else "application/octet-stream",
            headers={"Cache-Control": "private, max-age=3600", **away},
        )  # fmt: skip

    def _shown(self, request: web.Request, who: Customer) -> dict[str, Any]:
        messages = list(self.twin.chats.of(who.id))
        bubbles, now = [self._bubble(message) for message in messages], request.app[app_keys.CLOCK]()
        minute = int(now.timestamp() // 60) if any(now - bubble.at < SPOKEN for bubble in bubbles) else 0
        content = json.dumps([messages, minute], sort_keys=True)  # "five minutes ago" is news in a minute
        return {"who": who, "seen": hashlib.sha256(content.encode()).hexdigest()[:12], "bubbles": bubbles}

    def _bubble(self, message: Mapping[str, Any]) -> Bubble:
        files = [
            (f"/demo/telegram/file/{file['file_id']}", str(file.get("mime_type", "")), str(file.get("file_name", "")))
            for file in _files([message])
        ]
        sticker = files.pop(0)[0] if "sticker" in message and files else ""
        answered = message.get("reply_to_message") or {}
        return Bubble(
            message["message_id"], not message["from"]["is_bot"], message.get("text") or message.get("caption") or "",
            self.twin.chats.when(message), "text" in message and "edit_date" in message, files, sticker,
            buttons_of(message), [item for item in message.get("desk_reaction", ()) if item],
            str(answered.get("text") or answered.get("caption") or "")[:120],
        )  # fmt: skip


def _customer(given: str) -> Customer:
    return next((item for item in TELEGRAM if str(item.id) == given), TELEGRAM[0])


def _files(messages: list[Any] | list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    files = []
    for message in messages:
        for name in ("photo", "document", "voice", "audio", "video", "animation", "sticker"):
            value = message.get(name)
            if value:
                files.append(value[-1] if isinstance(value, list) else value)
    return files

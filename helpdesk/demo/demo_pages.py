"""The demo's own pages: play the customer on every channel, and read what the customer receives."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from email.utils import parseaddr
from pathlib import Path

from aiohttp import web

from helpdesk.demo import sample_files
from helpdesk.demo.bot_api_twin import Twin
from helpdesk.demo.bot_pages import BotPages
from helpdesk.demo.demo_mails import Received, deliver, letter, mail_named, mailbox, read
from helpdesk.demo.demo_settings import Places
from helpdesk.demo.phone_pages import PhonePages
from helpdesk.demo.story_script import SUPPORT
from helpdesk.errors import Invalid, NotFound
from helpdesk.web import app_keys
from helpdesk.web.pages.navigation import page_frame
from helpdesk.web.rendering.page_renderer import PAGES
from helpdesk.web.security import public

FRAME = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


class Demo:
    """Handlers over the folders the demo's messages are written to."""

    def __init__(self, places: Places, twin: Twin) -> None:
        self.places, self.folder = places, places.outgoing
        self.bot, self.phone = BotPages(twin), PhonePages(places)

    def routes(self) -> list[web.AbstractRouteDef]:
        """Every page of the demo."""
        return [
            web.get("/demo", self.index),
            web.get("/demo/shop", self.shop),
            web.post("/demo/send", self.send),
            web.get("/demo/mail/{id}", self.mail),
            web.get("/demo/mail/{id}/html", self.html),
            web.get("/demo/mail/{id}/original", self.original),
            web.get("/demo/recordings/{name}", self.recording),
            *self.bot.routes(),
            *self.phone.routes(),
        ]

    @public
    async def shop(self, request: web.Request) -> web.Response:
        """What a visitor of the shop sees, with the chat bubble."""
        return request.app[PAGES].render(request, "demo/shop.html")

    @public
    async def recording(self, request: web.Request) -> web.Response:
        """The sound of a call, as a switchboard would offer it."""
        return web.Response(body=sample_files.sound(), content_type="audio/wav")

    async def index(self, request: web.Request) -> web.Response:
        """The customer's mailbox and a form to write from."""
        form = {"name": "", "address": "", "subject": "", "text": "", "answers": request.query.get("answers", "")}
        path = mail_named(self.folder, form["answers"])
        if path is not None:
            known = read(path)
            name, address = parseaddr(known.to)
            form |= {"name": name, "address": address, "subject": known.subject}
        return await self._index(request, form, sent="sent" in request.query)

    async def send(self, request: web.Request) -> web.Response:
        """Hand the form to the desk's mail door as a mail."""
        given = await request.post()
        form = {name: str(given.get(name, "")).strip() for name in ("name", "address", "subject", "text", "answers")}
        if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", form["address"]) or not form["text"]:
            return await self._index(request, form, problem=True, status=422)
        path = mail_named(self.folder, form["answers"])
        answered = read(path) if path is not None else None
        to = answered.reply_to if answered else SUPPORT
        mail = letter(
            name=form["name"],
            address=form["address"],
            to=to,
            subject=form["subject"],
            text=form["text"],
            at=request.app[app_keys.CLOCK](),
            answers=answered.message_id if answered else "",
        )
        try:
            await deliver(mail, to=to, port=self.places.mail_port)
        except OSError as error:
            raise Invalid(f"The desk's mail door does not answer: {error}") from error
        raise web.HTTPSeeOther("/demo?sent")

    async def mail(self, request: web.Request) -> web.Response:
        """One mail as the customer sees it."""
        around_it = await page_frame(request, "demo")
        return request.app[PAGES].render(request, "demo/mail.html", message=read(self._path(request)), **around_it)

    async def html(self, request: web.Request) -> web.Response:
        """Its layout, for a frame that can do nothing."""
        mail = read(self._path(request))
        return web.Response(
            text=_with_pictures(mail),
            content_type="text/html",
            headers={"Content-Security-Policy": FRAME, "X-Frame-Options": "SAMEORIGIN"},
        )

    async def original(self, request: web.Request) -> web.Response:
        """The mail as it left."""
        path = self._path(request)
        return web.Response(
            body=path.read_bytes(),
            content_type="message/rfc822",
            headers={"Content-Disposition": f'attachment; filename="{path.name}"'},
        )

    def _path(self, request: web.Request) -> Path:
        path = mail_named(self.folder, request.match_info["id"])
        if path is None:
            raise NotFound("There is no such mail.")
        return path

    async def _index(
        self,
        request: web.Request,
        form: Mapping[str, str],
        *,
        status: int = 200,
        sent: bool = False,
        problem: bool = False,
    ) -> web.Response:
        return request.app[PAGES].render(
            request,
            "demo/index.html",
            status=status,
            messages=mailbox(self.folder),
            form=form,
            sent=sent,
            problem=problem,
            customers=(),
            **await page_frame(request, "demo"),
        )


def _with_pictures(mail: Received) -> str:
    """The HTML with its inner pictures put in place."""

    def place(match: re.Match[str]) -> str:
        kind, content = mail.pictures.get(match[1], ("", b""))
        return f"data:{kind};base64,{base64.b64encode(content).decode()}" if content else match[0]

    shown = re.sub(r"cid:([^\"'\s>]+)", place, mail.html)
    return shown.replace("<a ", '<a target="_blank" rel="noopener" ')  # the frame itself can go nowhere

"""The web chat channel: routes of the desk's web server in, lines of a conversation's log out."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from channels import clock, contract
from channels.contract import Capabilities, DeliveryError, Desk, Inbound, Outbound, State
from channels.webchat import normalise
from channels.webchat.chat import render
from channels.webchat.chat.hub import Hub
from channels.webchat.chat.sessions import Session
from channels.webchat.settings import Site, WebchatSettings, secret
from channels.webchat.widget.widget_asset import WidgetAsset
from channels.webchat.wire import frames_out
from channels.webchat.wire.close_codes import GOING_DOWN
from channels.webchat.wire.routes import Pages

NO_SITES = (
    "sites",
    (
        'there is none, so no page can show the chat: say sites = [{ name = "shop", origins = ["https://…"] }] '
        "under [channels.webchat]"
    ),
)
LOOK = 15.0  # seconds between looks at opening hours and at who has stopped polling


class Channel(contract.Channel):
    """All websites of the desk."""

    name = "webchat"
    label: ClassVar[Mapping[str, str]] = {"fa": "گفت‌وگوی سایت", "en": "Web chat"}
    icon = "chat"
    can = Capabilities(attachments=True, reads=True)
    settings: WebchatSettings

    class Settings(WebchatSettings):
        """`[channels.webchat]`."""

    def __init__(
        self,
        settings: WebchatSettings,
        *,
        env: Mapping[str, str] | None = None,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        super().__init__(settings)
        self._env = os.environ if env is None else env
        self._now = now
        self._chat: Hub | None = None
        self._pages: Pages | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.script = WidgetAsset()

    def accounts(self) -> Sequence[str]:
        """Names of the sites."""
        return [site.name for site in self.settings.sites]

    def order_key(self, raw: bytes) -> str:
        """The conversation."""
        return normalise.order_key(raw)

    def fingerprint(self, raw: bytes) -> str | None:
        """Hash of what a visitor did: the ids of messages are their clients'."""
        return normalise.fingerprint(raw)

    def normalise(self, account: str, raw: bytes) -> Inbound | list[Inbound] | None:
        """Understand what a visitor sent."""
        site = self.settings.site(account)
        return normalise.normalise(raw, site.desk_team if site is not None else "")

    def routes(self, desk: Desk) -> Sequence[Any]:
        """Routes of the widget, its connections and its files."""
        self._pages = Pages(self.chat(desk), self.script)
        return self._pages.routes()

    def chat(self, desk: Desk | None = None) -> Hub:
        """The running chat; made when the desk is first seen. Raises DeliveryError before that."""
        if self._chat is None:
            if desk is None:
                raise DeliveryError("The web chat has not started yet.")
            vouching = {site.name: secret(self._env, site.name) for site in self.settings.sites}
            self._chat = Hub(self.settings, desk, vouching, self._now)
        return self._chat

    async def run(self, desk: Desk) -> None:
        """Tell visitors when the desk opens and closes; forget those who went. At the end, send all away politely."""
        chat = self.chat(desk)
        for site in self.settings.sites:
            await desk.report(State(site.name, connected=True, problem=self._problem(site)))
        try:
            while True:
                for room in chat.rooms:
                    if room.connections:
                        await chat.announce_hours(room)
                if self._pages is not None:
                    self._pages.polling.sweep()
                await asyncio.sleep(LOOK)
        finally:
            for visitor in list(chat.connections.values()):
                visitor.close(GOING_DOWN, "the desk is going down")

    async def send(self, outbound: Outbound) -> str:
        """Write the line the visitor will see, then wake whoever is connected. Raises DeliveryError."""
        chat = self.chat()
        if self.settings.site(outbound.account) is None:
            raise DeliveryError(f"There is no website {outbound.account} in the settings.", permanent=True)
        room = chat.rooms.room(outbound.account, render.conversation(outbound))
        files = [
            await chat.store.save(attachment.name, attachment.content)
            for attachment in outbound.attachments
            if attachment.content is not None
        ]
        line = render.line(outbound, files, int(chat.seconds() * 1000))
        async with room.lock:
            await room.log.refresh()  # another process may have sent it before this one was asked to
            if await room.log.find(lambda known: known.get("id") == line["id"] and known["t"] == "msg") is None:
                await room.log.append(line)
            if not outbound.automatic:
                await self._answered(room, outbound.sender_name)
        room.wake()
        await chat.notify_processes(room, line=room.log.last, state=not outbound.automatic)
        return str(line["id"])

    def remote_id(self, outbound: Outbound) -> str | None:
        """The id of the line, known before sending."""
        return render.remote_id(outbound) if outbound.to.address.startswith("webchat:") else None

    async def edit(self, account: str, remote_id: str, text: str, *, sender_name: str = "") -> None:
        """Change the text of a line, for connected visitors and later ones. Raises DeliveryError."""
        at = int(self.chat().seconds() * 1000)
        await self._amend(account, remote_id, {"text": text, "edited": at}, {"t": "edit", "text": text, "at": at})

    async def withdraw(self, account: str, remote_id: str) -> None:
        """Take a line back: its words and files are gone from the log. Raises DeliveryError."""
        gone = {"text": "", "files": [], "gone": True}
        await self._amend(account, remote_id, gone, {"t": "del", "at": int(self.chat().seconds() * 1000)})

    async def _amend(self, site: str, remote_id: str, change: Mapping[str, Any], news: Mapping[str, Any]) -> None:
        chat = self.chat()
        room = chat.rooms.room(site, render.home(remote_id))
        async with room.lock:
            await room.log.refresh()
            details = await room.log.find(lambda line: line.get("id") == remote_id)
            if details is None:
                raise DeliveryError("This message is not in the conversation any more.", permanent=True)
            if (details["t"], details.get("text")) != (
                news["t"],
                news.get("text"),
            ):  # it may have been told before a fall
                await room.log.append({**news, "id": remote_id})
            await room.log.rewrite(remote_id, change)
        room.wake()
        await chat.notify_processes(room, line=room.log.last)

    def hear(self, conversation: str, what: Mapping[str, Any]) -> None:
        """Something fleeting from the desk: `typing` (with the person's `name`), or `read`."""
        if self._chat is None:
            return
        for room in self._chat.rooms.open_rooms(conversation):
            if "ours" in what:
                self._later(self._others(room, what["ours"]))
            if "typing" in what:
                room.broadcast({"t": "typing", "on": bool(what["typing"]), "name": str(what.get("name", ""))})
            if what.get("read"):
                self._later(self._seen(room))

    async def forget(self, address: str) -> Sequence[tuple[str, str]]:
        """Delete a visitor's files and close their connections; log, marks and tokens are the desk's to drop."""
        kind, _, rest = address.partition(":")
        site, _, conversation = rest.partition(":")
        if kind != self.name or not conversation:
            return ()
        chat = self.chat()
        room = chat.rooms.room(site, conversation)
        for line in await room.log.after(0, most=await room.log.refresh()):
            if line.get("by") == "visitor":
                for file in line.get("files", ()):
                    await chat.store.drop(str(file["id"]))
        for connection in list(room.connections):
            connection.close(GOING_DOWN, "this conversation is over")
        chat.rooms.drop(room)
        return [(site, conversation)]

    async def check(self) -> Sequence[tuple[str, str | None]]:
        """Sites that nobody can reach, secrets that are missing, a widget that is not built."""
        built = None if self.script.version else "it is not built: npm run build:widget"
        sites = [(f"site {site.name}", self._problem(site)) for site in self.settings.sites]
        return [("the widget's script", built), *(sites or [NO_SITES])]

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _others(self, room: Session, what: Mapping[str, Any]) -> None:
        """Another process wrote a line or moved a mark of a conversation that somebody here looks at."""
        if what.get("line", 0) > room.log.last:
            await room.log.refresh()
            room.wake()
        if what.get("state"):
            before, now = await room.refresh()
            for frame in frames_out.moved(before, now, self.settings.site(room.site), self._now()):
                room.broadcast(frame)

    def _problem(self, site: Site) -> str | None:
        if not site.origins:
            return 'No origins are allowed, so no page can connect: set origins = ["https://…"].'
        if site.identity == "enforced" and secret(self._env, site.name) is None:
            name = site.name.upper().replace("-", "_")
            return f"Identities are enforced but there is no secret: set PASOKH_WEBCHAT_{name}_SECRET."
        return None

    async def _answered(self, room: Session, name: str) -> None:
        """A person wrote: they are who answers now, and they have read what was there."""
        seen = await room.log.last_seq()
        if await room.change(agent=name, seen=seen):
            room.broadcast({"t": "read", "by": "desk", "seq": seen})
            site = self.settings.site(room.site)
            if site is not None:
                room.broadcast(frames_out.status(site, name, self._now()))

    async def _seen(self, room: Session) -> None:
        async with room.lock:
            seen = await room.log.last_seq()
            fresh = await room.change(seen=seen)
        if fresh:
            room.broadcast({"t": "read", "by": "desk", "seq": seen})
            await self.chat().notify_processes(room, state=True)

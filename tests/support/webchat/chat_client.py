"""A minimal web chat client, and a desk whose chat is served on this machine."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from channels.webchat.channel import Channel
from channels.webchat.settings import WebchatSettings
from channels.webchat.visitors import identity
from helpdesk.app import web_application
from tests.support.desk.desk_story import Story

SHOP = "https://shop.example"
SECRET = "a secret between the site and the desk"

PATIENCE = 20.0  # seconds until a step times out


@dataclass
class Client:
    """One visitor over a WebSocket. `lines`: the conversation's messages by number."""

    http: aiohttp.ClientSession
    address: str
    site: str = "shop"
    origin: str = SHOP
    token: str | None = None
    have: int = 0
    lines: dict[int, dict[str, Any]] = field(default_factory=dict)
    frames: list[dict[str, Any]] = field(default_factory=list)
    ws: aiohttp.ClientWebSocketResponse | None = None
    patience: float = PATIENCE
    opened: list[aiohttp.ClientWebSocketResponse] = field(default_factory=list)

    async def connect(self, **hello: Any) -> dict[str, Any]:
        """Connect and send `hello`; returns the welcome frame."""
        self.frames.clear()
        await self.dial()
        frame = {"t": "hello", "v": 1, "site": self.site, "have": self.have, **hello}
        await self.put(**({"token": self.token} if self.token else {}), **frame)
        welcome = await self.until(lambda one: one["t"] == "welcome")
        self.token = welcome["token"] or self.token
        return welcome

    async def dial(self) -> None:
        """Open a socket and say nothing."""
        self.ws = await self.http.ws_connect(
            f"{self.address}/channels/webchat/socket", origin=self.origin, timeout=aiohttp.ClientWSTimeout(ws_close=1.0)
        )
        self.opened.append(self.ws)

    async def put(self, **frame: Any) -> None:
        """Send one frame."""
        assert self.ws is not None
        await self.ws.send_str(json.dumps(frame))

    async def says(self, text: str, cid: str | None = None, **more: Any) -> dict[str, Any]:
        """Send a message; returns its ack or error frame."""
        cid = cid or secrets.token_hex(8)
        await self.put(t="msg", cid=cid, text=text, **more)
        return await self.until(lambda one: one.get("cid") == cid and one["t"] in ("ack", "err"))

    async def until(self, wanted: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """The next matching frame, buffered ones included. Raises TimeoutError, Closed."""
        async with asyncio.timeout(self.patience):
            while True:
                for one in self.frames:
                    if wanted(one):
                        self.frames.remove(one)
                        return one
                await self.receive()

    async def receive(self) -> None:
        """Receive one frame. Raises Closed with the code."""
        assert self.ws is not None
        message = await self.ws.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise Closed(message.data if message.type is aiohttp.WSMsgType.CLOSE else self.ws.close_code)
        frame = json.loads(message.data)
        self.frames.append(frame)
        if "seq" in frame and frame["t"] in ("msg", "edit", "del"):
            if frame["seq"] > self.have:
                assert frame["seq"] == self.have + 1 or self.have == 0, "a gap"
                self.have = frame["seq"]
            self.lines[frame["seq"]] = frame

    async def has(self, seq: int) -> None:
        """Wait until everything up to `seq` has arrived."""
        async with asyncio.timeout(PATIENCE):
            while self.have < seq:
                await self.receive()

    async def closed(self) -> int | None:
        """Wait for the close; returns its code."""
        async with asyncio.timeout(PATIENCE):
            try:
                while True:
                    await self.receive()
            except Closed as end:
                return end.code

    async def leave(self) -> None:
        """Close politely."""
        if self.ws is not None:
            await self.ws.close()

    def texts(self) -> list[str]:
        """The texts, in order."""
        return [self.lines[seq].get("text", "") for seq in sorted(self.lines)]


class Closed(Exception):
    """The socket is closed."""

    def __init__(self, code: int | None) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass
class OpenChat:
    """A desk with a running web chat."""

    story: Story
    channel: Channel
    address: str
    http: aiohttp.ClientSession
    sockets: list[aiohttp.ClientWebSocketResponse] = field(default_factory=list)

    def client(self, **more: Any) -> Client:
        """A visitor who has not connected yet; whatever it leaves open is closed with the chat."""
        return Client(self.http, self.address, opened=self.sockets, **more)

    async def ticket(self) -> int:
        """Run the intake; returns the ticket of the newest entry."""
        async with asyncio.timeout(PATIENCE):  # a browser's message may still be in flight
            while (number := await self.story.work()) is None:
                await asyncio.sleep(0.02)
        return number

    async def answers(self, ticket: int, text: str = "We are looking into it.", **more: Any) -> None:
        """An agent replies and the reply is sent."""
        person = more.pop("person", None) or await self.story.person(f"Mina{secrets.token_hex(3)}")
        await self.story.answers(ticket, person, text, **more)
        self.story.time.passes(seconds=20)
        await self.story.sends()


def settings(folder: Path, **more: Any) -> WebchatSettings:
    """A chat with one site."""
    site = {"name": "shop", "origins": [SHOP, "https://*.shop.example"], **more.pop("site", {})}
    return WebchatSettings.model_validate({"enabled": True, "sites": [site], "folder": folder / "webchat", **more})


def add_chat(story: Story, own: WebchatSettings) -> Channel:
    """Give a desk of a test a web chat, whose time is the desk's."""
    channel = Channel(own, env={"PASOKH_WEBCHAT_SHOP_SECRET": SECRET}, now=story.time)
    story.app.context.channels["webchat"] = channel  # type: ignore[index]
    return channel


@asynccontextmanager
async def open_chat(story: Story, own: WebchatSettings, *, port: int = 0) -> AsyncIterator[OpenChat]:
    """The chat of a story's desk, over the real web server."""
    channel = add_chat(story, own)
    runner = web.AppRunner(web_application(story.app), access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        host, found = runner.addresses[0][:2]
        async with aiohttp.ClientSession() as http:
            opened = OpenChat(story, channel, f"http://{host}:{found}", http)
            try:
                yield opened
            finally:
                await asyncio.gather(*(socket.close() for socket in opened.sockets))
    finally:
        await runner.cleanup()


def claim(
    story: Story, user: str = "u-17", *, life: int = 600, secret: bytes = SECRET.encode(), **more: Any
) -> dict[str, Any]:
    """A user as the shop signs them."""
    expiry = int(story.time().timestamp()) + life
    email = f"{user}@customers.example"
    signature = identity.sign(secret, user=user, email=email, expiry=expiry)
    return {"version": 1, "user": user, "email": email, "expiry": expiry, "signature": signature, **more}

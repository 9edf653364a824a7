"""The Asterisk relay, between two small servers."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.phone.switchboards.asterisk_relay import LoginRefused, Relay
from tests.support.phone.switchboard import Event, Switchboard


class Both:
    """An Asterisk that says what it is told to, and a desk that takes events when it wants."""

    def __init__(self) -> None:
        self.blocks: list[bytes] = []
        self.heard: list[str] = []
        self.taken: list[Event] = []
        self.answers: list[int] = []
        self.logins = 0
        self.hang_up = False
        self.enough = asyncio.Event()
        self.wanted = 0

    async def asterisk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Asterisk Call Manager/9.0.0\r\n")
        self.heard += (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        self.logins += 1
        while self.blocks:
            writer.write(self.blocks.pop(0))
            if self.hang_up:
                self.hang_up = False
                writer.close()
                return
        await self.enough.wait()
        writer.close()

    async def desk(self, request: web.Request) -> web.Response:
        assert request.headers["X-Pbx-Token"] == "t0ken"
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.taken += (await request.json())["events"]
            if len(self.taken) >= self.wanted:
                self.enough.set()
        return web.json_response({}, status=status)

    async def relay(self, wanted: int) -> list[Event]:
        """Run both and the relay until so many events were taken."""
        self.wanted = wanted
        app = web.Application()
        app.router.add_post("/pbx", self.desk)
        server = await asyncio.start_server(self.asterisk, "127.0.0.1", 0)
        async with TestServer(app) as desk, server:
            port = server.sockets[0].getsockname()[1]
            relay = Relay(str(desk.make_url("/pbx")), "t0ken", "helpdesk", "s3cret", port=port, pauses=(0.01,))
            task = asyncio.create_task(relay.run())
            done = asyncio.create_task(self.enough.wait())
            await asyncio.wait([task, done], timeout=30, return_when=asyncio.FIRST_COMPLETED)
            failed = task.exception() if task.done() else None
            self.enough.set()
            for one in (task, done):
                one.cancel()
                with contextlib.suppress(asyncio.CancelledError, ExceptionGroup):
                    await one
        if failed is not None:
            raise failed
        return self.taken


def block(event: dict[str, Any]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in event.items()).encode() + b"\r\n"


def events() -> list[Event]:
    board = Switchboard().rings_in(name="سارا: خانم").joins()
    return board.waits(9).gives_up().ends("h")


async def test_events_of_calls_reach_the_desk_in_order_and_nothing_else_does():
    both = Both()
    both.blocks = [b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n", block({"Event": "FullyBooted"}),
                   block({"Event": "RTCPSent", "Linkedid": "x"}), *map(block, events())]  # fmt: skip
    assert await both.relay(len(events())) == events()
    assert "Username: helpdesk" in both.heard
    assert "Secret: s3cret" in both.heard


async def test_what_the_desk_does_not_take_is_posted_again():
    both = Both()
    both.answers = [503, 500, 401]
    both.blocks = list(map(block, events()))
    assert await both.relay(len(events())) == events()


async def test_a_broken_connection_is_reopened_and_half_an_event_is_dropped():
    both = Both()
    first, *rest = events()
    both.blocks, both.hang_up = [block(first) + block(rest[0])[:40], *map(block, rest)], True
    assert await both.relay(len(events())) == events()
    assert both.logins == 2


async def test_a_secret_that_is_refused_ends_the_relay_in_words():
    both = Both()
    both.blocks = [b"Response: Error\r\nMessage: Authentication failed\r\n\r\n"]
    with pytest.raises(ExceptionGroup) as caught:
        await both.relay(1)
    assert caught.group_contains(LoginRefused, match="Authentication failed")

"""The demo desk: a visitor plays the customer on all four channels and finds everything in the inbox."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from helpdesk import demo

WAYS = ("/demo", "/demo/telegram", "/demo/shop", "/demo/phone")


class Visitor:
    """A visitor of the demo, signed in by the printed link."""

    def __init__(self, http: aiohttp.ClientSession, address: str, output: str) -> None:
        self.http, self.address, self.output = http, address, output

    async def sign_in(self) -> None:
        """Use the one-time link."""
        link = re.search(r"http\S+/sign-in/link/[\w-]+", self.output)
        assert link is not None
        page = await self.page(link[0].removeprefix(self.address))
        await self.post(link[0].removeprefix(self.address), page)

    async def page(self, path: str) -> str:
        """The text of a page."""
        async with self.http.get(self.address + path, headers={"Accept-Language": "en"}) as answer:
            assert answer.status == 200, (path, answer.status)
            return await answer.text()

    async def post(self, path: str, page: str, **fields: str) -> None:
        """Send a form of a page."""
        token = re.search(r'name="csrf" value="([^"]+)"', page)
        assert token is not None
        async with self.http.post(self.address + path, data={"csrf": token[1], **fields}) as answer:
            assert answer.status == 200, (path, await answer.text())

    async def until(self, path: str, words: str) -> None:
        """Poll a page until it contains a text."""
        async with asyncio.timeout(20):
            while words not in await self.page(path):
                await asyncio.sleep(0.05)


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def _open(folder: Path) -> AsyncIterator[Visitor]:
    output: list[str] = []
    port = _free()
    task = asyncio.create_task(demo.run(folder=folder, port=port, mail_port=_free(), fresh=False, say=output.append))
    try:
        async with asyncio.timeout(60), aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            while len(output) < 2 and not task.done():
                await asyncio.sleep(0.05)
            assert not task.done(), task.exception()
            visitor = Visitor(http, f"http://127.0.0.1:{port}", output[-1])
            await visitor.sign_in()
            yield visitor
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.slow
async def test_a_visitor_uses_every_channel_of_the_demo(tmp_path: Path) -> None:
    async with _open(tmp_path / "demo") as visitor:
        inbox = await visitor.page("/inbox?view=all")
        for channel in ("mail", "telegram", "chat", "phone"):
            assert f"#{channel}" in inbox, f"nobody wrote by {channel}"
        assert (await visitor.page("/quarantine")).count('action="/quarantine/') == 1  # one link to try it with
        index = await visitor.page("/demo")
        assert "not connected" not in await visitor.page("/status")
        for way in WAYS[1:]:
            assert f'href="{way}"' in index
            assert f"{visitor.address}{way}" in visitor.output

        phone = await visitor.page("/demo/telegram?who=7004")
        await visitor.post("/demo/telegram", phone, who="7004", act="write", text="Where is my jug, please?")
        await visitor.post("/demo/telegram", phone, who="7004", act="photo")
        await visitor.until("/inbox?view=all", "Where is my jug, please?")

        form = await visitor.page("/demo/phone")
        await visitor.post("/demo/phone", form, number="۰۹۱۲ ۰۰۰ ۰۰۹۹", outcome="voicemail")
        await visitor.until("/inbox?view=all", "+989120000099")
        before = (await visitor.page("/inbox?view=all")).partition("+989120000099")[0]
        ticket = re.findall(r'href="(/inbox/tickets/\d+)', before)[-1]
        await visitor.until(ticket, "<sound-player")
        await visitor.post(f"{ticket}/ring", await visitor.page(ticket), number="+989120000099")
        await visitor.until(ticket, "پاسخ دادند")


@pytest.mark.slow
async def test_a_reopened_demo_keeps_its_state(tmp_path: Path) -> None:
    async with _open(tmp_path / "demo") as visitor:
        form = await visitor.page("/demo/telegram?who=7004")
        await visitor.post("/demo/telegram", form, who="7004", act="write", text="I shall come back")
        await visitor.until("/inbox?view=all", "I shall come back")
    async with _open(tmp_path / "demo") as visitor:
        assert "I shall come back" in await visitor.page("/demo/telegram?who=7004")
        assert "I shall come back" in await visitor.page("/inbox?view=all")


@pytest.mark.slow
async def test_thanks_and_survey_reach_the_desk_through_the_demo_bot(tmp_path: Path) -> None:
    async with _open(tmp_path / "demo") as visitor:
        phone = await visitor.page("/demo/telegram?who=7001")
        assert "/demo/telegram/file/" in phone  # the album, the voice and the stickers can be seen and heard
        found = re.search(r'name="message" value="(\d+)".*?name="data" value="([^"]+)"', phone, re.DOTALL)
        assert found is not None, "the survey has no button"
        await visitor.post("/demo/telegram", phone, who="7001", act="tap", message=found[1], data=found[2])
        async with asyncio.timeout(20):
            while (await visitor.page("/demo/telegram?who=7001")).count('name="data"') != 3:
                await asyncio.sleep(0.05)

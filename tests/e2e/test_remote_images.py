"""Remote images of mails in a browser: loaded only on request, through the desk's image proxy."""

from __future__ import annotations

import re
import struct
import zlib

import pytest
from aiohttp import web
from playwright.async_api import Browser

from channels.toolkit.safe_fetch import Rules
from helpdesk import app as root
from helpdesk.agents import sign_in
from helpdesk.web import client_identity
from helpdesk.web.media import remote_images
from tests.support.desk.desk_story import story
from tests.support.pages.browser import served

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]


def png() -> bytes:
    """One red point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_remote_pictures_load_through_the_desk_on_request(browser: Browser, empty_desk, tmp_path, database_url):
    from helpdesk.database.engine import open_database

    asked: list[web.Request] = []

    async def outside(request: web.Request) -> web.Response:
        asked.append(request)
        return web.Response(body=png(), content_type="image/png")

    elsewhere = web.Application()
    elsewhere.add_routes([web.get("/{path:.*}", outside)])
    database = await open_database(database_url)
    desk = story(database, tmp_path)
    application = root.web_application(desk.app)
    application[remote_images.RULES] = Rules(allows=lambda ip: ip == "127.0.0.1", ports=None)
    async with served(elsewhere) as tracker, served(application) as address:
        picture = f"{tracker}/t.png"
        letter = f'<p>Hello</p><img src="{picture}"><p style="background:url({picture}?style)">x</p>'
        number = await desk.writes("Hello", html=letter)
        token = await desk.database.write(
            sign_in.enter, person_id=await desk.person(), account="x", address="", device="",
            limits=client_identity.limits(desk.app.settings), now=desk.time(),
        )  # fmt: skip
        context = await browser.new_context(extra_http_headers={"Accept-Language": "en"})
        await context.add_cookies([{"name": "session", "value": token, "url": address}])
        page = await context.new_page()
        got: list[tuple[str, int]] = []
        page.on("response", lambda one: got.append((one.url, one.status)))
        await page.goto(f"{address}/inbox/tickets/{number}")
        async with page.expect_response(re.compile(r"/html$")):
            await page.locator("details.formatted summary").click()
        assert not asked
        async with page.expect_response(re.compile(r"/pictures/")) as loaded:
            await page.locator("[data-pictures]").click()
        assert (await loaded.value).status == 200
        assert [one.path for one in asked] == ["/t.png"]
        assert not {"Cookie", "Referer"} & asked[0].headers.keys()
        assert [url for url, _ in got if url.startswith(tracker)] == []
        await context.close()
    await database.close()

"""Whoever sends slowly holds no connection; who waits for an answer, or uploads steadily, is left in peace."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from aiohttp import web

from helpdesk.web.slow_clients import Patience, PatientRunner

QUICK = Patience(head=0.3, window=0.3, least=64)


@asynccontextmanager
async def website(handler, patience=QUICK):
    application = web.Application(client_max_size=10_000_000)
    application.router.add_route("*", "/", handler)
    runner = PatientRunner(application, patience=patience, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def answer_all(request: web.Request) -> web.Response:
    return web.Response(text=str(len(await request.read())))


async def cut_off(port: int, *parts: bytes) -> bytes:
    """Send this and no more; what came until the desk closed the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await writer.drain()
    try:
        async with asyncio.timeout(20):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_a_head_that_never_ends_is_cut_off():
    async with website(answer_all) as port:
        assert await cut_off(port) == b""
        assert await cut_off(port, b"POST / HTTP/1.1\r\nHost: desk.example\r\nX-Slow: ") == b""


async def test_a_body_that_stops_coming_is_cut_off():
    async with website(answer_all) as port:
        head = b"POST / HTTP/1.1\r\nHost: desk.example\r\nContent-Length: 1000000\r\n\r\n"
        assert b"200 OK" not in await cut_off(port, head, b"x")


async def test_a_long_poll_outlasts_every_limit_of_sending():
    slow_one_is_gone = asyncio.Event()

    async def wait_for_news(request: web.Request) -> web.Response:
        body = await request.read()
        if body != b"poll":
            return web.Response()
        await slow_one_is_gone.wait()
        return web.Response(text="news")

    async with website(wait_for_news) as port:
        head = b"POST / HTTP/1.1\r\nHost: desk.example\r\nConnection: close\r\nContent-Length: 4\r\n\r\npoll"
        polling = asyncio.create_task(cut_off(port, head))
        for _ in range(3):  # each takes a whole limit
            await cut_off(port, b"POST / HTTP/1.1\r\nHost: desk.example\r\nX-Slow: ")
        slow_one_is_gone.set()
        assert (await polling).endswith(b"news")


async def test_an_upload_the_desk_does_not_read_for_a_while_is_nobodys_fault():
    """A full buffer stops the reading: then the client can send nothing, however much it wants to."""
    others_are_gone = asyncio.Event()

    async def read_late(request: web.Request) -> web.Response:
        if request.query.get("late"):
            await others_are_gone.wait()
        return web.Response(text=str(len(await request.read())))

    async with website(read_late) as port:
        size = 4_000_000
        head = f"POST /?late=1 HTTP/1.1\r\nHost: desk.example\r\nConnection: close\r\nContent-Length: {size}\r\n\r\n"
        uploading = asyncio.create_task(cut_off(port, head.encode(), b"x" * size))
        for _ in range(3):
            await cut_off(port, b"POST / HTTP/1.1\r\nHost: desk.example\r\nX-Slow: ")
        others_are_gone.set()
        assert (await uploading).endswith(str(size).encode())


async def test_a_connection_goes_on_to_its_next_request():
    async with website(answer_all, Patience(head=20, window=20)) as port:
        one = b"POST / HTTP/1.1\r\nHost: desk.example\r\nContent-Length: 2\r\n\r\nab"
        last = b"POST / HTTP/1.1\r\nHost: desk.example\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc"
        answers = await cut_off(port, one, last)
        assert answers.count(b"200 OK") == 2

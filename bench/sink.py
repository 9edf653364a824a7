"""Where replies of `bench.outbox` go, in a process of its own: a mail server or a Bot API that counts and keeps nothing.

`python -m bench.sink mail|telegram` prints its port; a line on its input makes it print what it took.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from typing import Any

from aiohttp import web

MARK = re.compile(rb"reply-number-(\d+)-")
taken: Counter[bytes] = Counter()


async def _mail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As much of SMTP as a client needs that is believed."""
    writer.write(b"220 sink\r\n")
    while line := await reader.readline():
        word = line[:4].upper()
        if word == b"EHLO":
            writer.write(b"250-sink\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 33554432\r\n")
        elif word == b"DATA":
            writer.write(b"354 go on\r\n")
            await writer.drain()
            body = await reader.readuntil(b"\r\n.\r\n")
            _count(body)
            writer.write(b"250 taken\r\n")
        elif word == b"QUIT":
            break
        else:
            writer.write(b"250 fine\r\n")
        await writer.drain()
    writer.close()


async def _called(request: web.Request) -> web.Response:
    """Any method of the Bot API."""
    if request.match_info["method"] == "getUpdates":
        await asyncio.sleep(10)
        return web.json_response({"ok": True, "result": []})
    form = await request.post()
    _count(str(form.get("text", "")).encode())
    chat = int(str(form.get("chat_id", 0)))
    sent = {"message_id": sum(taken.values()), "date": 1, "chat": {"id": chat, "type": "private"}}
    return web.json_response({"ok": True, "result": sent})


def _count(content: bytes) -> None:
    for mark in set(MARK.findall(content)):
        taken[mark] += 1


async def _main(kind: str) -> None:
    if kind == "mail":
        server = await asyncio.start_server(_mail, "127.0.0.1", 0, limit=1 << 20)
        port = server.sockets[0].getsockname()[1]
    else:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", _called)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
    print(port, flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        report: dict[str, Any] = {"replies": len(taken), "twice": sum(1 for item in taken.values() if item > 1)}
        print(json.dumps(report), flush=True)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))

"""The Asterisk relay, beside the PBX: posts each call event of the manager interface (AMI) to the desk.

`python -m channels.phone.switchboards.asterisk_relay --desk https://desk.example/channels/phone/pbx --user helpdesk` with PASOKH_PHONE_PBX_SECRET
(the desk's) and PASOKH_AMI_SECRET in the environment. It keeps nothing on the disk: what the desk does not take is tried
again until it does, oldest first, the newest ten thousand of them.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp

from channels.phone.switchboards.asterisk import KINDS

log = logging.getLogger("relay")
WAITING = 10_000  # events kept while the desk can't be reached
BATCH = 50  # events of one post
PAUSES = (1.0, 2.0, 5.0, 15.0, 30.0)
QUIET = 120.0  # seconds without a line before Asterisk is asked whether it is there

Event = dict[str, str]


class LoginRefused(Exception):
    """Asterisk does not know this user, or this secret."""


@dataclass
class Relay:
    """From one Asterisk to one desk, until cancelled."""

    desk: str
    token: str
    user: str
    secret: str
    host: str = "127.0.0.1"
    port: int = 5038
    pauses: tuple[float, ...] = PAUSES
    waiting: deque[Event] = field(default_factory=lambda: deque(maxlen=WAITING))
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Listen and post; a broken line to either side is mended."""
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session,
            asyncio.TaskGroup() as both,
        ):
            both.create_task(self._listen())
            both.create_task(self._post(session))

    async def _listen(self) -> None:
        tries = 0
        while True:
            try:
                async for event in self._events():
                    tries = 0
                    if event.get("Event", "").lower() in (*KINDS, "cel"):
                        self.waiting.append(event)
                        self.news.set()
            except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
                log.warning("no line to Asterisk: %s", type(error).__name__)
            await asyncio.sleep(self.pauses[min(tries, len(self.pauses) - 1)])
            tries += 1

    async def _events(self) -> AsyncIterator[Event]:
        async with asyncio.timeout(15):
            reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            await reader.readline()  # the greeting
            _say(writer, Action="Login", Username=self.user, Secret=self.secret, Events="call,agent,user,cdr,dtmf")
            while True:
                try:
                    async with asyncio.timeout(QUIET):
                        event = _parsed(await reader.readuntil(b"\r\n\r\n"))
                except TimeoutError:
                    _say(writer, Action="Ping")
                    async with asyncio.timeout(15):
                        event = _parsed(await reader.readuntil(b"\r\n\r\n"))
                if event.get("Response") == "Error" and "auth" in event.get("Message", "").lower():
                    raise LoginRefused(event["Message"])
                if "Event" in event:
                    yield event
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _post(self, session: aiohttp.ClientSession) -> None:
        tries = 0
        while True:
            await self.news.wait()
            self.news.clear()
            while self.waiting:
                events = [self.waiting[at] for at in range(min(BATCH, len(self.waiting)))]
                if await self._taken(session, events):
                    tries = 0
                    for event in events:
                        with contextlib.suppress(ValueError):  # it was pushed out while being posted
                            self.waiting.remove(event)
                else:
                    await asyncio.sleep(self.pauses[min(tries, len(self.pauses) - 1)])
                    tries += 1

    async def _taken(self, session: aiohttp.ClientSession, events: list[Event]) -> bool:
        try:
            headers = {"X-Pbx-Token": self.token}
            async with session.post(self.desk, json={"events": events}, headers=headers) as answer:
                if answer.status == 200:
                    return True
                log.warning("the desk answered %s: %s", answer.status, (await answer.text())[:200])
                return answer.status in (400, 413)  # saying it again would not help
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("no line to the desk: %s", type(error).__name__)
            return False


def _say(writer: asyncio.StreamWriter, **fields: str) -> None:
    writer.write("".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode() + b"\r\n")


def _parsed(block: bytes) -> Event:
    lines = block.decode("utf-8", "replace").split("\r\n")
    return {name.strip(): value.strip() for name, colon, value in (line.partition(":") for line in lines) if colon}


def main() -> None:
    """Read the arguments and run until interrupted."""
    parser = argparse.ArgumentParser(description="Posts the events of Asterisk's manager interface to the desk.")
    parser.add_argument("--desk", required=True, help="https://desk.example/channels/phone/<source>")
    parser.add_argument("--user", required=True, help="the user of manager.conf")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5038)
    asked = parser.parse_args()
    token, secret = os.environ.get("PASOKH_PHONE_PBX_SECRET", ""), os.environ.get("PASOKH_AMI_SECRET", "")
    if not (token and secret):
        parser.error("set PASOKH_PHONE_PBX_SECRET and PASOKH_AMI_SECRET")
    logging.basicConfig(level=logging.INFO)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(Relay(asked.desk, token, asked.user, secret, asked.host, asked.port).run())


if __name__ == "__main__":
    main()

"""A desk with a bot and all loops running: customers' updates arrive and agents' replies leave by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from channels.telegram.channel import Channel
from channels.telegram.receiving.poll import Pace
from channels.telegram.settings import TelegramSettings
from helpdesk.app import running_app
from helpdesk.database.engine import Database
from helpdesk.database.metadata import Row
from helpdesk.journey.lifecycle import status
from helpdesk.tickets import drafts
from helpdesk.tickets.models import attachments, entries
from tests.support.desk.desk_story import Story, story
from tests.support.telegram.bot_api import BotApi

PATIENCE = 30.0  # seconds until waiting times out
QUICK = Pace(waits=(0.01,), conflict=0.01, look=0.05)


@dataclass
class BotDesk:
    """A desk, its bot, and the fake Telegram."""

    desk: Story
    bot: BotApi
    channel: Channel

    async def until(self, true: Callable[[], Awaitable[Any]]) -> Any:
        """Poll until something exists; returns it. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE):
            while not (found := await true()):
                await asyncio.sleep(0.01)
        return found

    async def entries(self, *kinds: str) -> list[Row]:
        """All timeline entries, oldest first, of some kinds or all."""
        found = await self.desk.database.read(lambda tx: tx.execute(select(entries).order_by(entries.c.id)).all())
        return [line for line in found if not kinds or line.kind in kinds]

    async def arrives(self, update: Mapping[str, Any], kind: str = "message", **wanted: Any) -> Row:
        """Push an update; returns the new entry of this kind (and these values)."""
        before = {line.id for line in await self.entries()}
        self.bot.push(dict(update))

        async def came() -> Row | None:
            fresh = [line for line in await self.entries(kind) if line.id not in before]
            return next(
                (one for one in fresh if all(getattr(one, name) == value for name, value in wanted.items())), None
            )

        found: Row = await self.until(came)
        return found

    async def line(self, entry_id: int) -> Row:
        """One entry, reloaded."""
        return next(line for line in await self.entries() if line.id == entry_id)

    async def answers(self, number: int, person: int, text: str, *, state: str = "sent", **more: Any) -> Row:
        """An agent replies; returns the entry once its delivery is `state`."""
        entry = await self.desk.answers(number, person, text, **more)

        async def settled() -> Row | None:
            line = await self.line(entry)
            return line if line.delivery == state else None

        found: Row = await self.until(settled)
        return found

    async def resolve(self, number: int, person: int | None) -> None:
        """The agent resolves the ticket."""
        await self.desk.database.write(
            status.set_status, self.desk.context, ticket_id=number, status="resolved", by=person, now=self.desk.time()
        )

    async def says(self, words: str) -> dict[str, Any]:
        """The bot's newest message with this text, once it exists."""

        async def newest_message() -> dict[str, Any] | None:
            found = [
                one
                for one in self.bot.messages.values()
                if words in str(one.get("text", "")) + str(one.get("caption", ""))
            ]
            return found[-1] if found else None

        found: dict[str, Any] = await self.until(newest_message)
        return found

    async def upload(self, number: int, person: int, name: str, kind: str, content: bytes) -> int:
        """The agent attaches a file to the draft."""
        kept = self.desk.app.files.store(content)
        return await self.desk.database.write(
            drafts.add_draft_file, ticket_id=number, person_id=person, name=name, content_type=kind, size=len(content),
            digest=kept, now=self.desk.time(),
        )  # fmt: skip

    async def files(self, entry_id: int) -> list[tuple[str, bytes | None]]:
        """(name, content) of an entry's files."""
        rows = await self.desk.database.read(
            lambda tx: tx.execute(select(attachments).where(attachments.c.entry_id == entry_id).order_by(attachments.c.id)).all()
        )  # fmt: skip
        return [(row.name, self.desk.app.files.read(row.hash) if row.hash else None) for row in rows]


@asynccontextmanager
async def bot_desk(
    database: Database, folder: Path, bot: BotApi, *, bots: list[dict[str, Any]] | None = None, more: list[BotApi] | None = None,
    **settings: Any,
) -> AsyncIterator[BotDesk]:  # fmt: skip
    """A running desk with the bot `shop`. `bots`: bot settings; `more`: servers of further bots."""
    own = {"tickets": {"undo_seconds": 0}, "outbox": {"poll_seconds": 1, "retry_seconds": [1, 1, 1]}, **settings}
    desk = story(database, folder, settings=own)
    for one in (bot, *(more or ())):
        one.now = lambda: int(desk.time().timestamp())
    env = {
        f"PASOKH_TELEGRAM_{one['name'].upper()}_TOKEN": one.pop("token", bot.token)
        for one in bots or [{"name": "shop"}]
    }
    common = {"api": bot.url, "per_second": 1000, "wait_seconds": 1}
    wanted = [{**common, **one} for one in bots or [{"name": "shop"}]]
    made = TelegramSettings.model_validate({"enabled": True, "bots": wanted})
    channel = Channel(made, env=env, now=desk.time, pace=QUICK)
    desk.app.context.channels["telegram"] = channel  # type: ignore[index]
    async with running_app(desk.app):
        yield BotDesk(desk, bot, channel)

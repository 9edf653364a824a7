from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Any

import pytest

from channels.telegram.channel import Channel
from channels.telegram.receiving.poll import Pace
from channels.telegram.settings import TelegramSettings
from tests.support.desk.memory_desk import MemoryDesk
from tests.support.telegram.bot_api import BotApi
from tests.support.telegram.bot_api_people import lately

QUICK = Pace(waits=(0.01,), conflict=0.01, look=0.05)
Made = Callable[..., Channel]
Running = Callable[..., AbstractAsyncContextManager[Channel]]


async def at_once(_seconds: float) -> None:
    """Waits for nothing."""


@pytest.fixture
async def bot() -> AsyncIterator[BotApi]:
    """A server of the Bot API; at the end no request may have been one that aiogram refuses."""
    async with BotApi() as server:
        yield server


@pytest.fixture
def desk() -> MemoryDesk:
    return MemoryDesk()


@pytest.fixture
def make(bot: BotApi) -> Made:
    """The channel with one bot called shop."""

    def made(
        *,
        token: str | None = None,
        channel: dict[str, Any] | None = None,
        now: Callable[[], datetime] = lately,
        **own: Any,
    ) -> Channel:
        first = {"name": "shop", "api": bot.url, "per_second": 1000, "wait_seconds": 1, **own}
        settings = TelegramSettings.model_validate({"enabled": True, "bots": [first], **(channel or {})})
        env = {"PASOKH_TELEGRAM_SHOP_TOKEN": token or bot.token, "PASOKH_TELEGRAM_OTHER_TOKEN": "900:OOOOOOOOOOOOOOOO"}
        built = Channel(settings, env=env, now=now, pace=QUICK)
        for sender in built._senders.values():
            sender._sleep = at_once
        return built

    return made


@pytest.fixture
def running(make: Made, desk: MemoryDesk) -> Running:
    """The channel, listening."""

    @asynccontextmanager
    async def listening(**own: Any) -> AsyncIterator[Channel]:
        channel = make(**own)
        task = asyncio.create_task(channel.run(desk))
        try:
            yield channel
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    return listening

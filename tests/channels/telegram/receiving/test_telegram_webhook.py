"""The webhook: nothing is accepted without the secret, nothing confirmed before it is stored."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from channels.contract import TryLater
from channels.telegram.channel import Channel
from channels.telegram.receiving import webhook
from tests.support.telegram.bot_api import Trouble
from tests.support.telegram.bot_api_people import Sara


@contextlib.asynccontextmanager
async def opened(desk, make) -> AsyncIterator[tuple[str, Channel]]:
    """The desk's own address, and the channel behind it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    channel = make(mode="webhook", channel={"public_url": url})
    app, inner = web.Application(), web.Application()
    inner.add_routes(channel.routes(desk))
    app.add_subapp("/channels/telegram/", inner)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield url, channel
    await runner.cleanup()


@pytest.fixture
async def door(bot, desk, make) -> AsyncIterator[str]:
    """The address of a desk that listens."""
    async with opened(desk, make) as (url, channel):
        task = asyncio.create_task(channel.run(desk))
        yield url
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_telegram_is_told_where_to_call_and_its_calls_are_safe_before_they_are_confirmed(bot, desk, door):
    await desk.until(lambda: desk.state("shop").connected)
    assert bot.webhook["url"] == f"{door}/channels/telegram/shop"
    assert "message_reaction" in bot.webhook["allowed_updates"]
    update = Sara().says("hello")
    assert await bot.deliver(update) == 200
    assert await bot.deliver(update) == 200
    assert [kept.external_id for kept in desk.kept] == ["9000"]
    desk.failing = OSError("disk full")
    assert await bot.deliver(Sara().says("later")) == 500
    desk.failing = TryLater("the disk of the desk is nearly full")
    assert await bot.deliver(Sara().says("later")) == 503


@pytest.mark.parametrize("secret", [None, "wrong", "ü", "0" * 64])
async def test_without_the_secret_nothing_enters(bot, desk, door, secret):
    await desk.until(lambda: desk.state("shop").connected)
    assert await bot.deliver(Sara().says("let me in"), secret=secret) == 403
    assert not desk.kept


async def test_a_bot_nobody_knows_is_refused_like_a_wrong_secret(bot, desk, door):
    await desk.until(lambda: desk.state("shop").connected)
    bot.webhook = {**bot.webhook, "url": f"{door}/channels/telegram/other"}
    assert await bot.deliver(Sara().says("hello")) == 403


@pytest.mark.parametrize("body", [b"", b"not json", b"[1]", b"null", b'{"a":' * 3000, b"\xff\xfe"])
async def test_whatever_shows_the_secret_is_kept(bot, desk, door, body):
    await desk.until(lambda: desk.state("shop").connected)
    assert await bot.deliver(body) == 200
    assert len(desk.kept) == 1


async def test_bot_replies_work_by_webhook_too(bot, desk, door):
    await desk.until(lambda: desk.state("shop").connected)
    await bot.deliver(Sara().says("/end"))
    await bot.until(lambda: bot.messages)


async def test_a_process_that_does_not_poll_sends_bot_replies_too(bot, desk, make):
    await desk.remember("shop", "username", "pasokh_test_bot")
    await desk.remember("shop", "name", "Dalan")
    async with opened(desk, make) as (url, channel):
        bot.webhook = {
            "url": webhook.address(url, "shop"),
            "secret_token": webhook.secret_token(channel._secrets["shop"]),
        }
        assert channel.link("shop", "abc") is None  # it is looked up for the next time
        assert await bot.deliver(Sara().says("/start")) == 200
        await bot.until(lambda: bot.messages)
        assert "Welcome to the support of Dalan" in bot.messages[7001, 1001]["text"]
        assert channel.link("shop", "abc") == "https://t.me/pasokh_test_bot?start=abc"
        await channel._senders["shop"].api.close()


async def test_the_webhook_secret_is_registered_again_at_every_start(bot, desk, door):
    await desk.until(lambda: desk.state("shop").connected)
    assert len(bot.of("setWebhook")) == 1
    assert {key for _, key in desk.cursors} == {"username", "name"}


async def test_what_telegram_says_is_wrong_with_the_webhook_is_shown(bot, desk, door):
    bot.webhook_error = "Wrong response from the webhook: 502 Bad Gateway"
    await desk.until(lambda: "502 Bad Gateway" in desk.problem("shop"))
    bot.webhook_error = ""
    bot.troubles["getWebhookInfo"] = [Trouble.refusal("Internal Server Error", 500)]
    await desk.until(lambda: desk.problem("shop") == "Internal Server Error")
    await desk.until(lambda: desk.state("shop").connected)


async def test_the_secret_is_not_the_token_and_is_long(bot, desk, door):
    await desk.until(lambda: desk.state("shop").connected)
    assert len(bot.webhook["secret_token"]) == 64
    assert bot.token not in bot.webhook["secret_token"]

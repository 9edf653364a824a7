"""Proxies: every call, also the long poll, goes through the configured one."""

from __future__ import annotations

import pytest

from channels.contract import Address, Outbound
from tests.support.telegram.bot_api_people import Sara
from tests.support.telegram.bot_api_proxies import Proxy

OUT = Outbound("t1", "message", "shop", Address("telegram:shop:7001"), "hello", conversation="7001")


@pytest.mark.parametrize(("scheme", "kind"), [("http", "http"), ("socks5", "socks5"), ("socks5h", "socks5")])
async def test_listening_and_sending_go_through_the_proxy(bot, desk, running, scheme, kind):
    async with (
        Proxy(kind) as proxy,
        running(proxy=f"{scheme}://127.0.0.1:{proxy.port}", api=f"http://telegram.test:{bot.port}") as shop,
    ):
        bot.push(Sara().says("hello"))
        await desk.until(lambda: desk.kept)
        await shop.send(OUT)
        assert len(bot.messages) == 1
    assert set(proxy.asked) == {f"telegram.test:{bot.port}"}
    assert len(proxy.asked) >= 2


async def test_a_proxy_of_the_environment_is_not_used(bot, desk, running, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    bot.push(Sara().says("hello"))
    async with running():
        await desk.until(lambda: desk.kept)


async def test_an_unreachable_proxy_is_named(desk, running):
    async with running(proxy="socks5://127.0.0.1:9"):
        await desk.until(lambda: "can't be reached" in desk.problem("shop"))

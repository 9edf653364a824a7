"""`run.py check`: who each bot is and what is wrong, in words for a newcomer."""

from __future__ import annotations

import pytest

from channels.telegram.channel import Channel
from channels.telegram.settings import TelegramSettings
from tests.support.telegram.bot_api import HTML_ANSWER, Trouble


async def test_it_says_who_the_bot_is_and_what_it_hears_in_groups(make, bot):
    found = await make().check()
    assert found[0] == ("bot shop is @pasokh_test_bot (Dalan)", None)
    assert found[1] == ("bot shop, its updates", None)
    assert "privacy mode is on" in found[2][0]
    assert "/setprivacy" in found[2][0]
    assert [problem for _, problem in found] == [None, None, None]
    bot.rights = {"can_read_all_group_messages": True}
    assert "hears everything" in (await make().check())[2][0]
    bot.rights = {"can_join_groups": False}
    assert "/setjoingroups" in (await make().check())[2][0]


async def test_a_webhook_in_the_way_of_polling_is_named(make, bot):
    bot.webhook = {"url": "https://elsewhere.example/hook"}
    problem = (await make().check())[1][1] or ""
    assert "https://elsewhere.example/hook" in problem
    assert "delete the webhook" in problem


async def test_a_webhook_says_what_telegram_could_not_deliver(make, bot):
    own = {"mode": "webhook", "channel": {"public_url": "http://127.0.0.1:1"}}
    bot.webhook = {"url": "http://127.0.0.1:1/channels/telegram/shop"}
    assert (await make(**own).check())[1] == ("bot shop, its updates", None)
    bot.webhook_error = "SSL error {error:0A000086}"
    assert "SSL error" in ((await make(**own).check())[1][1] or "")
    bot.webhook = {"url": "https://elsewhere.example/hook"}
    assert "takes them over" in ((await make(**own).check())[1][1] or "")


async def test_a_missing_token_says_which_variable_to_set(make):
    channel = Channel(make().settings, env={})
    assert await channel.check() == [
        ("bot shop", "Set PASOKH_TELEGRAM_SHOP_TOKEN to the token that BotFather gave for this bot.")
    ]


@pytest.mark.parametrize("code", [401, 404])
async def test_a_token_that_telegram_does_not_know_says_where_to_get_it_and_shows_it_to_nobody(make, bot, code):
    bot.troubles["getMe"] = [Trouble.refusal("Unauthorized", code)]
    [(what, problem)] = await make().check()
    assert what == "bot shop"
    assert "PASOKH_TELEGRAM_SHOP_TOKEN" in (problem or "")
    assert "@BotFather" in (problem or "")
    assert bot.token not in (problem or "")


async def test_a_telegram_that_can_not_be_reached_leads_to_the_proxy(make):
    [(_, problem)] = await make(api="http://127.0.0.1:9").check()
    assert 'proxy = "socks5h://host:port"' in (problem or "")
    [(_, problem)] = await make(api="http://127.0.0.1:9", proxy="http://me:secret@127.0.0.1:9").check()
    assert "http://127.0.0.1:9 is up" in (problem or "")
    assert "secret" not in (problem or "")


async def test_an_answer_that_is_not_telegrams_is_named_without_its_content(make, bot):
    bot.troubles["getMe"] = [Trouble(502, HTML_ANSWER)]
    [(_, problem)] = await make().check()
    assert problem
    assert "<html" not in problem


async def test_no_bot_at_all_says_how_to_get_one():
    [(_, problem)] = await Channel(TelegramSettings(enabled=True), env={}).check()
    assert "@BotFather" in (problem or "")


async def test_two_bots_with_one_token_are_detected(make, bot):
    channel = make(channel={"bots": [{"name": "shop", "api": bot.url}, {"name": "twin", "api": bot.url}]})
    env = {"PASOKH_TELEGRAM_SHOP_TOKEN": bot.token, "PASOKH_TELEGRAM_TWIN_TOKEN": bot.token}
    found = dict(await Channel(channel.settings, env=env).check())
    assert "same token" in (found["bot twin"] or "")
    assert found["bot shop is @pasokh_test_bot (Dalan)"] is None


async def test_each_of_several_bots_is_checked(make, bot):
    channel = make(channel={"bots": [{"name": "shop", "api": bot.url}, {"name": "other", "api": bot.url}]})
    found = await channel.check()
    assert [what for what, problem in found if problem] == ["bot other"]

"""Long polling: stored first, then confirmed, whatever goes wrong in between."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from channels.contract import TryLater, Unreadable
from tests.support.telegram.bot_api import HTML_ANSWER, Trouble
from tests.support.telegram.bot_api_people import Sara, lately


def ids(desk):
    return [kept.external_id for kept in desk.kept]


async def test_an_update_is_safe_before_the_next_question_confirms_it(bot, desk, running):
    sara = Sara()
    bot.push(sara.says("one"), sara.says("two"))
    async with running():
        await desk.until(lambda: len(desk.kept) == 2)
        assert bot.confirmed == []
        await bot.until(lambda: bot.confirmed == [9000, 9001])
    assert [json.loads(kept.raw)["message"]["text"] for kept in desk.kept] == ["one", "two"]
    assert {kept.order_key for kept in desk.kept} == {"7001"}


@pytest.mark.parametrize("failure", [OSError("disk full"), TryLater("the disk of the desk is nearly full")])
async def test_what_the_desk_could_not_keep_is_never_confirmed_and_comes_again(bot, desk, running, failure):
    bot.push(Sara().says("hello"))
    desk.failing = failure
    async with running():
        await desk.until(lambda: "kept" in desk.problem("shop"))
        assert bot.confirmed == []
        desk.failing = None
        await bot.until(lambda: bot.confirmed == [9000])
    assert ids(desk) == ["9000"]
    assert desk.state("shop").connected


async def test_a_restart_before_the_confirmation_takes_nothing_twice(bot, desk, running):
    sara = Sara()
    bot.push(sara.says("one"))
    async with running():
        await desk.until(lambda: desk.kept)
    bot.push(sara.says("two"))
    assert bot.confirmed == []  # the first program ended before it could confirm
    async with running():
        await bot.until(lambda: len(bot.confirmed) == 2)
    assert ids(desk) == ["9000", "9001"]
    assert desk.accepts == 3


async def test_after_a_quiet_week_updates_may_be_numbered_from_anywhere(bot, desk, running):
    sara, clock = Sara(), [lately()]
    async with running(now=lambda: clock[0]):
        bot.push({**sara.says("high"), "update_id": 900_000_000})
        await bot.until(lambda: 900_000_000 in bot.confirmed)
        clock[0] += timedelta(days=7)
        await bot.until(lambda: "offset" not in bot.of("getUpdates")[-1])
        bot.push({**sara.says("low"), "update_id": 17}, {**sara.says("higher"), "update_id": 18})
        await bot.until(lambda: bot.of("getUpdates")[-1].get("offset") == 19)
    assert ids(desk) == ["900000000", "17", "18"]


async def test_an_update_that_can_not_be_read_is_put_aside_and_stops_nothing(bot, desk, make, running):
    sara = Sara()
    poison = b'{"update_id":9100,"message":' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}"
    bot.push(sara.says("before"), poison, {**sara.says("after"), "update_id": 9101})
    async with running():
        await desk.until(lambda: len(desk.kept) == 3)
        await bot.until(lambda: 9101 in bot.confirmed)
    assert ids(desk) == ["9000", "9100", "9101"]
    channel = make()
    try:
        channel.normalise("shop", desk.kept[1].raw)
    except Unreadable as error:
        assert "JSON" in str(error)
    else:  # pragma: no cover
        raise AssertionError("it was readable")


async def test_what_is_no_update_at_all_is_kept(bot, desk, running):
    bot.push(b'{"update_id":1,"x":"\\ud800","n":NaN}', b'{"update_id":2}')
    async with running():
        await bot.until(lambda: bot.confirmed == [1, 2])
    assert ids(desk) == ["1", "2"]


async def test_a_polling_conflict_is_reported_and_not_fought(bot, desk, running):
    said = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    bot.troubles["getUpdates"] = [Trouble.refusal(said, 409)]
    async with running():
        await desk.until(lambda: "Somebody else" in desk.problem("shop"))
        await desk.until(lambda: desk.state("shop").connected)


async def test_a_webhook_set_by_somebody_else_is_left_alone_and_reported(bot, desk, running):
    bot.webhook = {"url": "https://elsewhere.example/hook"}
    async with running():
        await desk.until(lambda: 'mode = "webhook"' in desk.problem("shop"))
    assert bot.webhook["url"] == "https://elsewhere.example/hook"
    assert not bot.of("deleteWebhook")


async def test_html_floods_hanging_up_and_errors_are_waited_out(bot, desk, running):
    bot.troubles["getUpdates"] = [
        Trouble(502, HTML_ANSWER), Trouble(200, HTML_ANSWER), Trouble(cut=True), Trouble.refusal("Internal Server Error", 500),
        Trouble(200, '{"ok":true}'), Trouble(200, '{"ok":true,"result":5}'), Trouble(200, ""),
        Trouble.refusal("Too Many Requests: retry after 0", 429, retry_after=0.01),
    ]  # fmt: skip
    bot.push(Sara().says("hello"))
    async with running():
        await desk.until(lambda: desk.kept)
        await desk.until(lambda: desk.state("shop").connected)
    assert "<html" not in " ".join(state.problem or "" for state in desk.states)


async def test_a_refused_token_is_reported_without_the_token(bot, desk, running):
    async with running(token="701:WWWWWWWWWWWWWWWW"):
        await desk.until(lambda: "BotFather" in desk.problem("shop"))
    assert not [state for state in desk.states if "WWWW" in (state.problem or "")]


async def test_reactions_and_member_changes_are_asked_for_and_commands_are_registered(bot, desk, running):
    async with running():
        await bot.until(lambda: bot.of("getUpdates"))
    assert {"message_reaction", "my_chat_member", "business_message"} <= set(bot.of("getUpdates")[0]["allowed_updates"])
    assert [call.get("language_code") for call in bot.of("setMyCommands")] == ["fa", "en", None]


async def test_a_working_bot_is_reported_at_once_and_not_after_the_first_long_poll(bot, desk, running):
    async with running(wait_seconds=50):
        await desk.until(lambda: desk.state("shop").connected)
        await bot.until(lambda: [call["timeout"] for call in bot.of("getUpdates")] == [0, 50])

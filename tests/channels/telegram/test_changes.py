"""What can be done to a message that was sent, and what the chat sees while somebody writes."""

from __future__ import annotations

import json

import pytest

from channels.contract import DeliveryError
from tests.support.bot_api import Trouble
from tests.support.bot_api_people import Sara


@pytest.fixture
async def shop(make):
    channel = make()
    yield channel
    await channel._typing.done()
    for sender in channel._senders.values():
        await sender.api.close()


async def test_a_sent_message_is_changed_and_taken_back(bot, shop):
    await shop.edit("shop", "shop:7001:55", "It left <today>.")
    await shop.withdraw("shop", "shop:7001:55")
    await shop.withdraw("shop", "shop:7001@bc1:56")
    await shop.react("shop", "shop:7001:57", "👍")
    assert [(call.method, call.values) for call in bot.calls] == [
        ("editMessageText", {"chat_id": 7001, "message_id": 55, "text": "It left <today>."}),
        ("deleteMessage", {"chat_id": 7001, "message_id": 55}),
        ("deleteBusinessMessages", {"business_connection_id": "bc1", "message_ids": [56]}),
        ("setMessageReaction", {"chat_id": 7001, "message_id": 57, "reaction": [{"type": "emoji", "emoji": "👍"}]}),
    ]


async def test_the_words_below_a_picture_are_changed_too(bot, shop):
    bot.troubles["editMessageText"] = [Trouble.refusal("Bad Request: there is no text in the message to edit")]
    await shop.edit("shop", "shop:7001:55", "It left.")
    assert bot.of("editMessageCaption") == [{"chat_id": 7001, "message_id": 55, "caption": "It left."}]


async def test_after_two_days_telegram_refuses_and_the_agent_hears_why(bot, shop):
    bot.troubles["deleteMessage"] = [Trouble.refusal("Bad Request: message can't be deleted for everyone")]
    with pytest.raises(DeliveryError, match="can't be deleted for everyone") as caught:
        await shop.withdraw("shop", "shop:7001:55")
    assert caught.value.permanent


@pytest.mark.parametrize("remote_id", ["", "x", "shop:7001", "shop:x:5", "shop:7001:x"])
async def test_an_id_that_is_none_of_ours_is_refused(shop, remote_id):
    with pytest.raises(DeliveryError, match="no message of Telegram"):
        await shop.edit("shop", remote_id, "x")


async def test_a_change_that_changes_nothing_is_no_trouble(bot, shop):
    bot.troubles["editMessageText"] = [Trouble.refusal("Bad Request: message is not modified: the same")]
    await shop.edit("shop", "shop:7001:55", "same")


async def test_the_chat_sees_that_somebody_writes_but_not_all_the_time(bot, shop):
    for _ in range(3):
        shop.hear("7001", {"typing": True, "name": "Mina"})
    shop.hear("7001", {"read": 5})
    shop.hear("nowhere", {"typing": True})
    await shop._typing.done()
    assert bot.of("sendChatAction") == [{"chat_id": 7001, "action": "typing"}]


async def test_with_several_bots_it_is_the_one_the_customer_wrote_to(bot, make):
    channel = make(channel={"bots": [{"name": "shop", "api": bot.url}, {"name": "other", "api": "http://127.0.0.1:9"}]})
    channel.hear("7001", {"typing": True})  # nobody knows which
    assert not channel._typing._tasks
    channel.normalise("shop", json.dumps(Sara().says("hello")).encode())
    channel.hear("7001", {"typing": True})
    await channel._typing.done()
    assert len(bot.of("sendChatAction")) == 1
    await channel._senders["shop"].api.close()

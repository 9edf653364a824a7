"""Edits, deletions and reactions of sent messages, and the typing indicator."""

from __future__ import annotations

import json

import pytest

from channels.contract import Attachment, DeliveryError
from tests.support.telegram.bot_api import Trouble
from tests.support.telegram.bot_api_chats import NOW
from tests.support.telegram.bot_api_people import Sara
from tests.support.telegram.outgoing import letter


async def sent(shop, text="It leaves today.", **more):
    """One message of ours; its id."""
    return await shop.send(letter(text, token=text, **more))


async def fails(coroutine):
    with pytest.raises(DeliveryError) as caught:
        await coroutine
    return caught.value


async def test_a_sent_message_is_changed_and_bears_the_same_name(bot, shop):
    remote_id = await sent(shop)
    await shop.edit("shop", remote_id, "It left <today> & all.", sender_name="Mina")
    [message] = bot.messages.values()
    assert message["text"] == "Mina\nIt left <today> & all."
    assert message["entities"] == [{"type": "bold", "offset": 0, "length": 4}]


async def test_an_edit_by_a_bot_that_does_not_sign_bears_no_name(bot, make):
    shop = make(signed=False)
    remote_id = await sent(shop)
    await shop.edit("shop", remote_id, "It left <today>.", sender_name="Mina")
    assert [one["text"] for one in bot.messages.values()] == ["It left <today>."]
    await shop._senders["shop"].api.close()


async def test_a_message_is_taken_back_and_being_gone_already_is_no_trouble(bot, shop):
    remote_id = await sent(shop)
    await shop.withdraw("shop", remote_id)
    assert not bot.messages
    await shop.withdraw("shop", remote_id)
    await shop.withdraw("shop", "shop:7001@bc1:56")
    assert bot.of("deleteBusinessMessages") == [{"business_connection_id": "bc1", "message_ids": [56]}]


async def test_the_words_below_a_picture_are_changed_too(bot, shop):
    picture = Attachment("a.png", "image/png", b"png", 3)
    remote_id = await sent(shop, "look", attachments=[picture])
    await shop.edit("shop", remote_id, "look here", sender_name="Mina")
    [message] = bot.messages.values()
    assert message["caption"] == "Mina\nlook here"
    error = await fails(shop.edit("shop", remote_id, "x" * 1100))
    assert (error.reason, error.permanent) == ("Bad Request: message caption is too long", True)


async def test_every_part_of_a_message_has_an_id_to_be_taken_back_by(bot, shop):
    picture = Attachment("a.png", "image/png", b"png", 3)
    ids = await sent(shop, "x" * 5000, attachments=[picture, picture])
    assert ids == [f"shop:7001:{number}" for number in (1001, 1002, 1003, 1004)]
    for remote_id in ids:
        await shop.withdraw("shop", remote_id)
    assert not bot.messages


async def test_after_two_days_telegram_refuses_and_the_agent_hears_why(bot, shop):
    remote_id = await sent(shop)
    bot.now = lambda: NOW + 49 * 3600
    error = await fails(shop.withdraw("shop", remote_id))
    assert error.permanent
    assert error.reason == "Bad Request: message can't be deleted for everyone"


async def test_a_message_that_is_gone_can_not_be_changed_and_says_so(bot, shop):
    remote_id = await sent(shop)
    bot.messages.clear()
    error = await fails(shop.edit("shop", remote_id, "It left."))
    assert (error.permanent, error.reason) == (True, "Bad Request: message to edit not found")


async def test_reactions_are_put_changed_and_taken_away_and_others_refused(bot, shop):
    for emoji in ("👍", "❤\ufe0f", ""):
        await shop.react("shop", "shop:7001:57", emoji)
    assert [call["reaction"] for call in bot.of("setMessageReaction")] == [
        [{"type": "emoji", "emoji": "👍"}], [{"type": "emoji", "emoji": "❤"}], [],
    ]  # fmt: skip
    error = await fails(shop.react("shop", "shop:7001:57", "🦔"))
    assert (error.permanent, error.reason) == (True, "Bad Request: REACTION_INVALID")


@pytest.mark.parametrize("verb", ["edit", "withdraw", "react"])
@pytest.mark.parametrize(
    ("trouble", "permanent", "retry_after"),
    [
        (Trouble.flood(9), False, 9.0), (Trouble(502, "bad"), False, None), (Trouble(cut=True), False, None),
        (Trouble.refusal("Forbidden: bot was blocked by the user", 403), True, None),
        (Trouble.refusal("Bad Request: message can't be edited"), True, None), (Trouble.refusal("Unauthorized", 401), False, 300.0),
    ],
)  # fmt: skip
async def test_what_may_be_done_twice_is_never_uncertain(bot, shop, verb, trouble, permanent, retry_after):
    method = {"edit": "editMessageText", "withdraw": "deleteMessage", "react": "setMessageReaction"}[verb]
    bot.troubles[method] = [trouble]
    said = () if verb == "withdraw" else ("x",)
    error = await fails(getattr(shop, verb)("shop", "shop:7001:55", *said))
    assert (error.permanent, error.retry_after, error.uncertain, error.unreachable) == (
        permanent,
        retry_after,
        False,
        False,
    )


async def test_words_that_do_not_fit_one_message_are_refused_before_anything_changes(bot, shop):
    for text in ("", "  ", "x" * 4097):
        assert (await fails(shop.edit("shop", "shop:7001:55", text))).permanent
    assert not bot.calls


@pytest.mark.parametrize("remote_id", ["", "x", "shop:7001", "shop:x:5", "shop:7001:x"])
async def test_an_id_that_is_none_of_ours_is_refused(shop, remote_id):
    with pytest.raises(DeliveryError, match="no message of Telegram"):
        await shop.edit("shop", remote_id, "x")


async def test_an_edit_without_a_difference_is_no_error(bot, shop):
    bot.troubles["editMessageText"] = [Trouble.refusal("Bad Request: message is not modified: the same")]
    await shop.edit("shop", "shop:7001:55", "same")


async def test_the_typing_indicator_is_sent_but_not_all_the_time(bot, shop):
    for _ in range(3):
        shop.hear("7001", {"typing": True, "name": "Mina"})
    shop.hear("7001", {"read": 5})
    shop.hear("nowhere", {"typing": True})
    await shop._typing.done()
    assert bot.of("sendChatAction") == [{"chat_id": 7001, "action": "typing"}]


async def test_with_several_bots_the_one_the_customer_wrote_to_is_used(bot, make):
    channel = make(channel={"bots": [{"name": "shop", "api": bot.url}, {"name": "other", "api": "http://127.0.0.1:9"}]})
    channel.hear("7001", {"typing": True})  # nobody knows which
    assert not channel._typing._tasks
    channel.normalise("shop", json.dumps(Sara().says("hello")).encode())
    channel.hear("7001", {"typing": True})
    await channel._typing.done()
    assert len(bot.of("sendChatAction")) == 1
    await channel._senders["shop"].api.close()

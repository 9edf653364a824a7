"""What Telegram refuses in one form is sent in another; what it takes in none lets the rest leave."""

from __future__ import annotations

import pytest

from tests.support.telegram.bot_api import Trouble
from tests.support.telegram.outgoing import fails, file, letter


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("image/jpeg", "sendPhoto"), ("image/gif", "sendAnimation"), ("video/mp4", "sendVideo"), ("audio/ogg", "sendVoice"),
        ("audio/mpeg", "sendAudio"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("refusal", ["VOICE_MESSAGES_FORBIDDEN", "not enough rights to send photos to the chat", "new"])
async def test_whatever_telegram_refuses_in_one_form_is_tried_in_its_other(bot, shop, kind, method, refusal):
    bot.troubles[method] = [Trouble.refusal(f"Bad Request: {refusal}")]
    await shop.send(letter("look", attachments=[file("x", kind)]))
    assert [call.method for call in bot.calls] == [method, "sendDocument"]


async def test_a_refused_album_of_any_reason_leaves_file_by_file(bot, shop):
    bot.troubles["sendMediaGroup"] = [Trouble.refusal("Bad Request: something nobody has seen")]
    assert len(await shop.send(letter("look", attachments=[file("1.png"), file("2.png")]))) == 2
    assert [call.method for call in bot.calls] == ["sendMediaGroup", "sendDocument", "sendDocument"]


@pytest.mark.parametrize("text", ["look", "x" * 1100])
async def test_a_file_telegram_takes_in_no_form_lets_the_words_leave_and_is_named(bot, shop, text):
    bot.troubles["sendPhoto"] = bot.troubles["sendDocument"] = [Trouble.refusal("Bad Request: no")] * 2
    error = await fails(shop, letter(text, attachments=[file("broken.png")]))
    assert error.permanent
    assert (error.left, error.files) == (["shop:7001:1001"], ["broken.png"])
    assert "broken.png" in error.reason
    assert [message["text"].partition("\n")[2] for message in bot.messages.values()] == [text]


async def test_one_broken_file_of_several_leaves_the_others(bot, shop):
    bot.troubles["sendMediaGroup"] = [Trouble.refusal("Bad Request: no")]
    bot.troubles["sendDocument"] = [None, Trouble.refusal("Bad Request: no")]
    error = await fails(shop, letter("look", attachments=[file("1.png"), file("2.png"), file("3.png")]))
    assert (len(error.left), error.files) == (2, ["2.png"])


async def test_where_there_are_no_words_the_message_fails_and_names_its_file(bot, shop):
    bot.troubles["sendDocument"] = [Trouble.refusal("Bad Request: no")]
    error = await fails(shop, letter("", attachments=[file("a.zip", "application/zip")]))
    assert (error.permanent, error.left) == (True, [])
    assert "a.zip" in error.reason


async def test_a_topic_that_is_gone_in_a_private_chat_is_left_out(bot, shop):
    bot.troubles["sendMessage"] = [Trouble.refusal("Bad Request: message thread not found")]
    assert await shop.send(letter(conversation="7001/9")) == "shop:7001:1001"
    assert [call.get("message_thread_id") for call in bot.of("sendMessage")] == [9, None]


async def test_a_topic_that_is_gone_in_a_group_is_not_left_out(bot, shop):
    bot.troubles["sendMessage"] = [Trouble.refusal("Bad Request: message thread not found")]
    assert (await fails(shop, letter(conversation="-1005/9"))).permanent
    assert len(bot.of("sendMessage")) == 1

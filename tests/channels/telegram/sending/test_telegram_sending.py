"""Sending: formatted, split, in order, once; and what every refusal means for the desk."""

from __future__ import annotations

import asyncio

import pytest

from channels.contract import Attachment, DeliveryError
from tests.support.telegram.bot_api import HTML_ANSWER, Trouble
from tests.support.telegram.outgoing import PNG, fails, file, letter


async def test_a_text_leaves_with_the_persons_name_and_nothing_in_it_is_taken_for_formatting(bot, shop):
    remote_id = await shop.send(letter("1 < 2 & <b>so</b>"))
    [(key, message)] = bot.messages.items()
    assert remote_id == f"shop:7001:{key[1]}"
    assert message["text"] == "Mina\n1 < 2 & <b>so</b>"
    assert message["entities"] == [{"type": "bold", "offset": 0, "length": 4}]


async def test_an_automatic_message_says_so_once(bot, shop):
    await shop.send(letter("We got it.", automatic=True, language="fa"))
    await shop.send(letter("This message is automatic.\n\nWe got it.", automatic=True, token="t2"))
    texts = [one["text"] for one in bot.messages.values()]
    assert texts == ["We got it.\n\nپیام خودکار", "This message is automatic.\n\nWe got it."]


async def test_a_long_text_leaves_in_pieces_and_in_order(bot, shop):
    text = "\n\n".join(f"{number} " + "سلام دنیا 😀. " * 60 for number in range(20))
    await shop.send(letter(text))
    sent = [message["text"] for message in bot.messages.values()]
    assert len(sent) > 3
    assert "".join("".join(sent).removeprefix("Mina").split()) == "".join(text.split())


async def test_formatting_that_telegram_refuses_leaves_as_plain_text_once(bot, shop):
    bot.troubles["sendMessage"] = [Trouble.refusal("Bad Request: can't parse entities: Unsupported start tag")]
    await shop.send(letter("hello"))
    assert [call.get("parse_mode") for call in bot.of("sendMessage")] == ["HTML", None]
    bot.troubles["sendMessage"] = [Trouble.refusal("Bad Request: can't parse entities: x")] * 2
    assert (await fails(shop)).permanent


async def test_a_file_takes_a_short_text_as_its_caption_and_a_long_one_before_it(bot, shop):
    await shop.send(letter("the receipt", attachments=[file()]))
    await shop.send(letter("x" * 1100, attachments=[file()], token="t2"))
    assert [call.method for call in bot.calls] == ["sendPhoto", "sendMessage", "sendPhoto"]
    assert bot.messages[7001, 1001]["caption"] == "Mina\nthe receipt"


@pytest.mark.parametrize(
    ("name", "kind", "method"),
    [
        ("a.jpg", "image/jpeg", "sendPhoto"), ("a.gif", "image/gif", "sendAnimation"), ("a.ogg", "audio/ogg", "sendVoice"),
        ("a.mp3", "audio/mpeg", "sendAudio"), ("a.mp4", "video/mp4", "sendVideo"), ("a.pdf", "application/pdf", "sendDocument"),
        ("فاکتور.svg", "image/svg+xml", "sendDocument"),
    ],
)  # fmt: skip
async def test_every_file_leaves_as_what_it_is(bot, shop, name, kind, method):
    await shop.send(letter("", attachments=[file(name, kind)]))
    [call] = bot.calls
    assert call.method == method
    [sent] = call.files.values()
    assert (sent.name, sent.content) == (name, PNG)


async def test_pictures_leave_as_an_album_and_documents_as_another(bot, shop):
    pictures = [file(f"{number}.png") for number in range(12)]
    await shop.send(
        letter("look", attachments=[*pictures, file("a.pdf", "application/pdf"), file("b.txt", "text/plain")])
    )
    assert [call.method for call in bot.calls] == ["sendMessage", "sendMediaGroup", "sendMediaGroup", "sendMediaGroup"]
    assert [len(call["media"]) for call in bot.of("sendMediaGroup")] == [10, 2, 2]


async def test_the_text_of_an_album_is_the_caption_of_its_first_picture(bot, shop):
    remote_id = await shop.send(letter("look", attachments=[file("1.png"), file("2.png")]))
    [call] = bot.of("sendMediaGroup")
    assert [one.get("caption") for one in call["media"]] == ["<b>Mina</b>\nlook", None]
    assert remote_id == ["shop:7001:1001", "shop:7001:1002"]


async def test_a_picture_that_is_refused_as_one_leaves_as_a_document(bot, shop):
    bot.troubles["sendPhoto"] = [Trouble.refusal("Bad Request: PHOTO_INVALID_DIMENSIONS")]
    await shop.send(letter("look", attachments=[file()]))
    assert [call.method for call in bot.calls] == ["sendPhoto", "sendDocument"]


async def test_a_file_above_telegrams_limit_is_refused_before_anything_is_sent(bot, shop):
    big = Attachment("film.mp4", "video/mp4", bytes(50 * 1024 * 1024 + 1), 50 * 1024 * 1024 + 1)
    error = await fails(shop, letter(attachments=[big]))
    assert error.permanent
    assert "50 MB" in error.reason
    assert not bot.calls


async def test_in_a_group_and_a_topic_an_answer_hangs_on_its_question(bot, shop):
    await shop.send(letter(conversation="-1005/7", in_reply_to="shop:-1005:33"))
    [call] = bot.of("sendMessage")
    assert (call["chat_id"], call["message_thread_id"]) == (-1005, 7)
    assert call["reply_parameters"] == {"message_id": 33, "allow_sending_without_reply": True}


async def test_a_private_answer_hangs_on_a_message_only_when_somebody_chose_it(bot, shop):
    await shop.send(letter(in_reply_to="shop:7001:33"))
    await shop.send(letter(details={"reply_to": "shop:7001:33"}, token="t2"))
    await shop.send(letter(details={"reply_to": "other:7001:33"}, token="t3"))
    assert [call.get("reply_parameters", {}).get("message_id") for call in bot.of("sendMessage")] == [None, 33, None]


async def test_an_answer_to_a_business_chat_goes_back_over_its_connection(bot, shop):
    assert await shop.send(letter(conversation="7001@bc1")) == "shop:7001@bc1:1001"
    assert bot.of("sendMessage")[0]["business_connection_id"] == "bc1"


# --- trouble ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trouble", "permanent", "unreachable", "uncertain", "retry_after"),
    [
        (Trouble.refusal("Forbidden: bot was blocked by the user", 403), True, True, False, None),
        (Trouble.refusal("Forbidden: user is deactivated", 403), True, True, False, None),
        (Trouble.refusal("Forbidden: bot can't initiate conversation with a user", 403), True, True, False, None),
        (Trouble.refusal("Forbidden: bot was kicked from the supergroup chat", 403), True, True, False, None),
        (Trouble.refusal("Bad Request: chat not found"), True, True, False, None),
        (Trouble.refusal("Bad Request: message is too long"), True, False, False, None),
        (Trouble.refusal("Bad Request: not enough rights to send text messages to the chat"), True, False, False, None),
        (Trouble.flood(7), False, False, False, 7.0),
        (Trouble.refusal("Too Many Requests: retry later", 429), False, False, False, 5.0),
        (Trouble.refusal("Unauthorized", 401), False, False, False, 300.0),
        (Trouble.refusal("Not Found", 404), False, False, False, 300.0),
        (Trouble.refusal("Conflict: terminated by other getUpdates request", 409), False, False, False, None),
        (Trouble.refusal("Request Entity Too Large", 413), True, False, False, None),
        (Trouble.refusal("Bad Request: group chat was deactivated"), True, True, False, None),
        (Trouble.refusal("Bad Request: have no rights to send a message"), True, False, False, None),
        (Trouble.refusal("Internal Server Error", 500), False, False, False, None),
        (Trouble(502, HTML_ANSWER), False, False, False, None),
        (Trouble(504, HTML_ANSWER), False, False, True, None),
        (Trouble(200, HTML_ANSWER), False, False, True, None),
        (Trouble(200, '{"ok":true'), False, False, True, None),
        (Trouble(cut=True), False, False, True, None),
        (Trouble(cut=True, after=True), False, False, True, None),
    ],
)  # fmt: skip
async def test_every_refusal_says_what_it_means(bot, shop, trouble, permanent, unreachable, uncertain, retry_after):
    bot.troubles["sendMessage"] = [trouble]
    error = await fails(shop)
    assert (error.permanent, error.unreachable, error.uncertain) == (permanent, unreachable, uncertain)
    assert error.retry_after == retry_after
    assert bot.token not in error.reason
    assert "<html" not in error.reason


async def test_an_answer_that_never_comes_is_uncertain_and_not_sent_again(bot, shop):
    shop._senders["shop"].api._patience = 0.3
    bot.troubles["sendMessage"] = [Trouble(hang=True, after=True)]
    assert (await fails(shop)).uncertain
    assert len(bot.of("sendMessage")) == 1


async def test_a_server_that_is_not_there_is_tried_again_later(make):
    shop = make(api="http://127.0.0.1:9")
    error = await fails(shop)
    assert (error.permanent, error.uncertain, error.retry_after) == (False, False, None)
    await shop._senders["shop"].api.close()


async def test_a_group_that_became_a_supergroup_is_followed(bot, shop):
    bot.moved[-5] = -1005
    assert await shop.send(letter(conversation="-5")) == "shop:-1005:1001"
    await shop.send(letter(conversation="-5", token="t2"))
    assert [call["chat_id"] for call in bot.of("sendMessage")] == [-5, -1005, -1005]


async def test_a_message_in_parts_goes_on_where_it_stopped(bot, shop):
    bot.troubles["sendPhoto"] = [Trouble.flood(1)]
    outbound = letter("x" * 1100, attachments=[file()])
    error = await fails(shop, outbound)
    assert error.retry_after == 1.0
    assert error.reason.startswith("Part 2 of 2")
    shop._senders["shop"]._limits._closed.clear()  # that second has passed
    assert await shop.send(outbound) == ["shop:7001:1001", "shop:7001:1002"]
    assert [call.method for call in bot.calls] == ["sendMessage", "sendPhoto", "sendPhoto"]


async def test_after_a_restart_a_message_in_parts_goes_on_where_it_stopped(bot, make, desk):
    first, second = make(), make()
    for channel in (first, second):
        channel._senders["shop"].unfinished.desk = desk
    bot.troubles["sendPhoto"] = [Trouble.flood(1)]
    outbound = letter("x" * 1100, attachments=[file()])
    await fails(first, outbound)
    assert await second.send(outbound) == ["shop:7001:1001", "shop:7001:1002"]
    assert [call.method for call in bot.calls] == ["sendMessage", "sendPhoto", "sendPhoto"]
    for channel in (first, second):
        await channel._senders["shop"].api.close()


async def test_what_has_left_has_left_though_the_desk_can_not_write_it_down(bot, shop, desk):
    async def fails_to(*_args, **_more):
        raise OSError("disk full")

    desk.remember = fails_to
    shop._desk = shop._senders["shop"].unfinished.desk = desk
    assert await shop.send(letter()) == "shop:7001:1001"
    assert await shop.send(letter(kind="survey", survey="t" * 20, token="t2")) == "shop:7001:1002"
    bot.troubles["sendPhoto"] = [Trouble.flood(1)]
    assert (await fails(shop, letter("x" * 1100, token="t3", attachments=[file()]))).retry_after == 1.0


async def test_a_refused_album_leaves_as_documents_each_once_though_telegram_stops_between(bot, shop):
    bot.troubles["sendMediaGroup"] = [Trouble.refusal("Bad Request: IMAGE_PROCESS_FAILED")]
    bot.troubles["sendDocument"] = [None, Trouble.flood(1)]
    outbound = letter("look", attachments=[file("1.png"), file("2.png"), file("3.png")])
    assert (await fails(shop, outbound)).reason.startswith("Part 2 of 3")
    shop._senders["shop"]._limits._closed.clear()
    assert len(await shop.send(outbound)) == 3
    assert [one.get("caption") for one in bot.messages.values()] == ["Mina\nlook", None, None]


async def test_a_flood_holds_back_its_own_chat_only(bot, shop):
    bot.troubles["sendMessage"] = [Trouble.flood(60)]
    await fails(shop)
    error = await fails(shop, letter(token="t2"))
    assert (error.retry_after or 0) > 50
    assert len(bot.of("sendMessage")) == 1
    await shop.send(letter(token="t3", conversation="7002"))


async def test_messages_of_one_chat_leave_one_after_the_other(bot, shop):
    texts = [f"number {number}" for number in range(3)]
    await asyncio.gather(*(shop.send(letter(text, token=text)) for text in texts))
    assert [message["text"].removeprefix("Mina\n") for message in bot.messages.values()] == texts


async def test_a_bot_removed_from_the_settings_is_named(shop):
    assert "other" in (await fails(shop, letter(account="other"))).reason


# --- files ------------------------------------------------------------------------------------------


async def test_a_customers_file_is_fetched_and_its_address_is_never_shown(bot, shop, caplog):
    bot.files["DOC"] = b"invoice"
    caplog.set_level("DEBUG")
    got = await shop.fetch("shop", Attachment("a.pdf", "application/pdf", None, 0, remote="DOC"))
    assert (got.content, got.size, got.problem) == (b"invoice", 7, None)
    assert bot.token not in caplog.text


async def test_a_file_that_telegram_will_never_hand_over_becomes_a_sentence(bot, shop):
    got = await shop.fetch("shop", Attachment("a.pdf", "application/pdf", None, 0, remote="GONE"))
    assert got.content is None
    assert "invalid file_id" in (got.problem or "")


async def test_a_file_is_tried_a_few_times_and_then_shown_as_missing(bot, shop):
    bot.files["DOC"] = b"invoice"
    bot.troubles["file"] = [Trouble(502, HTML_ANSWER)] * 4
    wanted = Attachment("a.pdf", "application/pdf", None, 0, remote="DOC")
    for _ in range(3):
        with pytest.raises(DeliveryError):
            await shop.fetch("shop", wanted)
    assert (await shop.fetch("shop", wanted)).problem
    assert (await shop.fetch("shop", wanted)).content == b"invoice"

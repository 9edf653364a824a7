"""Texts of the bot: polite, in the person's language, always marked as automatic."""

from __future__ import annotations

import json

from tests.support.telegram.bot_api_people import Sara


def said(bot):
    return [message["text"] for message in bot.messages.values()]


async def test_start_welcomes_in_the_persons_language_and_offers_to_share_the_number(bot, desk, running):
    async with running(hours={"fa": "شنبه تا چهارشنبه ۸ تا ۲۴"}):
        bot.push(Sara(language="fa", name="سارا").says("/start"))
        await bot.until(lambda: bot.messages)
    [text] = said(bot)
    assert "سارا" in text
    assert "شنبه تا چهارشنبه" in text
    assert text.endswith("پیام خودکار")
    assert bot.of("sendMessage")[0]["reply_markup"]["keyboard"][0][0]["request_contact"] is True


async def test_the_welcome_can_be_ones_own(bot, desk, running):
    async with running(welcome={"en": "Hi {name}, this is {desk}. {braces}"}, ask_number=False):
        bot.push(Sara().says("/start"))
        await bot.until(lambda: bot.messages)
    assert said(bot) == ["Hi Sara, this is Dalan. {braces}\n\nAutomatic message"]


async def test_a_deep_link_is_kept_for_the_desk_and_a_command_says_nothing_of_the_language(make):
    [one] = make().normalise("shop", json.dumps(Sara(language="fa").says("/start Ab_c-1")).encode())
    assert (one.kind, one.command, one.details["start"]) == ("note", "start", "Ab_c-1")
    assert one.link == "Ab_c-1"
    assert one.language == "fa"


async def test_status_lists_the_customers_own_tickets_and_how_they_stand(bot, desk, running):
    asked = []

    async def told(question, **about):
        asked.append((question, about))
        return [
            {"number": 12, "subject": "Where is <my> order?", "status": "waiting", "changed_at": None},
            {"number": 7, "subject": "", "status": "resolved", "changed_at": None},
        ]

    desk.ask = told
    async with running():
        bot.push(Sara().says("/status"), Sara(language="fa", id=7002, updates=iter([1])).says("/status"))
        await bot.until(lambda: len(bot.messages) == 2)
    assert asked == [("tickets", {"address": f"telegram:shop:{person}"}) for person in (7001, 7002)]
    english, persian = said(bot)
    assert "• No. 12: Where is <my> order? — we answered and wait for you\n• No. 7 — resolved" in english
    assert "شمارهٔ ۱۲" in persian
    assert "حل شده" in persian
    assert persian.endswith("پیام خودکار")


async def test_status_without_any_ticket_says_so_and_a_group_hears_none(bot, desk, running):
    group = Sara(chat={"id": -1005, "type": "supergroup", "title": "G"}, updates=iter([1]))
    async with running():
        bot.push(group.says("/status"), Sara().says("/status"))
        await bot.until(lambda: bot.messages)
    assert {chat for chat, _ in bot.messages} == {7001}
    assert "no request of yours" in said(bot)[0]


async def test_human_and_end_are_requests_and_text_beside_them_stays_a_message(bot, desk, running):
    sara = Sara()
    async with running() as shop:
        bot.push(sara.says("/human"), sara.says("/end"), sara.says("/human my box is torn"), sara.says("/end it came"))
        await bot.until(lambda: len(bot.messages) == 4)
        found = [shop.normalise("shop", kept.raw) for kept in desk.kept]
    told = [[(one.kind, one.wish, one.text) for one in things] for things in found]
    assert told == [
        [("wish", "person", "/human")],
        [("wish", "end", "/end")],
        [("wish", "person", "/human"), ("message", None, "my box is torn")],
        [("message", None, "it came"), ("wish", "end", "/end")],
    ]
    assert len({one.external_id for things in found for one in things}) == 6


async def test_ones_own_number_is_thanked_for_and_anothers_is_not_believed(bot, desk, running):
    sara = Sara()
    async with running() as shop:
        bot.push(
            sara.sends(contact={"phone_number": "989121234567", "first_name": "Sara", "user_id": 7001}),
            sara.sends(contact={"phone_number": "989121234568", "first_name": "Ali", "user_id": 5}),
            sara.sends(contact={"phone_number": "989121234569", "first_name": "Sara"}),
        )
        await bot.until(lambda: len(bot.messages) == 3)
        found = [shop.normalise("shop", kept.raw)[0] for kept in desk.kept]
    assert "saved" in said(bot)[0]
    assert "not verified" in said(bot)[1]
    assert [one.details["contact"]["verified"] for one in found] == [True, False, False]
    assert found[0].details["phone"] == {"number": "+989121234567", "verified": True}
    assert [(one.address, one.verified) for one in found[0].also] == [("phone:+989121234567", True)]
    assert [list(one.also) for one in found[1:]] == [[], []]


async def test_a_file_too_large_is_reported_to_the_customer_and_the_desk(bot, desk, running):
    async with running() as shop:
        bot.push(
            Sara().sends(
                document={"file_id": "D", "file_unique_id": "u", "file_name": "film.mkv", "file_size": 31_457_280}
            )
        )
        await bot.until(lambda: bot.messages)
        [one] = shop.normalise("shop", desk.kept[0].raw)
    assert "film.mkv" in said(bot)[0]
    assert one.attachments[0].problem
    assert one.attachments[0].remote is None


async def test_an_ordinary_message_is_for_people_and_a_group_hears_nothing_from_the_bot(bot, desk, running):
    group = Sara(chat={"id": -1005, "type": "supergroup", "title": "G"}, updates=iter([1, 2]))
    async with running():
        bot.push(group.says("/start"), group.says("/human"), Sara().says("hello"), Sara(updates=iter([5])).says("/end"))
        await bot.until(lambda: bot.messages)
    assert [call["chat_id"] for call in bot.of("sendMessage")] == [7001]


async def test_the_bot_does_not_answer_without_end(bot, desk, running):
    sara = Sara()
    async with running():
        bot.push(*(sara.says("/start") for _ in range(40)))
        bot.push(Sara(id=7002, updates=iter([1])).says("/start"))
        await bot.until(lambda: bot.of("sendMessage") and bot.of("sendMessage")[-1]["chat_id"] == 7002)
    assert len([call for call in bot.of("sendMessage") if call["chat_id"] == 7001]) == 20


async def test_a_bot_that_is_blocked_says_nothing_and_goes_on(bot, desk, running):
    bot.blocked.add(7001)
    async with running():
        bot.push(Sara().says("/start"), Sara(id=7002, updates=iter([1])).says("/start"))
        await bot.until(lambda: bot.messages)
    assert {chat for chat, _ in bot.messages} == {7002}

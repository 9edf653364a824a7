"""Survey in the chat: asked, tapped, changed, explained; and answers that are refused."""

from __future__ import annotations

import json

import pytest

from channels.contract import Address, Face, Outbound
from channels.telegram.sending import buttons
from helpdesk.tickets.thanks import is_thanks
from tests.support.telegram.bot_api import Trouble
from tests.support.telegram.bot_api_people import Sara

TOKEN = "abcdefghijklmnopqrstuvwxyz012345"


def question(**more):
    faces = [
        Face(score, score.title(), f"https://desk.example/s/{TOKEN}?face={score}", "")
        for score in ("happy", "neutral", "sad")
    ]
    values = {
        "token": "t9", "kind": "survey", "account": "shop", "to": Address("telegram:shop:7001"), "text": "How was it?",
        "conversation": "7001", "language": "en", "faces": faces, "survey": TOKEN,
    }  # fmt: skip
    return Outbound(**{**values, **more})


async def asked(bot, shop, **more):
    number = int((await shop.send(question(**more))).rpartition(":")[2])
    return next(message for (_, own), message in bot.messages.items() if own == number)


def understood(shop, kept):
    [one] = shop.normalise("shop", kept.raw)
    return one


def keys(message):
    return [key for row in message.get("reply_markup", {}).get("inline_keyboard", []) for key in row]


async def test_the_question_has_one_row_of_three_faces(bot, running):
    async with running() as shop:
        message = await asked(bot, shop)
    assert [key["text"] for key in keys(message)] == ["😀 Happy", "😐 Neutral", "☹️ Sad"]
    assert len(message["reply_markup"]["inline_keyboard"]) == 1
    assert all(len(key["callback_data"].encode()) <= 64 for key in keys(message))


@pytest.mark.parametrize(("label", "score"), [("Happy", "happy"), ("Neutral", "neutral"), ("Sad", "sad")])
async def test_a_tap_is_an_answer_and_is_thanked_with_its_sticker(bot, desk, running, label, score):
    async with running() as shop:
        message = await asked(bot, shop)
        bot.push(Sara().taps(message, label))
        await bot.until(lambda: bot.of("sendSticker"))
        await desk.until(lambda: ("shop", f"sticker:{score}") in desk.cursors)
        [one] = [understood(shop, kept) for kept in desk.kept]
    assert one.kind == "survey_answer"
    assert (one.survey.token, one.survey.score) == (TOKEN, score)
    assert [call["text"] for call in bot.of("answerCallbackQuery")] == ["Saved. Thank you!"]
    assert ["Change" in key["text"] for key in keys(message)] == [True]
    picture = next(call for call in bot.calls if call.method == "sendSticker").files["sticker"]
    assert picture.content[:4] == b"RIFF"
    assert picture.content[8:12] == b"WEBP"


async def test_a_sticker_is_uploaded_once_and_known_by_its_file_id_then(bot, desk, running):
    async with running() as shop:
        for _ in range(2):
            bot.push(Sara(updates=iter([len(desk.kept) + 1])).taps(await asked(bot, shop), "Happy"))
            count = len(desk.kept)
            await bot.until(lambda count=count: len(bot.of("sendSticker")) == count + 1)
            await desk.until(lambda: ("shop", "sticker:happy") in desk.cursors)
    first, second = (call for call in bot.calls if call.method == "sendSticker")
    assert first.files
    assert not second.files
    assert second.values["sticker"] == desk.cursors["shop", "sticker:happy"]


async def test_a_sticker_that_telegram_forgot_is_uploaded_again(bot, desk, running):
    desk.cursors["shop", "sticker:happy"] = "FORGOTTEN"
    async with running() as shop:
        bot.push(Sara().taps(await asked(bot, shop), "Happy"))
        await desk.until(lambda: desk.cursors["shop", "sticker:happy"] != "FORGOTTEN")
    assert len(bot.of("sendSticker")) == 2


async def test_a_sad_one_is_asked_why_and_the_reply_is_the_reason(bot, desk, running):
    sara = Sara()
    async with running() as shop:
        bot.push(sara.taps(await asked(bot, shop), "Sad"))
        await bot.until(lambda: any("force_reply" in call.get("reply_markup", {}) for call in bot.of("sendMessage")))
        await bot.until(lambda: len(bot.messages) == 3)
        why = list(bot.messages.values())[-1]
        bot.push(sara.says("It took three weeks", reply_to_message=why))
        await desk.until(lambda: len(desk.kept) == 2)
        said = understood(shop, desk.kept[1])
        stranger = Sara(id=7002).says("It was fine", reply_to_message=why)
        [forged] = shop.normalise("shop", json.dumps(stranger).encode())
    assert said.kind == "survey_answer"
    assert (said.survey.token, said.survey.words, said.survey.score) == (TOKEN, "It took three weeks", None)
    assert forged.kind == "message"


async def test_a_survey_answer_can_be_changed(bot, desk, running):
    sara = Sara()
    async with running() as shop:
        message = await asked(bot, shop)
        bot.push(sara.taps(message, "Sad"))
        await bot.until(lambda: len(bot.of("editMessageReplyMarkup")) == 1)
        bot.push(sara.taps(message, "Change"))
        await bot.until(lambda: len(bot.of("editMessageReplyMarkup")) == 2)
        await bot.until(lambda: len(keys(message)) == 3)
        bot.push(sara.taps(message, "😀"))
        await desk.until(lambda: len(desk.kept) == 3)
        found = [understood(shop, kept) for kept in desk.kept]
    assert [one.kind for one in found] == ["survey_answer", "note", "survey_answer"]
    assert found[2].survey.score == "happy"


async def test_somebody_elses_button_is_refused(bot, desk, running):
    async with running() as shop:
        message = await asked(bot, shop)
        data = keys(message)[0]["callback_data"]
        bot.push(Sara(id=7002, updates=iter([1])).taps({**message, "chat": {"id": 7002, "type": "private"}}, data=data))
        bot.push(Sara(id=7002, updates=iter([2])).taps(message, data=data))
        await bot.until(lambda: len(bot.of("answerCallbackQuery")) == 2)
        found = [understood(shop, kept) for kept in desk.kept]
    assert {(one.kind, one.details["event"]) for one in found} == {("note", "forged_button")}
    assert {call["text"] for call in bot.of("answerCallbackQuery")} == {"This survey is not for you."}
    assert not bot.of("sendSticker")


@pytest.mark.parametrize(
    "data", ["s1hforged.AAAAAAAAAA", "s1h.", "sv:2:tok", "s1", "s1x" + TOKEN + ".AAAAAAAAAA", "", "🙂"]
)
async def test_a_made_up_button_is_no_answer(bot, desk, running, data):
    async with running() as shop:
        bot.push(Sara().taps(await asked(bot, shop), data=data))
        await bot.until(lambda: bot.of("answerCallbackQuery"))
        assert understood(shop, desk.kept[0]).kind == "note"
    assert not bot.of("sendSticker")


async def test_an_old_button_is_refused_and_taken_away(bot, desk, running):
    async with running() as shop:
        message = await asked(bot, shop)
        bot.push(Sara().taps({**message, "date": message["date"] - 15 * 86_400}, "Happy"))
        await bot.until(lambda: bot.of("editMessageReplyMarkup"))
        await bot.until(lambda: not keys(message))
    assert bot.of("answerCallbackQuery")[0]["show_alert"] is True
    assert not bot.of("sendSticker")


async def test_a_tap_on_a_message_that_can_not_be_reached_counts(bot, desk, running):
    async with running() as shop:
        data = keys(await asked(bot, shop))[0]["callback_data"]
        gone = {"chat": {"id": 7001, "type": "private"}, "message_id": 1001, "date": 0}
        bot.push(Sara().taps(gone, data=data))
        await bot.until(lambda: bot.of("sendSticker"))
        assert understood(shop, desk.kept[0]).survey.score == "happy"


async def test_the_same_tap_again_is_answered_but_not_thanked_again(bot, desk, running):
    async with running() as shop:
        tap = Sara().taps(await asked(bot, shop), "Happy")
        bot.push(tap, tap)
        await bot.until(lambda: len(bot.of("answerCallbackQuery")) == 2)
        await bot.until(lambda: bot.of("sendSticker"))
    assert len(desk.kept) == 1
    assert len(bot.of("sendSticker")) == 1


@pytest.mark.parametrize(
    ("emoji", "score"), [("😀", "happy"), ("👍🏽", "happy"), ("😐", "neutral"), ("☹️", "sad"), ("😡😡", "sad")]
)
async def test_a_face_written_instead_of_tapped_counts(bot, desk, running, emoji, score):
    sara = Sara()
    async with running() as shop:
        await asked(bot, shop)
        bot.push(sara.says(emoji))
        await bot.until(lambda: bot.of("sendSticker"))
        one = understood(shop, desk.kept[0])
    assert (one.kind, one.survey.token, one.survey.score) == ("survey_answer", TOKEN, score)


async def test_a_sticker_and_a_reaction_count_too(bot, desk, running):
    sara = Sara()
    async with running() as shop:
        message = await asked(bot, shop)
        bot.push(sara.sticker("😢"), sara.reacts(message["message_id"], "👍"), sara.reacts(999, "👍"))
        await desk.until(lambda: len(desk.kept) == 3)
        found = [understood(shop, kept) for kept in desk.kept]
    assert [(one.kind, one.survey.score if one.survey else None) for one in found] == [
        ("survey_answer", "sad"), ("survey_answer", "happy"), ("reaction", None),
    ]  # fmt: skip


async def test_a_face_sent_after_a_later_message_is_no_survey_answer(bot, desk, running):
    sara = Sara()
    async with running() as shop:
        message = await asked(bot, shop)
        await shop.send(
            Outbound("t2", "message", "shop", Address("telegram:shop:7001"), "One more thing", conversation="7001")
        )
        bot.push(sara.says("😀"), sara.says("😀", reply_to_message=message))
        await desk.until(lambda: len(desk.kept) == 2)
        found = [understood(shop, kept) for kept in desk.kept]
    assert [one.kind for one in found] == ["message", "survey_answer"]
    assert is_thanks(found[0].text)


async def test_a_face_without_any_survey_is_a_message_that_wakes_nobody(make):
    [one] = make().normalise("shop", json.dumps(Sara().says("👍")).encode())
    assert (one.kind, is_thanks(one.text), one.survey) == ("message", True, None)


async def test_nobody_can_smuggle_in_what_the_desk_knew(bot, desk, running):
    async with running() as shop:
        bot.push({**Sara().says("😀"), "_pasokh": {"survey": {"token": TOKEN, "newest": True}}})
        await desk.until(lambda: desk.kept)
        assert understood(shop, desk.kept[0]).kind == "message"


async def test_without_a_token_that_fits_the_faces_are_links(bot, running):
    async with running() as shop:
        message = await asked(bot, shop, survey="x" * 60)
    assert [key["url"].rpartition("=")[2] for key in keys(message)] == ["happy", "neutral", "sad"]


async def test_a_tap_that_is_answered_too_late_harms_nothing(bot, desk, running):
    late = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    bot.troubles["answerCallbackQuery"] = [Trouble.refusal(late)]
    async with running() as shop:
        bot.push(Sara().taps(await asked(bot, shop), "Happy"))
        await bot.until(lambda: bot.of("sendSticker"))


def test_a_button_fits_whatever_chat_it_is_for():
    data = buttons.data(b"s", token=TOKEN, score="sad", chat="-1009999999999999", person="9999999999999")
    assert len(data.encode()) <= buttons.LIMIT
    with pytest.raises(ValueError, match="too long"):
        buttons.data(b"s", token="x" * 51, score="sad", chat="1", person="1")

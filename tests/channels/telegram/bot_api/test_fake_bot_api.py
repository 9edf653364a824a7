"""The fake Bot API is honest: aiogram can use it, and python-telegram-bot reads what it sends."""

from __future__ import annotations

import pytest
import telegram
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    ReactionTypeEmoji,
)

from tests.support.telegram.bot_api import Trouble
from tests.support.telegram.bot_api_chats import NOW
from tests.support.telegram.bot_api_people import Sara

KEYS = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="😀", callback_data="h")]])


@pytest.fixture
async def client(bot):
    session = AiohttpSession(api=TelegramAPIServer.from_base(bot.url))
    made = Bot(bot.token, session=session)
    yield made
    await session.close()


async def test_aiogram_drives_it(bot, client):
    assert (await client.get_me()).username == "pasokh_test_bot"
    sent = await client.send_message(7001, "<b>hello</b>", parse_mode="HTML", reply_markup=KEYS)
    assert sent.text == "hello"
    photo = await client.send_photo(7001, BufferedInputFile(b"picture", "a.png"), caption="look")
    assert photo.photo is not None
    again = await client.send_photo(7001, photo.photo[-1].file_id)
    assert again.photo is not None
    album = await client.send_media_group(
        7001, [InputMediaPhoto(media=BufferedInputFile(b"1", "1.png")), InputMediaPhoto(media=photo.photo[-1].file_id)]
    )
    assert len(album) == 2
    assert await client.edit_message_reply_markup(chat_id=7001, message_id=sent.message_id, reply_markup=None)
    found = await client.get_file(photo.photo[-1].file_id)
    assert found.file_path is not None
    content = await client.download_file(found.file_path)
    assert content is not None
    assert content.read() == b"picture"
    assert await client.set_webhook("https://desk.example/x", secret_token="s" * 10)
    assert (await client.get_webhook_info()).url == "https://desk.example/x"


async def test_aiogram_changes_what_it_sent(bot, client):
    sent = await client.send_message(7001, "hello")
    changed = await client.edit_message_text("<i>hi</i>", chat_id=7001, message_id=sent.message_id, parse_mode="HTML")
    assert changed.text == "hi"
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await client.edit_message_text("<i>hi</i>", chat_id=7001, message_id=sent.message_id, parse_mode="HTML")
    photo = await client.send_photo(7001, BufferedInputFile(b"picture", "a.png"))
    with pytest.raises(TelegramBadRequest, match="no text in the message"):
        await client.edit_message_text("hi", chat_id=7001, message_id=photo.message_id)
    assert (
        await client.edit_message_caption(chat_id=7001, message_id=photo.message_id, caption="look")
    ).caption == "look"
    assert await client.set_message_reaction(7001, 5, [ReactionTypeEmoji(emoji="👍")])
    with pytest.raises(TelegramBadRequest, match="REACTION_INVALID"):
        await client.set_message_reaction(7001, 5, [ReactionTypeEmoji(emoji="🦔")])
    assert await client.send_chat_action(7001, "typing")
    assert await client.delete_message(7001, sent.message_id)
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await client.delete_message(7001, sent.message_id)
    bot.now = lambda: NOW + 49 * 3600
    with pytest.raises(TelegramBadRequest, match="can't be deleted for everyone"):
        await client.delete_message(7001, photo.message_id)


async def test_aiogram_polls_it(bot, client):
    sara = Sara()
    bot.push(sara.says("hello"), sara.reacts(5, "👍"), sara.blocks())
    found = await client.get_updates(timeout=0)
    assert [one.event_type for one in found] == ["message", "message_reaction", "my_chat_member"]
    assert await client.get_updates(offset=found[-1].update_id + 1, timeout=0) == []
    assert bot.confirmed == [9000, 9001, 9002]


async def test_the_fake_refuses_in_telegrams_words(bot, client):
    bot.blocked.add(7002)
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await client.send_message(7002, "hello")
    with pytest.raises(TelegramBadRequest, match="message is too long"):
        await client.send_message(7001, "x" * 4097)
    long = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="x", callback_data="x" * 65)]])
    with pytest.raises(TelegramBadRequest, match="BUTTON_DATA_INVALID"):
        await client.send_message(7001, "hello", reply_markup=long)
    bot.troubles["sendMessage"] = [Trouble.flood(3)]
    with pytest.raises(TelegramRetryAfter):
        await client.send_message(7001, "hello")


async def test_python_telegram_bot_reads_every_update_and_message_it_sends(bot, client):
    sara = Sara()
    await client.send_message(7001, "hello", reply_markup=KEYS)
    await client.send_sticker(7001, BufferedInputFile(b"RIFF", "a.webp"))
    await client.send_voice(7001, BufferedInputFile(b"OggS", "a.ogg"))
    for message in bot.messages.values():
        read = telegram.Message.de_json(message, None)
        assert read is not None
        assert read.api_kwargs == {}
    first = next(iter(bot.messages.values()))
    updates = [
        sara.says("/start"), sara.sticker("😀"), sara.reacts(5, "👍"), sara.blocks(), sara.blocks("member"), sara.taps(first, "😀"),
        sara.sends(contact={"phone_number": "98912", "first_name": "S", "user_id": 7001}),
    ]  # fmt: skip
    for update in updates:
        parsed = telegram.Update.de_json(update, None)
        assert parsed is not None
        assert parsed.api_kwargs == {}
        assert parsed.effective_chat is not None
    assert telegram.User.de_json(bot.me, None) is not None


async def test_a_request_that_aiogram_refuses_is_noticed(bot):
    import aiohttp

    async with aiohttp.ClientSession() as session:
        for method, body in (
            ("sendMessage", {"chat_id": 1}),
            ("sendMessage", {"chat_id": 1, "text": "x", "colour": "red"}),
            ("sendMail", {}),
        ):
            async with session.post(f"{bot.url}/bot{bot.token}/{method}", json=body) as answer:
                assert answer.status == 400
    assert len(bot.violations) == 3
    bot.violations.clear()

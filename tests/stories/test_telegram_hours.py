"""Automatic replies of the bot outside working hours: once, marked automatic, in the customer's language and calendar."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from tests.support.telegram.bot_api import BotApi
from tests.support.telegram.bot_api_desk import bot_desk
from tests.support.telegram.bot_api_people import Sara

FRIDAY = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)  # closed until Saturday, 08:00 in Tehran


@pytest.fixture
async def bot() -> AsyncIterator[BotApi]:
    async with BotApi() as server:
        yield server


@pytest.fixture
async def talk(database, tmp_path, bot):
    async with bot_desk(database, tmp_path, bot) as made:
        made.desk.time.now = FRIDAY
        yield made


async def test_a_message_outside_hours_gets_one_automatic_reply(talk, bot):
    sara = Sara(name="سارا", language="fa")
    line = await talk.arrives(sara.says("سلام، سفارشم نرسیده"))
    bot_message = await talk.says("برمی‌گردیم")
    assert bot_message["text"].startswith("این پیام خودکار است.")
    assert bot_message["text"].count("خودکار") == 1
    assert "شنبه ۱۶ اسفند ۱۴۰۴، ۰۸:۰۰" in bot_message["text"]
    assert bot_message["chat"]["id"] == 7001
    [entry] = [one for one in await talk.entries("message") if one.outgoing]
    assert (entry.author, entry.automatic, entry.ticket_id) == ("automation", True, line.ticket_id)
    await talk.arrives(sara.says("زودتر نمی‌شود؟"))
    assert len([one for one in await talk.entries("message") if one.outgoing]) == 1
    [clock] = await talk.desk.clocks(line.ticket_id, "first_response")
    assert clock.state == "running"  # an automatic reply stops no clock


async def test_english_replies_use_the_gregorian_calendar(talk, bot):
    await talk.arrives(Sara().says("Where is my order?"))
    bot_message = await talk.says("back on")
    assert "back on Saturday 7 March 2026, 08:00" in bot_message["text"]
    assert bot_message["text"].startswith("This message is automatic.")


async def test_a_customer_who_asked_for_a_person_is_told_each_evening(talk, bot):
    sara = Sara()
    await talk.arrives(sara.says("/human"), kind="change")
    line = await talk.arrives(sara.says("Is anybody there?"))
    await talk.says("back on Saturday")
    mina = await talk.desk.person()
    talk.desk.time.now = datetime(2026, 3, 7, 6, 0, tzinfo=UTC)
    await talk.answers(line.ticket_id, mina, "Here I am.")
    await talk.arrives(sara.says("Good morning"))
    talk.desk.time.now = datetime(2026, 3, 7, 22, 0, tzinfo=UTC)
    await talk.arrives(sara.says("And now?"))
    assert (await talk.says("back on Sunday 8 March"))["chat"]["id"] == 7001


async def test_no_automatic_reply_within_working_hours(talk, bot):
    talk.desk.time.now = datetime(2026, 3, 7, 6, 0, tzinfo=UTC)
    await talk.arrives(Sara().says("Where is my order?"))
    assert not [one for one in await talk.entries("message") if one.outgoing]

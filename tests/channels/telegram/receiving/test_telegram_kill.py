"""kill -9 while updates arrive and answers leave: every message on one timeline, every answer in the chat once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest
from sqlalchemy import select

from helpdesk.database.engine import open_database
from helpdesk.intake import queries as intake
from helpdesk.outbox import queries as leaving
from helpdesk.outbox.models import outbox
from helpdesk.tickets.models import attachments, entries
from tests.support.desk.killable_mail_desk import unanswered
from tests.support.servers.forked import ForkedProgram
from tests.support.telegram.bot_api_people import Sara

KILLS = 12
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kill")]


def killable_bot(folder, url, bot):
    """The desk with its bot as a child process."""
    token = {"PASOKH_TELEGRAM_SHOP_TOKEN": bot.token}
    return ForkedProgram("tests.support.telegram.bot_api_child", str(folder), url, bot.url, environment=token)


async def talk(bot, sent, stop):
    """Customers who write one message after the other, each from a chat that is not the last one."""
    people = [Sara(id=7000 + number, numbers=iter(range(10_000_000, 10_001_000))) for number in range(60)]
    number = 0
    bot.files["P"] = b"picture"
    picture = [{"file_id": "P", "file_unique_id": "uP", "width": 9, "height": 9, "file_size": 7}]
    while not stop.is_set():
        number += 1
        who, text = people[number % len(people)], f"question {number}"
        said = who.sends(photo=picture, caption=text) if number % 4 == 0 else who.says(text)
        bot.push({**said, "update_id": 50_000 + number})
        sent.append(f"question {number}")
        await asyncio.sleep(0.02)


async def quiet(database):
    async with asyncio.timeout(120):
        while True:
            new = (await database.read(intake.figures))["new"]
            open_ones = await database.read(unanswered)
            left = await database.read(leaving.figures)  # last: what was answered is in it
            if not new and not open_ones and not left["queued"] and not left["sending"]:
                return
            await asyncio.sleep(0.1)


async def test_kills_lose_nothing_and_double_nothing(database_url, tmp_path, bot):
    dice, sent, stop = random.Random(20260302), [], asyncio.Event()
    desk = killable_bot(tmp_path, database_url, bot)
    await desk.start()
    talking = asyncio.create_task(talk(bot, sent, stop))
    for _ in range(KILLS if database_url.startswith("sqlite") else KILLS // 4):
        await asyncio.sleep(dice.uniform(0.0, 0.5))  # the moment is random; nothing waits for it
        await desk.kill()
        await desk.start()
    stop.set()
    await talking
    await bot.until(lambda: len(bot.confirmed) == len(sent))
    database = await open_database(database_url)
    await quiet(database)
    await desk.kill()
    lines, rows, files = await database.read(
        lambda tx: (
            tx.execute(select(entries)).all(), tx.execute(select(outbox)).all(), tx.execute(select(attachments)).all(),
        )
    )  # fmt: skip
    await database.close()
    questions = Counter(one.text for one in lines if one.kind == "message" and one.author == "customer")
    assert questions == Counter(sent)
    pictured = {one.id for one in lines if one.kind == "message" and one.text in sent[3::4]}
    assert Counter(one.entry_id for one in files if one.hash) == Counter(pictured)
    arrived = Counter(message["text"].removeprefix("Mina\n") for message in bot.messages.values())
    assert [text for text, times in arrived.items() if times != 1] == []
    answers = {one.id: one.text for one in lines if one.kind == "message" and one.author == "agent"}
    assert len(rows) == len(answers)
    for row in rows:
        if row.state == "sent":
            assert arrived[answers[row.entry_id]] == 1, "said to be sent, and it did not arrive"
        else:
            assert row.state == "uncertain", row.state

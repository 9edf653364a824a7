"""A whole conversation through Telegram, from the first update to the survey."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from channels.telegram.channel import Channel
from helpdesk.contacts import queries as contacts
from helpdesk.database.engine import Database
from helpdesk.journey.lifecycle import status
from helpdesk.tickets.lists import ticket_search
from helpdesk.tickets.models import attachments
from tests.support.desk.desk_story import Story, story
from tests.support.telegram.bot_api import BotApi, Trouble
from tests.support.telegram.bot_api_people import Sara


@dataclass
class Chat:
    """A desk, its bot, and Telegram between them."""

    desk: Story
    bot: BotApi

    async def arrives(self, *updates: dict[str, Any]) -> int | None:
        """Something happens at Telegram; returns the ticket of the newest entry once the desk understood."""
        done = self.bot.confirmed.count
        self.bot.push(*updates)
        await self.bot.until(lambda: all(done(one["update_id"]) for one in updates))
        return await self.desk.work()

    async def leaves(self) -> None:
        """The time to undo is over; what waits is sent."""
        self.desk.time.passes(minutes=1)
        await self.desk.sends()

    async def resolve(self, number: int, person: int) -> None:
        """The agent is done; the survey leaves."""
        await self.desk.database.write(
            status.set_status, self.desk.context, ticket_id=number, status="resolved", by=person, now=self.desk.time()
        )
        await self.leaves()

    async def lines(self, number: int, *kinds: str) -> list[Any]:
        """The timeline, of some kinds."""
        return [line for line in await self.desk.timeline(number) if not kinds or line.kind in kinds]


@pytest.fixture
async def chat(database: Database, tmp_path: Path, bot: BotApi, make: Any) -> AsyncIterator[Chat]:
    desk = story(database, tmp_path)
    channel: Channel = make(now=desk.time)
    desk.app.context.channels["telegram"] = channel  # type: ignore[index]
    task = asyncio.create_task(channel.run(desk.app.desk_for("telegram")))
    yield Chat(desk, bot)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_a_message_becomes_a_ticket_and_the_answer_reaches_the_chat(chat):
    sara, mina = Sara(name="سارا"), await chat.desk.person()
    number = await chat.arrives(sara.says("سلام، سفارش ۱۲۳ نرسیده"))
    ticket = await chat.desk.ticket(number)
    assert (ticket.channel, ticket.account, ticket.address) == ("telegram", "shop", "telegram:shop:7001")
    await chat.desk.answers(number, mina, "Let me look.")
    await chat.leaves()
    assert chat.bot.messages[7001, 1001]["text"] == "Mina\nLet me look."
    assert await chat.arrives(sara.says("thank you", reply_to_message=chat.bot.messages[7001, 1001])) == number
    assert [line.thanks for line in await chat.lines(number, "message")] == [False, False, True]
    [clock] = await chat.desk.clocks(number, "first_response")
    assert (clock.state, clock.person_id) == ("stopped", mina)


async def test_a_file_is_in_the_file_store_when_the_desk_shows_it(chat):
    chat.bot.files["DOC"] = b"invoice"
    sent = {
        "file_id": "DOC",
        "file_unique_id": "u",
        "file_name": "فاکتور.pdf",
        "mime_type": "application/pdf",
        "file_size": 7,
    }
    number = await chat.arrives(Sara().sends(document=sent, caption="here"))

    def files_of(tx: Connection) -> list[Any]:
        return list(tx.execute(select(attachments).where(attachments.c.ticket_id == number)))

    [file] = await chat.desk.database.read(files_of)
    assert (file.name, file.problem) == ("فاکتور.pdf", None)
    assert chat.desk.app.files.read(file.hash) == b"invoice"


async def test_an_album_is_one_message_with_all_its_pictures(chat):
    sara = Sara()
    for name in ("P1", "P2", "P3"):
        chat.bot.files[name] = name.encode()
    parts = [
        sara.sends(
            media_group_id="88", photo=[{"file_id": name, "file_unique_id": name, "width": 9, "height": 9}], **more
        )
        for name, more in (("P1", {}), ("P2", {"caption": "The box was torn"}), ("P3", {}))
    ]
    number = await chat.arrives(*parts[:2])
    assert await chat.arrives(parts[2]) == number  # one that came late belongs to it as well
    [message] = await chat.lines(number, "message")
    assert message.text == "The box was torn"
    assert (await chat.desk.ticket(number)).snippet == "The box was torn"

    def files_of(tx: Connection) -> list[Any]:
        return list(tx.execute(select(attachments).where(attachments.c.entry_id == message.id)))

    assert [chat.desk.app.files.read(one.hash) for one in await chat.desk.database.read(files_of)] == [
        b"P1",
        b"P2",
        b"P3",
    ]
    assert await chat.arrives(sara.reacts(parts[2]["message"]["message_id"], "👍")) == number
    assert len(await chat.lines(number, "reaction")) == 1
    assert await chat.desk.database.read(ticket_search.search_tickets, question="torn box") == [number]


async def test_an_edit_keeps_what_was_written_before_and_a_reaction_is_seen(chat):
    sara = Sara()
    first = sara.message(text="It is blue")
    number = await chat.arrives(sara.update(message=first))
    await chat.arrives(sara.update(edited_message={**first, "text": "It is red", "edit_date": first["date"] + 5}))
    [message] = await chat.lines(number, "message")
    assert message.text == "It is red"
    assert [one["text"] for one in message.data["edits"]] == ["It is blue"]
    await chat.arrives(sara.reacts(first["message_id"], "❤"))
    assert [line.text for line in await chat.lines(number, "reaction")] == ["❤"]


async def test_blocked_the_answer_fails_and_the_address_is_dead_until_it_writes_again(chat):
    sara, mina = Sara(), await chat.desk.person()
    number = await chat.arrives(sara.says("hello?"))
    await chat.arrives(sara.blocks())
    chat.bot.blocked.add(7001)
    known = await chat.desk.database.read(contacts.by_address, address="telegram:shop:7001")
    assert known.unreachable_at is not None
    entry = await chat.desk.answers(number, mina)
    await chat.leaves()
    failed = next(line for line in await chat.lines(number, "message") if line.id == entry)
    assert failed.delivery == "failed"
    assert (await chat.desk.clocks(number, "first_response"))[-1].state == "running"
    chat.bot.blocked.clear()
    await chat.arrives(sara.says("I am back"))
    known = await chat.desk.database.read(contacts.by_address, address="telegram:shop:7001")
    assert known.unreachable_at is None


async def test_an_answer_that_telegram_never_confirmed_is_uncertain_and_not_repeated(chat):
    mina = await chat.desk.person()
    number = await chat.arrives(Sara().says("hello?"))
    entry = await chat.desk.answers(number, mina)
    chat.bot.troubles["sendMessage"] = [Trouble(cut=True, after=True)]
    await chat.leaves()
    await chat.leaves()
    sent = next(line for line in await chat.lines(number, "message") if line.id == entry)
    assert sent.delivery == "uncertain"
    assert len(chat.bot.messages) == 1


async def test_a_flood_is_waited_out_and_the_answer_leaves_once(chat):
    mina = await chat.desk.person()
    number = await chat.arrives(Sara().says("hello?"))
    entry = await chat.desk.answers(number, mina)
    chat.bot.troubles["sendMessage"] = [Trouble.flood(1)]
    await chat.leaves()
    await asyncio.to_thread(lambda: None)
    chat.desk.app.context.channels["telegram"]._senders["shop"]._limits._closed.clear()
    await chat.leaves()
    sent = next(line for line in await chat.lines(number, "message") if line.id == entry)
    assert sent.delivery == "sent"
    assert len(chat.bot.messages) == 1


async def test_resolved_the_customer_taps_a_sad_face_and_says_why(chat):
    sara, mina = Sara(), await chat.desk.person()
    number = await chat.arrives(sara.says("Where is it?"))
    await chat.desk.answers(number, mina)
    await chat.leaves()
    await chat.resolve(number, mina)
    question = list(chat.bot.messages.values())[-1]
    await chat.arrives(sara.taps(question, "☹️"))
    assert (await chat.desk.ticket(number)).sad_at is not None
    await chat.bot.until(
        lambda: any("force_reply" in call.get("reply_markup", {}) for call in chat.bot.of("sendMessage"))
    )
    await chat.bot.until(lambda: "why_" in str(list(chat.bot.messages.values())[-1].get("entities")))
    why = list(chat.bot.messages.values())[-1]
    await chat.arrives(sara.says("It took three weeks", reply_to_message=why))
    answers = [line for line in await chat.lines(number, "survey") if line.author == "customer"]
    assert [(line.data["score"], line.text) for line in answers] == [("sad", ""), ("sad", "It took three weeks")]
    assert (await chat.desk.ticket(number)).status == "resolved"
    chat.desk.time.passes(days=20)
    late = await chat.arrives(sara.says("And it came broken", reply_to_message=why))
    assert [line.text for line in await chat.lines(late, "message")][-1] == "And it came broken"


async def test_a_thumb_after_the_end_neither_reopens_nor_opens_anything(chat):
    sara, mina = Sara(), await chat.desk.person()
    number = await chat.arrives(sara.says("Where is it?"))
    await chat.desk.answers(number, mina)
    await chat.leaves()
    await chat.resolve(number, mina)
    await chat.desk.answers(number, mina, "One more thing: it left.")
    await chat.leaves()
    assert await chat.arrives(sara.says("👍"), sara.sticker("🎉")) == number
    assert (await chat.desk.ticket(number)).status == "resolved"


async def test_the_same_update_twice_is_one_message(chat):
    update = Sara().says("hello?")
    number = await chat.arrives(update)
    assert await chat.arrives(update) == number
    assert len(await chat.lines(number, "message")) == 1


async def test_a_topic_of_a_group_is_a_conversation_of_its_own(chat):
    group = Sara(chat={"id": -1005, "type": "supergroup", "title": "Customers", "is_forum": True})
    one = await chat.arrives(group.says("about A", message_thread_id=3, is_topic_message=True))
    two = await chat.arrives(group.says("about B", message_thread_id=4, is_topic_message=True))
    assert one != two
    assert await chat.arrives(group.says("more about A", message_thread_id=3, is_topic_message=True)) == one


async def test_an_update_of_a_kind_never_seen_is_shown(chat):
    number = await chat.arrives(Sara().sends(hologram={"depth": 3}))
    assert [line.text for line in await chat.lines(number)][:1] == ["unsupported: hologram"]

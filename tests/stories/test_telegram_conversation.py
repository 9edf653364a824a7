"""Telegram from end to end with all loops running: media both ways, edits, reactions, blocking, survey."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from helpdesk.contacts import queries as contacts
from helpdesk.journey.answering import edit_sent
from helpdesk.journey.outgoing import destinations
from helpdesk.sla.store import queries as sla
from tests.support.telegram.bot_api import BotApi, Trouble
from tests.support.telegram.bot_api_desk import BotDesk, bot_desk
from tests.support.telegram.bot_api_people import Sara


@pytest.fixture
async def bot() -> AsyncIterator[BotApi]:
    async with BotApi() as server:
        yield server


@pytest.fixture
async def talk(database, tmp_path, bot) -> AsyncIterator[BotDesk]:
    async with bot_desk(database, tmp_path, bot) as made:
        yield made


def photo(name: str) -> list[dict[str, object]]:
    return [{"file_id": name, "file_unique_id": f"u{name}", "width": 9, "height": 9, "file_size": 3}]


async def change(talk: BotDesk, verb, entry_id: int, person: int, **more) -> None:
    """The agent edits, deletes or reacts, and the channel applies it."""
    request = await talk.desk.database.write(
        verb, talk.desk.context, entry_id=entry_id, person_id=person, now=talk.desk.time(), **more
    )

    async def done() -> bool:
        return bool((await talk.line(request)).data["state"] != "queued")

    await talk.until(done)


async def test_every_kind_of_content_travels_both_ways(talk, bot):
    sara, mina = Sara(name="سارا", language="fa"), await talk.desk.person()
    bot.files |= {"P1": b"one", "P2": b"two", "V": b"OggS", "S": b"RIFF"}
    # She writes, sends two pictures, a voice message and a sticker, and edits a word.
    first = sara.message(text="سلام، کاسه‌ها شکسته رسید")
    line = await talk.arrives(sara.update(message=first))
    number = line.ticket_id
    part = sara.sends(media_group_id="9", photo=photo("P1"), caption="ببینید")
    album = await talk.arrives(part)
    bot.push(sara.sends(media_group_id="9", photo=photo("P2")))

    async def both():
        found = await talk.files(album.id)
        return found if len(found) == 2 else None

    assert [content for _, content in await talk.until(both)] == [b"one", b"two"]
    voice = {"file_id": "V", "file_unique_id": "uV", "duration": 7, "mime_type": "audio/ogg", "file_size": 4}
    spoken = await talk.arrives(sara.sends(voice=voice))
    assert [content for _, content in await talk.files(spoken.id)] == [b"OggS"]
    assert spoken.data["duration"] == 7
    sticker = await talk.arrives(sara.sticker("😢", "S"))
    assert (sticker.text, sticker.thanks) == ("😢", True)
    await talk.arrives(
        sara.update(edited_message={**first, "text": "سلام، دو کاسه شکسته رسید", "edit_date": first["date"] + 9}),
        kind="change",
    )
    edited = await talk.line(line.id)
    assert (edited.text, [one["text"] for one in edited.data["edits"]]) == (
        "سلام، دو کاسه شکسته رسید", ["سلام، کاسه‌ها شکسته رسید"],
    )  # fmt: skip
    assert {one.ticket_id for one in await talk.entries("message")} == {number}
    # The agent replies to her picture with an album of two.
    files = [await talk.upload(number, mina, f"{n}.png", "image/png", b"png%d" % n) for n in (1, 2)]
    answer = await talk.answers(number, mina, "فردا دو تای تازه می‌فرستیم.", files=files, reply_to=album.id)
    [call] = bot.of("sendMediaGroup")
    assert call["reply_parameters"]["message_id"] == part["message"]["message_id"]
    [clock] = await talk.desk.database.read(
        lambda tx: [c for c in sla.clocks_of(tx, ticket_id=number) if c.kind == "first_response"]
    )
    assert (clock.state, clock.person_id) == ("stopped", mina)
    # She replies to the second and reacts to it: both refer to the agent's reply.
    last = list(bot.messages.values())[-1]
    thanks = await talk.arrives(sara.says("ممنون!", reply_to_message=last))
    assert (thanks.ticket_id, thanks.thanks) == (number, True)
    heart = await talk.arrives(sara.reacts(last["message_id"], "❤"), kind="reaction")
    assert heart.data["of"] == answer.id
    # The agent edits the text, reacts to hers, and deletes a slip.
    await change(talk, edit_sent.edit_message, answer.id, mina, text="پس‌فردا دو تای تازه می‌فرستیم.")
    assert (await talk.says("پس‌فردا"))["caption"] == "Mina\nپس‌فردا دو تای تازه می‌فرستیم."
    await change(talk, edit_sent.react_to_message, line.id, mina, emoji="🙏")
    assert bot.reactions[7001, first["message_id"]] == ["🙏"]
    slip = await talk.answers(number, mina, "این برای کس دیگری بود.")
    await change(talk, edit_sent.delete_message, slip.id, mina)
    assert not [one for one in bot.messages.values() if "کس دیگری" in str(one.get("text"))]
    assert (await talk.line(slip.id)).data["withdrawn_at"]


async def test_the_survey_is_answered_explained_and_changed(talk, bot):
    sara, mina = Sara(), await talk.desk.person()
    number = (await talk.arrives(sara.says("Where is it?"))).ticket_id
    await talk.answers(number, mina, "It left today.")
    await talk.resolve(number, mina)

    async def asked():
        return next((one for one in bot.messages.values() if "reply_markup" in one), None)

    question = await talk.until(asked)
    tapped = await talk.arrives(sara.taps(question, "☹️"), kind="survey", author="customer")
    assert tapped.data["score"] == "sad"
    why = await talk.says("What was not good")
    reasons = await talk.arrives(sara.says("Three weeks!", reply_to_message=why), kind="survey", text="Three weeks!")
    assert reasons.ticket_id == number
    assert [one["sticker"]["file_id"] for one in bot.messages.values() if "sticker" in one]
    # The remaining button shows the faces again; the other face replaces the first.
    await talk.until(lambda: shown(question, 1))
    bot.push(sara.taps(question, ""))
    await talk.until(lambda: shown(question, 3))
    happy = await talk.arrives(sara.taps(question, "😀"), kind="survey", author="customer")
    assert happy.data["score"] == "happy"
    assert (await talk.desk.ticket(number)).status == "resolved"


async def shown(question, buttons: int) -> bool:
    """The number of buttons of a message."""
    rows = question.get("reply_markup", {}).get("inline_keyboard", [])
    return sum(len(row) for row in rows) == buttons


async def test_a_block_is_shown_and_lifted(talk, bot):
    sara, mina = Sara(), await talk.desk.person()
    number = (await talk.arrives(sara.says("hello?"))).ticket_id
    bot.blocked.add(7001)
    failed = await talk.answers(number, mina, "Hello!", state="failed")
    assert "bot was blocked by the user" in str(await reason(talk, failed.id))
    known = await talk.desk.database.read(contacts.by_address, address="telegram:shop:7001")
    assert known.unreachable_at is not None
    ticket = await talk.desk.ticket(number)
    [usual, *_] = await talk.desk.database.read(destinations.destinations_of, talk.desk.context, ticket=ticket)
    assert usual.closed == "dead"  # the composer shows it and offers other destinations
    assert "bot was blocked" in usual.reason
    clock = (await talk.desk.clocks(number, "first_response"))[-1]
    assert clock.state == "running"  # an undelivered reply does not count
    bot.blocked.clear()
    await talk.arrives(sara.says("I am back"))
    known = await talk.desk.database.read(contacts.by_address, address="telegram:shop:7001")
    assert known.unreachable_at is None
    await talk.answers(number, mina, "Hello again!")
    await talk.says("Hello again!")


async def reason(talk: BotDesk, entry_id: int) -> str:
    """The reason of a failed delivery on the timeline."""
    found = [line.data.get("reason") for line in await talk.entries("delivery") if line.data["of"] == entry_id]
    return str(found[-1])


async def test_a_migrated_group_continues_its_ticket(talk, bot):
    mina = await talk.desk.person()
    group = {"id": -4001, "type": "group", "title": "Customers"}
    supergroup = {"id": -1004001, "type": "supergroup", "title": "Customers"}
    sara = Sara(chat=group)
    number = (await talk.arrives(sara.says("Anybody there?"))).ticket_id
    bot.moved[-4001] = -1004001
    after = Sara(chat=supergroup, numbers=iter(range(1, 9)), updates=iter(range(9100, 9109)))
    await talk.arrives(sara.sends(migrate_to_chat_id=-1004001), kind="note")
    await talk.arrives(after.sends(migrate_from_chat_id=-4001), kind="note")
    came = await talk.arrives(after.says("We are still here"))
    assert came.ticket_id == number
    await talk.answers(number, mina, "So are we.")
    assert (await talk.says("So are we."))["chat"]["id"] == -1004001


async def test_a_hanging_download_delays_nobody_else(talk, bot):
    sara, omid = Sara(), Sara(id=7002, name="Omid", updates=iter(range(9500, 9600)))
    bot.files["BIG"] = b"film"
    bot.troubles["file"] = [Trouble(hang=True)]
    film = {"file_id": "BIG", "file_unique_id": "uB", "duration": 1, "width": 1, "height": 1}
    bot.push(sara.sends(video=film, caption="look"), sara.says("did you look?"))
    quick = await talk.arrives(omid.says("a quick question"))
    assert [line.text for line in await talk.entries("message")] == ["a quick question"]
    assert quick.ticket_id


async def test_two_bots_are_two_destinations_with_their_own_teams(database, tmp_path, bot):
    from helpdesk.agents import queries as agents
    from helpdesk.agents.actions import new_team

    async with BotApi(token="900:OOOOOOOOOOOOOOOO", username="orders_bot") as other:
        bots = [{"name": "shop"}, {"name": "orders", "api": other.url, "token": other.token, "team": "Orders"}]
        async with bot_desk(database, tmp_path, bot, bots=bots, more=[other]) as talk:
            team = await database.write(new_team, name="Orders", now=talk.desk.time(), by=None)
            mina = await talk.desk.person()
            sara = Sara()
            one = await talk.arrives(sara.says("to the shop"))
            other.push(Sara(updates=iter([1])).says("to the orders"))

            async def came():
                return next((line for line in await talk.entries("message") if line.text == "to the orders"), None)

            two = await talk.until(came)
            assert one.ticket_id != two.ticket_id
            tickets = [await talk.desk.ticket(line.ticket_id) for line in (one, two)]
            assert [ticket.address for ticket in tickets] == ["telegram:shop:7001", "telegram:orders:7001"]
            assert [ticket.team_id for ticket in tickets] == [None, team]
            assert await database.read(agents.team_named, name="Orders") == team
            await talk.answers(two.ticket_id, mina, "From the orders.")
            assert [message["text"] for message in other.messages.values()] == ["Mina\nFrom the orders."]
            assert not bot.messages

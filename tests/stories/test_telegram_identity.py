"""Identity across channels: a link leads from web chat to the bot, a shared number to the telephone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from helpdesk.contacts import actions as contact_actions
from helpdesk.contacts import queries as contacts
from tests.support.telegram.bot_api import BotApi
from tests.support.telegram.bot_api_desk import BotDesk, bot_desk
from tests.support.telegram.bot_api_people import Sara
from tests.support.webchat.chat_client import open_chat, settings

NUMBER = "+989120000001"


@pytest.fixture
async def bot() -> AsyncIterator[BotApi]:
    async with BotApi() as server:
        yield server


@pytest.fixture
async def talk(database, tmp_path, bot) -> AsyncIterator[BotDesk]:
    async with bot_desk(database, tmp_path, bot) as made:
        yield made


async def who_has(talk: BotDesk, address: str) -> int:
    """The contact an address belongs to."""
    row = await talk.desk.database.read(contacts.by_address, address=address)
    assert row is not None, address
    return int(row.merged_into_id or row.contact_id)


async def test_a_link_continues_a_web_chat_in_the_bot(talk, bot, tmp_path):
    mina = await talk.desk.person()
    await bot.until(lambda: bot.of("getUpdates"))
    async with open_chat(talk.desk, settings(tmp_path)) as chat:
        visitor = chat.client()
        await visitor.connect()
        await visitor.says("I wait for two bowls")

        async def came():
            return next(iter(await talk.entries("message")), None)

        line = await talk.until(came)
        door = talk.desk.app.desk_for("webchat")
        [way] = await door.ask("link", address=line.address)
        head, _, token = way["url"].partition("?start=")
        assert (head, way["channel"]) == ("https://t.me/pasokh_test_bot", "telegram")
        await visitor.leave()
    sara = Sara()
    note = await talk.arrives(sara.says(f"/start {token}"), kind="note")
    assert note.ticket_id == line.ticket_id
    assert await who_has(talk, "telegram:shop:7001") == await who_has(talk, line.address)
    entry = await talk.arrives(sara.says("I am here now"))
    assert entry.ticket_id == line.ticket_id
    await talk.answers(entry.ticket_id, mina, "They left today.")
    assert (await talk.says("They left today."))["chat"]["id"] == 7001
    # The link works once: a second visitor is another customer.
    eve = Sara(id=7009, name="Eve", updates=iter(range(9900, 9999)))
    other = await talk.arrives(eve.says(f"/start {token}"), kind="note")
    assert other.ticket_id != line.ticket_id
    assert await who_has(talk, "telegram:shop:7009") != await who_has(talk, line.address)


async def test_sharing_the_own_number_joins_customers(talk, bot):
    known = await talk.desk.database.write(
        contact_actions.find_or_create,
        address=f"phone:{NUMBER}",
        name="",
        verified=True,
        language=None,
        now=talk.desk.time(),
    )
    eve = Sara(id=7009, name="Eve", updates=iter(range(9900, 9999)))
    contact = {"phone_number": NUMBER.lstrip("+"), "first_name": "Sara"}
    await talk.arrives(eve.sends(contact={**contact, "user_id": 7001}))
    assert await who_has(talk, "telegram:shop:7009") != known.contact_id
    sara = Sara()
    await talk.arrives(sara.sends(contact={**contact, "user_id": 7001}))
    assert await who_has(talk, "telegram:shop:7001") == await who_has(talk, f"phone:{NUMBER}")
    assert await who_has(talk, "telegram:shop:7009") != await who_has(talk, "telegram:shop:7001")
    assert "number was saved" in (await talk.says("number was saved"))["text"]


async def test_the_status_command_shows_own_tickets_only(talk, bot):
    sara, omid = Sara(), Sara(id=7002, name="Omid", updates=iter(range(9500, 9600)))
    mina = await talk.desk.person()
    number = (await talk.arrives(sara.says("Where are my two bowls?"))).ticket_id
    await talk.answers(number, mina, "On their way.")
    await talk.arrives(sara.says("/status"), kind="note")
    answer = await talk.says("Your requests")
    assert f"• No. {number}: Where are my two bowls? — " in answer["text"]
    assert answer["text"].endswith("Automatic message")
    bot.push(omid.says("/status"))
    assert (await talk.says("no request of yours"))["chat"]["id"] == 7002


async def test_the_human_and_end_commands_work(talk, bot):
    sara = Sara()
    number = (await talk.arrives(sara.says("Where is it?"))).ticket_id
    wish = await talk.arrives(sara.says("/human"), kind="change")
    assert (wish.data["change"], wish.data["wish"]) == ("wish", "person")
    assert (await talk.desk.ticket(number)).person_wanted_at is not None
    assert "A person" in (await talk.says("A person"))["text"]
    await talk.arrives(sara.says("/end"), kind="change")

    async def resolved():
        return (await talk.desk.ticket(number)).status == "resolved"

    await talk.until(resolved)

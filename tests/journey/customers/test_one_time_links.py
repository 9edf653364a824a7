"""A one-time link leads a customer to another channel, and the talk goes on there."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from helpdesk.contacts.one_time_links import LASTS, MOST_WAITING
from helpdesk.journey.customers import links
from helpdesk.journey.lifecycle import clocks
from tests.journey.lifecycle.test_clocks_equal_replay import shape
from tests.support.desk.multi_channel_desk import address, arrives, ask, changes, open_channels, who_has


@pytest.fixture
def desk(desk):
    return open_channels(desk)


def token_of(url):
    return parse_qs(urlsplit(url).query)["start"][0]


async def link(desk, where="site:v1"):
    (found,) = await ask(desk, where.partition(":")[0], "link", address=where)
    return token_of(found["url"])


async def start(desk, token, who="u1", **more):
    return await arrives(
        desk, "gram", "/start", who, kind="note", command="start", details={"start": token}, link=token, **more
    )


async def test_one_link_for_every_other_channel_that_takes_one(desk):
    await arrives(desk, "site", "Hello", "v1")
    (found,) = await ask(desk, "site", "link", address="site:v1")
    assert {name: found[name] for name in ("channel", "account", "label")} == {
        "channel": "gram", "account": "main", "label": {"fa": "حافظه", "en": "Memory"},
    }  # fmt: skip
    assert found["expires_at"] == desk.time() + LASTS
    token = token_of(found["url"])
    assert re.fullmatch(r"[A-Za-z0-9_-]{22,64}", token)
    kept = await desk.database.read(lambda tx: str(tx.execute(text("SELECT * FROM links")).all()))
    assert token not in kept
    assert await ask(desk, "site", "link", address="site:unknown") == []


async def test_the_talk_goes_on_where_the_link_led_and_the_answer_goes_there(desk):
    mina = await desk.person()
    chat = await arrives(desk, "site", "Hello", "v1")
    began = (await desk.clocks(chat))[0].started_at
    desk.time.passes(minutes=2)
    assert await start(desk, await link(desk)) == chat
    assert await who_has(desk, "gram:u1") == await who_has(desk, "site:v1")
    assert (await address(desk, "gram:u1")).verified
    assert "link_followed" in await changes(desk, chat)
    assert (await desk.ticket(chat)).channel == "site"  # nothing was said there yet
    assert await arrives(desk, "gram", "I am here now", "u1") == chat
    await desk.answers(chat, mina, "Good")
    desk.time.passes(seconds=20)
    await desk.sends()
    assert desk.context.channels["gram"].sent[-1].conversation == "u1"
    assert (await desk.clocks(chat, "first_response"))[0].started_at == began
    assert await arrives(desk, "site", "and back again", "v1") == chat
    assert (await desk.ticket(chat)).conversation == "v1"
    before = shape(await desk.clocks(chat))
    await desk.database.write(clocks.recompute_clocks, desk.context, ticket_id=chat, now=desk.time())
    assert shape(await desk.clocks(chat)) == before


async def test_each_chat_shows_its_own_lines_after_the_move(desk):
    chat = await arrives(desk, "site", "from the site", "v1")
    await start(desk, await link(desk))
    assert await arrives(desk, "gram", "from the messenger", "u1") == chat
    said = {
        name: [one["text"] for one in await ask(desk, name, "transcript", conversation=key) if one["kind"] == "message"]
        for name, key in (("site", "v1"), ("gram", "u1"))
    }
    assert said == {"site": ["from the site"], "gram": ["from the messenger"]}


@pytest.mark.parametrize("how", ["used", "late", "forged", "odd"])
async def test_a_link_that_does_not_count_is_as_if_it_were_not_there(desk, how):
    chat = await arrives(desk, "site", "Hello", "v1")
    token = await link(desk)
    if how == "used":
        await start(desk, token, "u9")
    if how == "late":
        desk.time.passes(minutes=15)
    token = {"forged": "A" * 32, "odd": "../../'; --"}.get(how, token)
    number = await start(desk, token, "u1")
    assert number != chat
    assert await who_has(desk, "gram:u1") != await who_has(desk, "site:v1")
    assert not (await desk.ticket(number)).active
    assert [one.text for one in await desk.timeline(number)] == ["/start"]


async def test_a_link_sent_to_somebody_else_does_not_give_their_history_away(desk):
    """Who opens a stranger's link goes on with the stranger's talk; what they wrote before stays theirs."""
    private = await arrives(desk, "gram", "something private", "u1")
    await desk.database.write(lambda tx: tx.execute(text("UPDATE tickets SET active = :no"), {"no": False}))
    bait = await arrives(desk, "site", "click this", "v1")
    await start(desk, await link(desk))
    assert await who_has(desk, "gram:u1") != await who_has(desk, "site:v1")
    assert [one["number"] for one in await ask(desk, "site", "tickets", address="site:v1")] == [bait]
    assert "join_offered" in await changes(desk, bait)
    assert await arrives(desk, "gram", "what is this?", "u1") == bait
    assert not (await desk.timeline(bait))[-1].stranger
    assert private != bait


async def test_a_link_an_agent_made_joins_also_a_customer_with_a_past(desk):
    mina = await desk.person()
    mail = await arrives(desk, "email", "Hello", "sara@nilgun.example")
    await arrives(desk, "gram", "Hello too", "u1")
    (made,) = await desk.database.write(
        links.create_links,
        desk.context,
        address="email:sara@nilgun.example",
        now=desk.time(),
        person_id=mina,
        ticket_id=mail,
    )
    await start(desk, token_of(made["url"]))
    assert await who_has(desk, "gram:u1") == await who_has(desk, "email:sara@nilgun.example")
    assert "joined" in await changes(desk, mail)


async def test_whoever_comes_without_a_matter_is_known_all_the_same(desk):
    chat = await arrives(desk, "site", "Hello", "v1")
    token = await link(desk)
    await desk.database.write(
        lambda tx: tx.execute(text("UPDATE tickets SET active = :no, status = 'closed'"), {"no": False})
    )
    number = await start(desk, token)
    assert await who_has(desk, "gram:u1") == await who_has(desk, "site:v1")
    assert number != chat
    assert await arrives(desk, "gram", "a new matter", "u1") == number
    assert (await desk.ticket(number)).active


async def test_links_are_not_made_without_end(desk):
    await arrives(desk, "site", "Hello", "v1")
    made = [await ask(desk, "site", "link", address="site:v1") for _ in range(MOST_WAITING + 2)]
    assert [len(one) for one in made[-3:]] == [1, 0, 0]
    desk.time.passes(minutes=16)
    assert len(await ask(desk, "site", "link", address="site:v1")) == 1


async def test_the_same_link_in_two_chats_counts_in_the_first(desk):
    await arrives(desk, "site", "Hello", "v1")
    token = await link(desk)
    await start(desk, token, "u1")
    await start(desk, token, "u2")
    assert await who_has(desk, "gram:u1") == await who_has(desk, "site:v1") != await who_has(desk, "gram:u2")

"""A person says that two customers are one: everything follows, and it can be undone."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import text

from helpdesk.contacts import queries as contacts
from helpdesk.errors import Conflict, DeskError, NotFound
from helpdesk.journey.customers import join
from helpdesk.journey.lifecycle import clocks
from helpdesk.surveys import queries as surveys
from helpdesk.tickets import queries
from helpdesk.tickets.lists import contact_tickets
from tests.journey.lifecycle.test_clocks_equal_replay import play, shape
from tests.support.desk.multi_channel_desk import arrives, ask, changes, open_channels, who_has


@pytest.fixture
def desk(desk):
    return open_channels(desk)


async def joined(desk, one, other):
    return await desk.database.write(
        join.join_customers,
        first_id=await who_has(desk, one),
        second_id=await who_has(desk, other),
        person_id=1,
        now=desk.time(),
    )


async def parted(desk, whose):
    (newest, *_) = await desk.database.read(contacts.joins_of, contact_id=await who_has(desk, whose))
    return await desk.database.write(join.part_customers, join_id=newest.id, person_id=1, now=desk.time())


async def everything(desk):
    """Who has which ticket, address, survey and place as a guest."""
    statements = (
        "SELECT id, contact_id FROM tickets ORDER BY id",
        "SELECT address, contact_id FROM addresses ORDER BY id",
        "SELECT id, contact_id FROM surveys ORDER BY id",
        "SELECT ticket_id, contact_id, welcome FROM participants ORDER BY 1, 2",
        "SELECT id, name, mark, blocked_at, merged_into_id, notes FROM contacts ORDER BY id",
    )
    return await desk.database.read(lambda tx: [list(map(tuple, tx.execute(text(one)))) for one in statements])


@pytest.fixture
async def two(desk):
    """Sara by mail, with a survey; the same Sara in a chat; and a matter of Omid in which the chat is a guest."""
    mina = await desk.person()
    mail = await arrives(desk, "email", "My order", "sara@nilgun.example", name="Sara")
    await desk.answers(mail, mina, then="resolved")
    chat = await arrives(desk, "site", "Hello", "v1")
    omid = await desk.writes("A matter of Omid", sender="omid@nilgun.example")
    await desk.database.write(
        lambda tx: tx.execute(
            text("INSERT INTO participants (ticket_id, contact_id, welcome, address) VALUES (:t, :c, :w, 'site:v1')"),
            {"t": omid, "c": 2, "w": True},
        )
    )
    return mail, chat, omid


async def test_addresses_tickets_surveys_and_places_follow(desk, two):
    mail, chat, omid = two
    kept = await joined(desk, "site:v1", "email:sara@nilgun.example")
    assert kept == await who_has(desk, "email:sara@nilgun.example") == await who_has(desk, "site:v1")
    assert {one.id for one in await desk.database.read(contact_tickets.tickets_of, contact_id=kept)} == {mail, chat}
    assert [one.address for one in await desk.database.read(contacts.addresses_of, contact_id=kept)] == [
        "email:sara@nilgun.example", "site:v1",
    ]  # fmt: skip
    assert (await desk.ticket(chat)).contact_name == "Sara"
    assert [one.contact_id for one in await desk.database.read(queries.participants_of, ticket_id=omid)] == [kept]
    assert {one["number"] for one in await ask(desk, "site", "tickets", address="site:v1")} == {mail, chat}
    assert await changes(desk, chat) == ["joined"]
    (line,) = [one.data for one in await desk.timeline(chat) if one.kind == "change"]
    assert line["names"] == ["Sara", "v1"]
    logged = await desk.database.read(lambda tx: tx.execute(text("SELECT action, person_id FROM audit_log")).all())
    assert ("contacts.joined", 1) in [tuple(one) for one in logged]


async def test_a_survey_is_felt_by_the_one_customer_they_are(desk, two):
    mail, *_ = two
    (asked,) = await desk.database.read(surveys.of_ticket, ticket_id=mail)
    await desk.database.write(lambda tx: tx.execute(text("UPDATE surveys SET score = 'sad'")))
    kept = await joined(desk, "site:v1", "email:sara@nilgun.example")
    assert [one.id for one in await desk.database.read(surveys.of_contact, contact_id=kept)] == [asked.id]


async def test_undo_gives_everything_back(desk, two):
    before = await everything(desk)
    clocks = [shape(await desk.clocks(one)) for one in two]
    await joined(desk, "site:v1", "email:sara@nilgun.example")
    assert await everything(desk) != before
    await parted(desk, "site:v1")
    assert await everything(desk) == before
    assert [shape(await desk.clocks(one)) for one in two] == clocks
    assert await changes(desk, two[1]) == ["joined", "parted"]


async def test_what_came_since_goes_with_the_address_it_came_from(desk, two):
    await joined(desk, "site:v1", "email:sara@nilgun.example")
    by_mail = await arrives(desk, "email", "A second order", "sara@nilgun.example", subject="Second")
    await desk.database.write(
        lambda tx: tx.execute(text("UPDATE tickets SET conversation = 'old' WHERE conversation = 'v1'"))
    )
    by_chat = await arrives(desk, "site", "A second chat", "v1")
    kept, gone = await parted(desk, "site:v1")
    assert (await desk.ticket(by_mail)).contact_id == kept
    assert (await desk.ticket(by_chat)).contact_id == gone


async def test_a_chain_of_joins_is_one_customer_and_comes_apart_in_any_order(desk, two):
    await arrives(desk, "gram", "Me again", "u1")
    before = await everything(desk)
    await joined(desk, "site:v1", "gram:u1")
    await joined(desk, "site:v1", "email:sara@nilgun.example")
    assert len({await who_has(desk, one) for one in ("site:v1", "gram:u1", "email:sara@nilgun.example")}) == 1
    known = await desk.database.read(contacts.joins_of, contact_id=await who_has(desk, "gram:u1"))
    assert len(known) == 2
    for one in sorted(known, key=lambda row: row.id):  # the first first
        await desk.database.write(join.part_customers, join_id=one.id, person_id=1, now=desk.time())
    assert await everything(desk) == before


async def test_one_is_not_joined_with_oneself_nor_twice_nor_with_nobody(desk, two):
    sara, visitor = await who_has(desk, "email:sara@nilgun.example"), await who_has(desk, "site:v1")
    await joined(desk, "site:v1", "email:sara@nilgun.example")
    for one, other, error in ((sara, sara, Conflict), (sara, visitor, Conflict), (sara, 9999, NotFound)):
        with pytest.raises(error):
            await desk.database.write(join.join_customers, first_id=one, second_id=other, person_id=1, now=desk.time())
    await parted(desk, "site:v1")
    with pytest.raises(Conflict):
        await desk.database.write(join.part_customers, join_id=1, person_id=1, now=desk.time())


async def test_who_is_blocked_stays_blocked_and_is_free_again_after_the_undo(desk, two):
    await desk.database.write(lambda tx: tx.execute(text("UPDATE contacts SET blocked_at = created_at WHERE id = 2")))
    before = await everything(desk)
    await joined(desk, "site:v1", "email:sara@nilgun.example")
    spam = await arrives(desk, "email", "hello", "sara@nilgun.example", subject="new")
    assert (await desk.ticket(spam)).spam_at is not None
    await desk.database.write(lambda tx: tx.execute(text("DELETE FROM clocks WHERE ticket_id = :n"), {"n": spam}))
    await parted(desk, "site:v1")
    assert (await everything(desk))[4] == before[4]


async def test_offers_are_settled_by_joining_and_by_refusing(desk, two):
    from helpdesk.contacts import actions

    await arrives(desk, "site", "I am Sara", "v1", also=[("email:sara@nilgun.example", False)])
    sara = await who_has(desk, "email:sara@nilgun.example")
    ((offer, other, first),) = await desk.database.read(contacts.offers_for, contact_id=sara)
    assert (other.id, first) == (await who_has(desk, "site:v1"), "site:v1")
    await joined(desk, "site:v1", "email:sara@nilgun.example")
    assert await desk.database.read(contacts.offers_for, contact_id=sara) == []
    await parted(desk, "site:v1")
    assert len(await desk.database.read(contacts.offers_for, contact_id=sara)) == 1
    await desk.database.write(actions.refuse_join, offer_id=offer.id, person_id=1, now=desk.time())
    assert await desk.database.read(contacts.offers_for, contact_id=sara) == []
    await arrives(desk, "site", "I am Sara!!", "v1", also=[("email:sara@nilgun.example", False)])
    assert await desk.database.read(contacts.offers_for, contact_id=sara) == []


@pytest.mark.parametrize("seed", range(4))
async def test_clocks_equal_their_replay_through_joins_and_their_undoing(desk, seed):
    dice = random.Random(seed)
    mina = await desk.person()
    number = await desk.writes(id="first")
    await arrives(desk, "site", "Hello", "v1")
    one = False
    for step in range(12):
        await play(desk, dice, number, mina)
        if step % 4 == 2:
            try:
                await (parted(desk, "site:v1") if one else joined(desk, "site:v1", "memory:sara@customers.example"))
                one = not one
            except DeskError:
                pass
        before = shape(await desk.clocks(number))
        await desk.database.write(clocks.recompute_clocks, desk.context, ticket_id=number, now=desk.time())
        assert shape(await desk.clocks(number)) == before

"""A further address is taken for what it proves, and never gives anybody another customer's history."""

from __future__ import annotations

import pytest

from helpdesk.contacts import actions as contact_actions
from helpdesk.contacts import queries as contacts
from helpdesk.journey.lifecycle import clocks
from tests.journey.lifecycle.test_clocks_equal_replay import shape
from tests.support.desk.multi_channel_desk import address, arrives, ask, changes, open_channels, who_has


@pytest.fixture
def desk(desk):
    return open_channels(desk)


async def offers(desk, value):
    """(reason, address) of what is offered for the customer of an address."""
    found = await desk.database.read(contacts.offers_for, contact_id=await who_has(desk, value))
    return [(offer.why, offer.address) for offer, *_ in found]


async def test_a_number_the_messenger_vouches_for_is_the_customers(desk):
    number = await arrives(desk, "gram", "Hello", "u1", also=[("phone:+989120001234", True)])
    assert await who_has(desk, "phone:+989120001234") == await who_has(desk, "gram:u1")
    assert (await address(desk, "phone:+989120001234")).verified
    told = [one.data for one in await desk.timeline(number) if one.kind == "change"]
    assert told == [{"change": "learned", "address": "phone:+989120001234", "by": "gram", "verified": True}]
    await arrives(desk, "gram", "Again", "u1", also=[("phone:+989120001234", True)])
    assert await changes(desk, number) == ["learned"]  # once


async def test_proof_on_both_sides_makes_one_customer_of_two_whose_tickets_stay_two(desk):
    mail = await arrives(desk, "email", "My order", "sara@nilgun.example")
    chat = await arrives(desk, "site", "Hello", "v1", also=[("email:sara@nilgun.example", True)])
    assert mail != chat
    assert await who_has(desk, "site:v1") == await who_has(desk, "email:sara@nilgun.example")
    assert (await desk.ticket(chat)).contact_id == (await desk.ticket(mail)).contact_id
    assert (await desk.ticket(chat)).merged_into_id is None
    assert await changes(desk, mail) == ["joined"]
    assert await changes(desk, chat) == ["learned"]
    assert {one["number"] for one in await ask(desk, "site", "tickets", address="site:v1")} == {mail, chat}


async def test_what_a_visitor_merely_says_opens_nothing(desk):
    secret = await arrives(desk, "email", "My account", "sara@nilgun.example", subject="Private")
    chat = await arrives(desk, "site", "I am Sara!", "v1", also=[("email:sara@nilgun.example", False)])
    assert await who_has(desk, "site:v1") != await who_has(desk, "email:sara@nilgun.example")
    assert [one["number"] for one in await ask(desk, "site", "tickets", address="site:v1")] == [chat]
    assert await changes(desk, chat) == ["join_offered"]
    for side in ("site:v1", "email:sara@nilgun.example"):
        assert await offers(desk, side) == [("claimed", "email:sara@nilgun.example")]
    assert await arrives(desk, "site", "More", "v1", numbers=[secret]) == chat


async def test_who_claims_an_address_first_does_not_get_its_owners_mail_later(desk):
    chat = await arrives(desk, "site", "I am Sara", "v1", also=[("email:sara@nilgun.example", False)])
    assert (await address(desk, "email:sara@nilgun.example")).claimed_at is not None
    assert await ask(desk, "email", "tickets", address="email:sara@nilgun.example") == []
    assert await ask(desk, "email", "link", address="email:sara@nilgun.example") == []
    private = await arrives(desk, "email", "Something private", "sara@nilgun.example")
    assert private != chat
    assert await who_has(desk, "email:sara@nilgun.example") != await who_has(desk, "site:v1")
    assert [one["number"] for one in await ask(desk, "site", "tickets", address="site:v1")] == [chat]
    assert await offers(desk, "site:v1") == [("wrote", "email:sara@nilgun.example")]


async def test_a_copy_to_a_claimed_address_makes_no_guest_of_who_claimed_it(desk):
    await arrives(desk, "site", "I am Sara", "v1", also=[("memory:sara@nilgun.example", False)])
    matter = await desk.writes("About Sara", sender="omid@nilgun.example", copies=["sara@nilgun.example"])
    assert await arrives(desk, "site", "show me", "v1", numbers=[matter]) != matter
    assert await who_has(desk, "memory:sara@nilgun.example") != await who_has(desk, "site:v1")


async def test_proof_takes_an_address_from_who_merely_claimed_it(desk):
    await arrives(desk, "site", "call me", "v1", also=[("phone:+989120001234", False)])
    await arrives(desk, "gram", "mine", "u1", also=[("phone:+989120001234", True)])
    assert (
        await who_has(desk, "phone:+989120001234") == await who_has(desk, "gram:u1") != await who_has(desk, "site:v1")
    )
    assert await offers(desk, "gram:u1") == [("proven", "phone:+989120001234")]


async def test_a_number_that_changed_hands_is_only_offered(desk):
    """The new holder proves the number; the old one is known in the same messenger as somebody else."""
    old = await arrives(desk, "gram", "hello", "u1", also=[("phone:+989120001234", True)])
    new = await arrives(desk, "gram", "hello", "u2", also=[("phone:+989120001234", True)])
    assert await who_has(desk, "gram:u1") != await who_has(desk, "gram:u2")
    assert [one["number"] for one in await ask(desk, "gram", "tickets", address="gram:u2")] == [new] != [old]
    assert await offers(desk, "gram:u2") == [("proven", "phone:+989120001234")]


async def test_a_blocked_customer_is_not_joined_by_himself(desk):
    from sqlalchemy import text

    await arrives(desk, "email", "spam", "bad@nilgun.example")
    await desk.database.write(lambda tx: tx.execute(text("UPDATE contacts SET blocked_at = created_at")))
    await arrives(desk, "gram", "me again", "u1", also=[("email:bad@nilgun.example", True)])
    assert await who_has(desk, "gram:u1") != await who_has(desk, "email:bad@nilgun.example")


async def test_a_claim_proven_by_its_own_customer_is_verified_in_place(desk):
    await arrives(desk, "site", "hello", "v1", also=[("email:sara@nilgun.example", False)])
    await arrives(desk, "site", "signed in", "v1", also=[("email:sara@nilgun.example", True)])
    known = await address(desk, "email:sara@nilgun.example")
    assert known.verified
    assert known.claimed_at is None
    assert await who_has(desk, "email:sara@nilgun.example") == await who_has(desk, "site:v1")


async def test_nobody_claims_without_end_and_nobody_claims_the_desk(desk):
    claimed = [(f"email:a{one}@nilgun.example", False) for one in range(20)]
    await arrives(desk, "site", "hello", "v1", also=[("memory:desk@desk.example", True), *claimed])
    whose = await desk.database.read(contacts.addresses_of, contact_id=await who_has(desk, "site:v1"))
    assert len(whose) == 6
    assert await who_has(desk, "memory:desk@desk.example") is None


async def test_whoever_answers_a_mail_to_the_address_they_had_named_is_no_stranger(desk):
    mina = await desk.person()
    chat = await arrives(desk, "site", "write to me", "v1", also=[("email:sara@nilgun.example", False)])
    await desk.answers(chat, mina, "We will", via="email:sara@nilgun.example")
    desk.time.passes(seconds=20)
    await desk.sends()
    token = desk.context.channels["email"].sent[-1].token
    assert await arrives(desk, "email", "Thanks a lot, and now?", "sara@nilgun.example", reply_tokens=[token]) == chat
    last = (await desk.timeline(chat))[-1]
    assert not last.stranger
    ticket = await desk.ticket(chat)
    assert (ticket.channel, ticket.address) == ("email", "email:sara@nilgun.example")
    assert await arrives(desk, "site", "I am back in the chat", "v1") == chat
    assert (await desk.ticket(chat)).channel == "site"


async def test_no_clock_is_touched_by_what_is_learned(desk):
    mail = await arrives(desk, "email", "My order", "sara@nilgun.example")
    desk.time.passes(minutes=3)
    chat = await arrives(desk, "site", "Hello", "v1", also=[("email:sara@nilgun.example", True)])
    await arrives(desk, "site", "Hello", "v1", also=[("email:other@nilgun.example", False)])
    for number in (mail, chat):
        before = shape(await desk.clocks(number))
        await desk.database.write(clocks.recompute_clocks, desk.context, ticket_id=number, now=desk.time())
        assert shape(await desk.clocks(number)) == before
        assert [one[1] for one in before] == ["first_response", "resolution"]


async def test_an_address_that_is_dead_is_dead_also_when_somebody_copies_it(desk):
    await desk.writes("Hello", sender="omid@nilgun.example")
    key = "memory:omid@nilgun.example"
    await desk.database.write(contact_actions.mark_unreachable, address=key, reason="no such user", now=desk.time())
    await desk.writes("Omid reads along", copies=["omid@nilgun.example"])
    assert (await address(desk, key)).unreachable_at is not None
    await desk.writes("I am back", sender="omid@nilgun.example")
    assert (await address(desk, key)).unreachable_at is None


@pytest.mark.parametrize(
    ("name", "kept"),
    [("Sara\u202emoc.live", "Saramoc.live"), ("Sara\r\nBcc: all", "Sara Bcc: all"), ("مینا\u200cجان", "مینا\u200cجان"),
     ("  Sara\tA ", "Sara A"), ("\x1b[31mSara", "[31mSara"), ("Sara", "Sara")],
)  # fmt: skip
async def test_a_name_stays_on_its_line_and_turns_nothing_around(desk, name, kept):
    number = await arrives(desk, "site", "Hello", "v1", name=name)
    assert (await desk.ticket(number)).contact_name == kept

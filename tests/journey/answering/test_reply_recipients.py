"""The answer goes to the customer whose matter it is, whoever else wrote; and a chat stays in the ticket that is open."""

from __future__ import annotations

import pytest

from helpdesk.errors import NotFound
from helpdesk.journey.lifecycle import status, survey
from helpdesk.journey.outgoing import destinations
from helpdesk.surveys import queries as surveys
from helpdesk.tickets.lists import ticket_search
from tests.support.mail.mail_desk import answer, mail, mail_story


async def left(desk):
    """Let the answer leave."""
    desk.time.passes(seconds=20)
    await desk.sends()
    return desk.channel.sent[-1]


async def to(desk, ticket_id, mina, wanted):
    await desk.database.write(
        status.set_status, desk.context, ticket_id=ticket_id, status=wanted, by=mina, now=desk.time()
    )  # fmt: skip


async def test_when_somebody_in_copy_writes_the_customer_still_gets_the_answer(desk):
    mina = await desk.person()
    ticket_id = await desk.writes(sender="sara@customers.example", copies=["boss@customers.example"])
    assert await desk.writes("One more thing", sender="boss@customers.example", remote_ids=["in-1"]) == ticket_id
    await desk.answers(ticket_id, mina)
    answer = await left(desk)
    assert answer.to.address == "memory:sara@customers.example"
    assert [one.address for one in answer.copies] == ["memory:boss@customers.example"]


async def test_what_a_stranger_wrote_is_not_quoted_to_the_customer(desk):
    mina, ticket_id = await desk.person(), await desk.writes(sender="sara@customers.example")
    assert await desk.writes("Pay me instead", sender="eve@elsewhere.example", remote_ids=["in-1"]) == ticket_id
    await desk.answers(ticket_id, mina, quote=True)
    answer = await left(desk)
    assert answer.to.address == "memory:sara@customers.example"
    assert "Pay me" not in str(answer.details)


async def test_a_chat_goes_on_in_its_open_ticket_although_a_later_one_has_ended(desk):
    desk.channel.chat = True
    mina, first = await desk.person(), await desk.writes("one")
    await to(desk, first, mina, "resolved")
    desk.time.passes(days=8)
    second = await desk.writes("two")
    assert second != first
    await to(desk, second, mina, "resolved")
    await to(desk, first, mina, "open")
    assert await desk.writes("three") == first


async def test_a_mere_thank_you_as_the_first_word_starts_no_clock(desk):
    mina, ticket_id = await desk.person(), await desk.writes("👍", thanks=True)
    assert not await desk.clocks(ticket_id)
    await desk.answers(ticket_id, mina)
    assert not await desk.clocks(ticket_id)
    await desk.writes("And where is my order?", remote_ids=["in-1"])
    (clock,) = await desk.clocks(ticket_id, "first_response")
    assert (clock.cycle, clock.state) == (1, "running")


@pytest.mark.parametrize("question", ["፩", "²", "𝟘", "_", '"', "a:*", "& | !", "\\", "NEAR(a b)", "a\0b", "#12", "۱"])
async def test_any_question_can_be_searched(desk, question):
    await desk.writes("hello")
    await desk.database.read(ticket_search.search_tickets, question=question)


async def test_a_call_back_is_closed_on_its_own_ticket_only(desk):
    mina, found = await desk.person(), []
    for sender in ("a@customers.example", "b@customers.example"):
        ticket_id = await desk.writes(sender=sender)
        await desk.answers(ticket_id, mina)
        await left(desk)
        await to(desk, ticket_id, mina, "resolved")
        desk.time.passes(minutes=20)
        token = (await left(desk)).survey
        await desk.database.write(survey.record_answer, desk.context, token=token, score="sad", now=desk.time())
        (task,) = await desk.database.read(surveys.follow_ups_of, ticket_id=ticket_id)
        found.append((ticket_id, task.id))
    (first, _), (_, other) = found
    with pytest.raises(NotFound):
        await desk.database.write(
            survey.complete_follow_up,
            ticket_id=first,
            follow_up_id=other,
            outcome="done",
            person_id=mina,
            now=desk.time(),
        )
    assert (await desk.ticket(first)).sad_at is not None


# --- Reply-To -------------------------------------------------------------------------------------


@pytest.fixture
def post(database, tmp_path):
    return mail_story(database, tmp_path)


async def test_a_reply_to_address_can_be_chosen_and_is_not_taken_by_itself(post):
    mina = await post.person()
    wish = {"Reply-To": "Sara <sara@private.example>, support@desk.example"}
    number = await post.gets(mail(headers=wish))
    ticket = await post.ticket(number)
    ways = await post.database.read(destinations.destinations_of, post.context, ticket=ticket)
    assert [(way.address, way.usual, way.verified) for way in ways] == [
        ("email:sara@customers.example", True, True), ("email:sara@private.example", False, False),
    ]  # fmt: skip
    await post.answers(number, mina, "By the usual way.")
    (sent,) = await post.posts()
    assert "sara@customers.example" in str(sent["To"])
    await post.answers(number, mina, "As you wished.", via="email:sara@private.example")
    (sent,) = await post.posts()
    assert "sara@private.example" in str(sent["To"])
    assert (
        await post.gets(answer(sent, "Thank you, and one more thing.", sender="sara@private.example", number=5))
        == number
    )
    assert not (await post.timeline(number))[-1].stranger


async def test_a_strangers_reply_to_is_offered_to_nobody(post):
    mina = await post.person()
    number = await post.gets(mail())
    await post.answers(number, mina, "We are looking.")
    (sent,) = await post.posts()
    back = answer(sent, "Pay me instead", sender="eve@elsewhere.example", number=5)
    del back["To"]
    back["To"], back["Reply-To"] = "support@desk.example", "eve@private.example"
    assert await post.gets(back) == number
    ticket = await post.ticket(number)
    ways = await post.database.read(destinations.destinations_of, post.context, ticket=ticket)
    assert [way.address for way in ways] == ["email:sara@customers.example"]

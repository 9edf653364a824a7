"""Whoever has not proven to be the customer may add to a ticket, marked, and do nothing else."""

from __future__ import annotations

import pytest

from helpdesk.errors import Invalid
from helpdesk.journey.lifecycle import status
from helpdesk.tickets import queries
from tests.support.mail.mail_desk import answer, mail, mail_story


@pytest.fixture
def post(database, tmp_path):
    return mail_story(database, tmp_path, channel={"trusted_authserv": "mx.desk.example"})


def checked(message, result):
    """A mail as the receiving server hands it on, with what it found out about the sender."""
    raw = message if isinstance(message, bytes) else message.as_bytes()
    return f"Authentication-Results: mx.desk.example; dmarc={result}\r\n".encode() + raw


async def guests(desk, number):
    rows = await desk.database.read(queries.participants_of, ticket_id=number)
    return {row.address.rpartition(":")[2]: bool(row.welcome) for row in rows}


async def test_a_number_alone_adds_words_and_invites_nobody(desk):
    number = await desk.writes("Where is it?", sender="sara@customers.example")
    home = (await desk.ticket(number)).address
    forged = {"sender": "sara@customers.example", "numbers": [number], "copies": ["stranger@elsewhere.example"]}
    assert await desk.writes("Send it to my friend", reply_via="other@desk.example", **forged) == number
    line = (await desk.timeline(number))[-1]
    assert (line.text, line.data["unproven"]) == ("Send it to my friend", "number")
    assert (await desk.ticket(number)).address == home
    assert await guests(desk, number) == {"stranger@elsewhere.example": False}
    await desk.answers(number, await desk.person())
    desk.time.passes(minutes=1)
    await desk.sends()
    assert [copy.address for copy in desk.channel.sent[-1].copies] == []


async def test_a_copy_that_a_person_ticks_is_allowed_from_then_on(desk):
    number, mina = await desk.writes("Where is it?"), await desk.person()
    await desk.writes("More", numbers=[number], copies=["friend@elsewhere.example"])
    await desk.answers(number, mina, copies=["memory:friend@elsewhere.example"])
    assert await guests(desk, number) == {"friend@elsewhere.example": True}
    await desk.answers(number, mina, "And this")
    desk.time.passes(minutes=1)
    await desk.sends()
    desk.time.passes(minutes=1)
    await desk.sends()
    assert [copy.address for copy in desk.channel.sent[-1].copies] == ["memory:friend@elsewhere.example"]


@pytest.mark.parametrize("proof", [{"authentication": "failed", "remote_ids": ["first"]}, {"numbers": [1]}])
async def test_what_is_settled_is_reopened_by_nobody_who_is_not_proven(desk, proof):
    number, mina = await desk.writes("Where is it?", id="first"), await desk.person()
    await desk.database.write(
        status.set_status, desk.context, ticket_id=number, status="resolved", by=mina, now=desk.time.passes(minutes=1)
    )
    other = await desk.writes("It is not settled", **proof)
    assert other != number
    assert (await desk.ticket(other)).follows_id == number
    assert (await desk.ticket(number)).status == "resolved"


async def test_a_sender_the_server_vouches_for_may_come_with_a_number_alone(desk):
    number, mina = await desk.writes("Where is it?"), await desk.person()
    await desk.database.write(
        status.set_status, desk.context, ticket_id=number, status="resolved", by=mina, now=desk.time.passes(minutes=1)
    )
    assert await desk.writes("It is not settled", numbers=[number], authentication="passed") == number
    assert (await desk.ticket(number)).cycle == 2


async def test_a_new_matter_of_a_doubted_sender_sends_copies_to_nobody_it_names(desk):
    number = await desk.writes("Where is it?", authentication="failed", copies=["stranger@elsewhere.example"])
    assert (await guests(desk, number)) == {"stranger@elsewhere.example": False}


async def test_a_spoofed_mail_with_a_stranger_in_copy_gets_the_stranger_nothing(post):
    number = await post.gets(mail())
    await post.answers(number, await post.person(), "We are looking.")
    (sent,) = await post.posts()
    forged = answer(sent, "Tell my colleague too", number=2)
    forged["Cc"] = "stranger@elsewhere.example"
    assert await post.gets(checked(forged, "fail")) == number
    assert (await post.timeline(number))[-1].data["unproven"] == "authentication"
    assert await guests(post, number) == {"stranger@elsewhere.example": False}
    await post.answers(number, 1, "It leaves tomorrow.")
    (second,) = [item for item in await post.posts() if item["Message-ID"] != sent["Message-ID"]]
    assert second["Cc"] is None


async def test_an_answer_to_ourselves_is_refused_and_stops_no_clock(post):
    number = await post.gets(mail(sender="Web form <support@desk.example>", subject="Form"))
    with pytest.raises(Invalid, match="come back to ourselves"):
        await post.answers(number, await post.person(), "We are looking.")
    assert not (await post.ticket(number)).answered


async def test_a_form_in_our_own_name_leads_to_whoever_filled_it_in(post):
    form = mail(sender="Web form <support@desk.example>", headers={"Reply-To": "Sara <sara@customers.example>"})
    number = await post.gets(form)
    assert (await post.ticket(number)).address == "email:sara@customers.example"
    await post.answers(number, await post.person(), "We are looking.")
    (sent,) = await post.posts()
    assert sent["To"].addresses[0].addr_spec == "sara@customers.example"

"""What a customer asks of the desk itself: a person, an end, the conversation by mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.journey.answering import reply
from helpdesk.journey.lifecycle import block, clocks
from helpdesk.surveys import queries as surveys
from helpdesk.tickets.lists import ticket_lists
from tests.journey.lifecycle.test_clocks_equal_replay import shape
from tests.support.desk.multi_channel_desk import arrives, changes, open_channels


@pytest.fixture
def desk(desk):
    return open_channels(desk)


async def wishes(desk, what, who="v1", channel="site", text="", **more):
    return await arrives(desk, channel, text, who, kind="wish", wish=what, **more)


async def agrees_with_its_replay(desk, number):
    before = shape(await desk.clocks(number))
    await desk.database.write(clocks.recompute_clocks, desk.context, ticket_id=number, now=desk.time())
    assert shape(await desk.clocks(number)) == before


async def refusals(desk, number):
    return [
        one.data["why"] for one in await desk.timeline(number) if (one.data or {}).get("change") == "transcript_refused"
    ]


async def test_who_wants_a_person_is_marked_and_no_clock_moves(desk):
    number = await arrives(desk, "site", "Hello", "v1")
    before = shape(await desk.clocks(number))
    desk.time.passes(minutes=1)
    assert await wishes(desk, "person") == number
    assert (await desk.ticket(number)).person_wanted_at == desk.time()
    assert shape(await desk.clocks(number)) == before
    assert await changes(desk, number) == ["wish"]
    await agrees_with_its_replay(desk, number)


async def test_robots_are_silent_until_the_next_round(desk):
    desk.app.context = replace(desk.context, acknowledgement=True)
    mina = await desk.person()
    number = await arrives(desk, "site", "A person please", "v1", wants_person=True)
    assert (await desk.ticket(number)).person_wanted_at is not None
    assert [one.author for one in await desk.timeline(number) if one.outgoing] == []
    await desk.answers(number, mina, then="resolved")
    desk.time.passes(hours=1)
    assert await arrives(desk, "site", "Something else", "v1") == number
    assert (await desk.ticket(number)).person_wanted_at is None
    assert [one.author for one in await desk.timeline(number) if one.outgoing and one.kind == "message"] == [
        "agent", "automation",
    ]  # fmt: skip


async def test_who_wants_a_person_before_saying_anything_is_seen_without_a_clock(desk):
    number = await wishes(desk, "person")
    rows = await desk.database.read(ticket_lists.page, view="unassigned", person_id=1, now=desk.time())
    assert [row.id for row in rows.rows] == [number]
    assert await desk.clocks(number) == []
    assert await arrives(desk, "site", "and this is why", "v1") == number
    assert len(await desk.clocks(number)) == 2
    await agrees_with_its_replay(desk, number)


async def test_who_wants_a_person_after_the_end_is_seen_and_the_old_round_stays_ended(desk):
    mina = await desk.person()
    old = await arrives(desk, "site", "Hello", "v1")
    await desk.answers(old, mina, then="resolved")
    before = shape(await desk.clocks(old))
    number = await wishes(desk, "person")
    assert number != old
    assert ((await desk.ticket(number)).active, (await desk.ticket(number)).follows_id) == (True, old)
    assert shape(await desk.clocks(old)) == before


async def test_t2_an_end_without_any_answer_leaves_the_first_response_empty(desk):
    number = await arrives(desk, "site", "Never mind", "v1")
    desk.time.passes(minutes=4)
    await wishes(desk, "end")
    ticket = await desk.ticket(number)
    assert (ticket.status, ticket.active, ticket.resolved_at) == ("resolved", False, desk.time())
    (ended,) = [one for one in await desk.timeline(number) if (one.data or {}).get("change") == "status"]
    assert (ended.author, ended.person_id) == ("customer", None)
    (first,) = await desk.clocks(number, "first_response")
    assert (first.state, first.stopped_at, first.person_id) == ("unanswered", None, None)
    assert len(await desk.database.read(surveys.of_ticket, ticket_id=number)) == 1
    await agrees_with_its_replay(desk, number)


async def test_an_end_of_what_has_ended_or_never_was_changes_nothing(desk):
    number = await arrives(desk, "site", "Hello", "v1")
    await wishes(desk, "end")
    assert await wishes(desk, "end") == number
    assert await changes(desk, number) == ["wish", "status", "wish"]
    assert len(await desk.database.read(surveys.of_ticket, ticket_id=number)) == 1
    nothing = await wishes(desk, "end", who="v2")
    assert not (await desk.ticket(nothing)).active
    assert await desk.clocks(nothing) == []
    await agrees_with_its_replay(desk, nothing)


async def test_somebody_else_in_a_group_ends_nothing(desk):
    number = await arrives(desk, "gram", "Hello", "u1", conversation="-5")
    assert await wishes(desk, "end", who="u2", channel="gram", conversation="-5") == number
    assert (await desk.ticket(number)).status == "new"
    assert (await desk.timeline(number))[-1].data["granted"] is False


async def talk(desk, question="Where is my parcel?", answer="On its way.", who="v1"):
    mina = await desk.person(f"Mina{who}")
    number = await arrives(desk, "site", question, who)
    await desk.answers(number, mina, answer)
    await desk.database.write(reply.add_note, ticket_id=number, person_id=mina, text="SECRET NOTE", now=desk.time())
    desk.time.passes(seconds=20)
    await desk.sends()
    return number


async def mails(desk):
    desk.time.passes(seconds=1)
    await desk.sends()
    return desk.context.channels["email"].sent


async def test_the_conversation_goes_out_by_mail_once_asked_for(desk):
    number = await talk(desk)
    other = await arrives(desk, "site", "ANOTHER VISITOR", "v2")
    before = shape(await desk.clocks(number))
    assert await wishes(desk, "transcript", also=[("email:sara@nilgun.example", False)]) == number
    (mail,) = await mails(desk)
    assert mail.to.address == "email:sara@nilgun.example"
    assert (mail.automatic, mail.conversation) == (True, None)
    assert "Where is my parcel?" in mail.text
    assert "On its way." in mail.text
    assert "Mina" in mail.text
    assert "SECRET" not in mail.text
    assert "ANOTHER" not in mail.text
    assert "Automatic" in mail.text or "automatic" in mail.text
    assert shape(await desk.clocks(number)) == before
    await agrees_with_its_replay(desk, number)
    assert other != number


async def test_the_mail_speaks_the_customers_language(desk):
    number = await talk(desk, "سلام، بسته‌ام کجاست؟", "در راه است.")
    await wishes(desk, "transcript", also=[("email:sara@nilgun.example", False)])
    (mail,) = await mails(desk)
    assert "رونوشت" in mail.subject
    assert "بسته‌ام کجاست" in mail.text
    assert (await desk.ticket(number)).language == "fa"


@pytest.mark.parametrize(
    ("also", "why"),
    [([], "no_address"), ([("email:nobody", False)], "no_address"), ([("gram:u1@x", False)], "channel_off"),
     ([("email:a b@c", False)], "no_address"), ([("fax:a@b", False)], "channel_off")],
)  # fmt: skip
async def test_what_cannot_be_sent_is_said(desk, also, why):
    number = await talk(desk)
    await wishes(desk, "transcript", also=also)
    assert await refusals(desk, number) == [why]
    assert await mails(desk) == []


async def test_what_only_a_visitor_said_is_mailed_to_nobody_but_who_they_are_known_to_be(desk):
    number = await arrives(desk, "site", "You have won! https://evil.example", "v1", name="Your bank")
    await wishes(desk, "transcript", also=[("email:victim@nilgun.example", False)])
    assert await refusals(desk, number) == ["unanswered"]
    assert await mails(desk) == []
    await wishes(desk, "transcript", also=[("email:sara@nilgun.example", True)])
    assert [one.to.address for one in await mails(desk)] == ["email:sara@nilgun.example"]


async def test_a_desk_without_mail_says_so(desk):
    number = await talk(desk)
    del desk.context.channels["email"]
    await wishes(desk, "transcript", also=[("email:sara@nilgun.example", False)])
    assert await refusals(desk, number) == ["channel_off"]


async def test_a_visitor_cannot_flood_somebody_with_conversations(desk):
    number = await talk(desk)
    for one in range(4):
        await wishes(desk, "transcript", also=[(f"email:v{one}@nilgun.example", False)])
    assert len(await mails(desk)) == 2
    assert await refusals(desk, number) == ["ticket_limit"] * 2
    for visitor in range(2, 7):
        await talk(desk, who=f"v{visitor}")
        await wishes(desk, "transcript", who=f"v{visitor}", also=[("email:victim@nilgun.example", False)])
    assert len([one for one in await mails(desk) if one.to.address == "email:victim@nilgun.example"]) == 4
    desk.time.now += timedelta(days=2)
    await wishes(desk, "transcript", also=[("email:v9@nilgun.example", False)])
    assert (await mails(desk))[-1].to.address == "email:v9@nilgun.example"


@pytest.mark.parametrize("what", ["person", "end", "transcript"])
async def test_a_wish_in_a_conversation_nobody_knows_breaks_nothing_and_is_there_to_be_seen(desk, what):
    number = await wishes(desk, what, text="please", also=[("email:sara@nilgun.example", False)])
    assert (await changes(desk, number))[0] == "wish"
    assert await desk.clocks(number) == []
    assert await mails(desk) == []


async def test_nothing_is_mailed_for_a_customer_who_is_blocked(desk):
    number = await talk(desk)
    omid = await desk.person("Omid", "supervisor")
    await desk.database.write(block.block_customer, desk.context, ticket_id=number, person_id=omid, now=desk.time())
    await wishes(desk, "transcript", also=[("email:sara@nilgun.example", False)])
    assert await mails(desk) == []

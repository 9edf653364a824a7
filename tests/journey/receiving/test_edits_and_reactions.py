"""What happens beside the talk is always visible, bothers nobody and touches no clock."""

from __future__ import annotations

import pytest

from helpdesk.agents import actions as agents
from helpdesk.journey.lifecycle import clocks, merge, status
from helpdesk.tickets.lists import ticket_lists
from tests.journey.lifecycle.test_clocks_equal_replay import shape
from tests.support.desk.multi_channel_desk import address, arrives, changes, open_channels


@pytest.fixture
def desk(desk):
    return open_channels(desk)


START = {"kind": "note", "command": "start"}


async def seen_in(desk, view):
    rows = await desk.database.read(ticket_lists.page, view=view, person_id=1, now=desk.time())
    return [row.id for row in rows.rows]


async def agrees_with_its_replay(desk, number):
    before = shape(await desk.clocks(number))
    await desk.database.write(clocks.recompute_clocks, desk.context, ticket_id=number, now=desk.time())
    assert shape(await desk.clocks(number)) == before


async def test_a_bare_start_bothers_nobody_and_is_there_to_be_seen(desk):
    number = await arrives(desk, "gram", "/start", "u1", **START)
    assert await seen_in(desk, "all") == []
    assert await seen_in(desk, "ended") == [number]
    assert await desk.clocks(number) == []
    assert [(one.kind, one.text) for one in await desk.timeline(number)] == [("note", "/start")]


async def test_the_first_words_after_a_start_wake_that_ticket_and_begin_its_clocks(desk):
    number = await arrives(desk, "gram", "/start", "u1", **START)
    desk.time.passes(minutes=5)
    assert await arrives(desk, "gram", "Where is my parcel?", "u1") == number
    ticket = await desk.ticket(number)
    assert (ticket.active, ticket.status, ticket.cycle, ticket.subject) == (True, "new", 1, "Where is my parcel?")
    assert (await desk.clocks(number, "first_response"))[0].started_at == desk.time()
    await agrees_with_its_replay(desk, number)


async def test_a_start_of_a_customer_with_an_open_matter_stands_there(desk):
    number = await arrives(desk, "gram", "Hello", "u1")
    clocks = shape(await desk.clocks(number))
    assert await arrives(desk, "gram", "/start", "u1", **START) == number
    await desk.writes("by another way", address="gram:u1")
    assert shape(await desk.clocks(number)) == clocks


async def test_a_note_in_a_chat_we_do_not_know_goes_to_the_customers_open_ticket(desk):
    number = await arrives(desk, "gram", "Hello", "u1")
    assert await arrives(desk, "gram", "u1 joined", "u1", kind="note", automatic=True, conversation="group") == number


async def test_who_blocks_us_first_of_all_is_unreachable_and_who_comes_back_is_not(desk):
    gone = {"kind": "note", "automatic": True, "reachability": {"reachable": False, "reason": "they blocked the bot"}}
    number = await arrives(desk, "gram", "blocked", "u1", **gone)
    assert (await address(desk, "gram:u1")).unreachable_at == desk.time()
    assert not (await desk.ticket(number)).active
    back = {"kind": "note", "automatic": True, "reachability": {"reachable": True}}
    assert await arrives(desk, "gram", "unblocked", "u1", **back) == number
    assert (await address(desk, "gram:u1")).unreachable_at is None
    stored = [line.data for line in await desk.timeline(number) if line.kind == "note"]
    assert stored == [{"unreachable": "they blocked the bot"}, {"reachable": True}]


@pytest.mark.parametrize("kind", ["edit", "reaction"])
async def test_a_change_of_a_message_we_never_had_is_a_line_of_its_chat(desk, kind):
    number = await arrives(desk, "gram", "Hello", "u1")
    mina = await desk.person()
    await desk.answers(number, mina)
    before = shape(await desk.clocks(number))
    assert await arrives(desk, "gram", "👍 of old", "u1", kind=kind, target="before-our-time") == number
    last = (await desk.timeline(number))[-1]
    assert last.text == "👍 of old"
    assert last.author == "customer"
    assert shape(await desk.clocks(number)) == before
    await agrees_with_its_replay(desk, number)


@pytest.mark.parametrize("kind", ["edit", "reaction"])
async def test_even_in_a_chat_we_never_had_it_is_visible_and_quiet(desk, kind):
    number = await arrives(desk, "gram", "changed words", "u1", kind=kind, target="before-our-time")
    assert [(one.kind, one.text) for one in await desk.timeline(number)] == [("note", "changed words")]
    assert await desk.clocks(number) == []
    assert await seen_in(desk, "all") == []
    await agrees_with_its_replay(desk, number)


async def test_a_group_that_moved_goes_on_with_its_ticket_under_both_keys(desk):
    older = await arrives(desk, "gram", "an old matter", "u1", conversation="-100")
    mina = await desk.person()
    await desk.answers(older, mina, then="resolved")
    desk.time.passes(days=30)
    number = await arrives(desk, "gram", "Hello", "u1", conversation="-100")
    moved = {"kind": "note", "automatic": True, "conversation": "-100", "moved_to": "-100777"}
    assert await arrives(desk, "gram", "the group moved", "u1", **moved) == number
    assert "chat_moved" in await changes(desk, number)
    assert {(await desk.ticket(one)).conversation for one in (older, number)} == {"-100777"}
    assert await arrives(desk, "gram", "in the new one", "u1", conversation="-100777") == number
    assert await arrives(desk, "gram", "late, from the old one", "u1", conversation="-100") == number
    await agrees_with_its_replay(desk, number)


async def test_a_new_ticket_belongs_to_the_team_of_its_bot(desk):
    team = await desk.database.write(agents.new_team, name="فروش", now=desk.time(), by=None)
    number = await arrives(desk, "gram", "Hello", "u1", team="فروش")
    assert (await desk.ticket(number)).team_id == team
    await agrees_with_its_replay(desk, number)


async def test_a_team_there_is_not_is_told_and_stops_nothing(desk):
    number = await arrives(desk, "gram", "Hello", "u1", team="nobody")
    assert (await desk.ticket(number)).team_id is None
    assert [one.data for one in await desk.timeline(number) if one.kind == "change"] == [
        {"change": "team_unknown", "team": "nobody"}
    ]
    assert len(await desk.clocks(number)) == 2


async def merged(desk, child, parent, verb=merge.merge_into):
    more = {"into": parent} if verb is merge.merge_into else {}
    await desk.database.write(verb, desk.context, ticket_id=child, person_id=1, now=desk.time(), **more)


async def test_a_chat_with_which_a_newer_mail_was_merged_is_still_found(desk):
    await desk.person()
    chat = await arrives(desk, "site", "from the chat", "v1", also=[("email:sara@nilgun.example", True)])
    desk.time.passes(minutes=1)
    mail = await arrives(desk, "email", "from the mail", "sara@nilgun.example", id="letter")
    assert mail != chat
    await merged(desk, mail, chat)
    assert await arrives(desk, "email", "more by mail", "sara@nilgun.example", remote_ids=["letter"]) == chat
    assert ((await desk.ticket(chat)).channel, (await desk.ticket(chat)).conversation) == ("email", None)
    assert await arrives(desk, "site", "again in the chat", "v1") == chat
    assert ((await desk.ticket(chat)).channel, (await desk.ticket(chat)).conversation) == ("site", "v1")
    await agrees_with_its_replay(desk, chat)
    await merged(desk, mail, chat, merge.undo_merge)
    assert await arrives(desk, "site", "and again", "v1") == chat
    assert await arrives(desk, "email", "and by mail", "sara@nilgun.example", remote_ids=["letter"]) == mail


async def test_a_chat_merged_into_a_newer_mail_is_still_found_although_a_later_chat_has_ended(desk):
    mina = await desk.person()
    chat = await arrives(desk, "site", "from the chat", "v1", also=[("email:sara@nilgun.example", True)])
    mail = await arrives(desk, "email", "from the mail", "sara@nilgun.example")
    await merged(desk, chat, mail)
    await desk.answers(mail, mina, then="resolved")
    desk.time.passes(days=30)
    later = await arrives(desk, "site", "a later matter", "v1")
    assert later not in (chat, mail)
    await desk.answers(later, mina, then="resolved")
    await desk.database.write(status.set_status, desk.context, ticket_id=mail, status="open", by=mina, now=desk.time())
    assert await arrives(desk, "site", "which one now?", "v1") == mail

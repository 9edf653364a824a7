"""Two tickets about one matter: what waited longest goes on waiting, answers find the parent, and it can be undone."""

from __future__ import annotations

import random

import pytest

from helpdesk.errors import Conflict, Invalid
from helpdesk.journey.answering import reply
from helpdesk.journey.lifecycle import clocks, merge, status
from helpdesk.tickets import queries
from helpdesk.tickets.lists import ticket_lists, ticket_search
from helpdesk.tickets.threading import ticket_candidates
from tests.journey.lifecycle.test_clocks_equal_replay import play, shape


async def merged(desk, child, parent, person, **more):
    await desk.database.write(
        merge.merge_into, desk.context, ticket_id=child, into=parent, person_id=person, now=desk.time(), **more
    )


async def undone(desk, child, person):
    return await desk.database.write(merge.undo_merge, desk.context, ticket_id=child, person_id=person, now=desk.time())


async def open_questions(desk, number):
    found = [one for one in await desk.clocks(number) if one.kind != "resolution" and one.state == "running"]
    return [(one.kind, one.started_at, one.due_at) for one in found]


async def changes(desk, number):
    return [one.data["change"] for one in await desk.timeline(number) if one.kind == "change"]


async def two(desk, *, sender="sara@customers.example", minutes=10):
    """The older ticket, the newer one, and when each began."""
    began = desk.time()
    older = await desk.writes("The parcel is late", id="one", subject="Parcel")
    desk.time.passes(minutes=minutes)
    newer = await desk.writes("Where is it?", id="two", subject="Where", sender=sender)
    return older, newer, began, desk.time()


async def test_the_lines_of_the_child_stand_on_the_parent_and_the_child_points_there(desk):
    older, newer, *_ = await two(desk)
    mina = await desk.person()
    await merged(desk, newer, older, mina)
    assert [one.text for one in await desk.timeline(older) if one.kind == "message"] == [
        "The parcel is late",
        "Where is it?",
    ]
    assert [(one.kind, one.data["change"]) for one in await desk.timeline(newer)] == [("change", "merged_into")]
    assert (await changes(desk, older))[-1] == "merged"
    child = await desk.ticket(newer)
    assert (child.merged_into_id, child.active) == (older, False)
    rows = await desk.database.read(ticket_lists.page, view="all", person_id=mina, now=desk.time())
    assert [row.id for row in rows.rows] == [older]
    assert await desk.database.read(ticket_search.search_tickets, question="Where is it") == [older]


async def test_an_answer_to_the_child_arrives_at_the_parent(desk):
    older, newer, *_ = await two(desk)
    mina = await desk.person()
    await desk.answers(newer, mina, "From the child")
    desk.time.passes(seconds=16)
    await desk.sends()
    await merged(desk, newer, older, mina)
    token = desk.channel.sent[-1].token
    for hint in ({"reply_tokens": [token]}, {"message_tokens": [token]}, {"remote_ids": ["two"]}, {"numbers": [newer]}):
        assert await desk.writes(f"an answer by {min(hint)}", **hint) == older


async def test_t17_the_older_question_of_the_child_lends_its_start_to_the_parents_younger_one(desk):
    older, newer, began, _ = await two(desk)
    mina = await desk.person()
    due = (await desk.clocks(older, "first_response"))[0].due_at
    await merged(desk, older, newer, mina)
    assert await open_questions(desk, newer) == [("first_response", began, due)]
    assert (await desk.ticket(newer)).deadline == due
    assert (await desk.clocks(older, "first_response"))[0].state == "merged"
    answer = await desk.answers(newer, mina)
    clock = (await desk.clocks(newer, "first_response"))[0]
    assert (clock.stop_entry_id, clock.working_seconds) == (answer, 600)


async def test_t17_the_parents_older_question_goes_on_as_it_was(desk):
    older, newer, began, _ = await two(desk)
    before = await open_questions(desk, older)
    await merged(desk, newer, older, await desk.person())
    assert await open_questions(desk, older) == before
    assert before[0][1] == began


async def test_t17_an_answer_in_the_parent_does_not_answer_what_was_asked_in_the_child(desk):
    older, newer, _, asked = await two(desk)
    mina = await desk.person()
    desk.time.passes(minutes=5)
    await desk.answers(older, mina, "About the parcel")
    desk.time.passes(minutes=5)
    await merged(desk, newer, older, mina)
    assert [one[:2] for one in await open_questions(desk, older)] == [("next_response", asked)]
    assert not (await desk.ticket(older)).answered
    stopped = (await desk.clocks(older, "first_response"))[0]
    assert (stopped.state, stopped.working_seconds) == ("stopped", 900)
    await desk.answers(older, mina, "And this")
    assert await open_questions(desk, older) == []
    assert (await desk.clocks(older, "next_response"))[0].working_seconds == 600


async def test_t17_an_answer_in_the_child_does_not_answer_what_was_asked_in_the_parent(desk):
    older, newer, began, _ = await two(desk)
    mina = await desk.person()
    await desk.answers(newer, mina, "Only about the second")
    await merged(desk, newer, older, mina)
    assert [one[:2] for one in await open_questions(desk, older)] == [("first_response", began)]
    kept = (await desk.clocks(newer, "first_response"))[0]
    assert (kept.state, kept.person_id) == ("stopped", mina)


async def test_a_warning_given_in_the_child_comes_in_the_parent_with_the_right_times(desk):
    older, newer, _began, _ = await two(desk)
    await merged(desk, older, newer, await desk.person())
    desk.time.passes(hours=3)
    while await desk.looks():
        pass
    late = [one.data for one in await desk.timeline(newer) if (one.data or {}).get("change") == "breached"]
    clock = (await desk.clocks(newer, "first_response"))[0]
    assert [one["at"] for one in late if one["clock"] == "first_response"] == [clock.due_at.isoformat()]
    assert await changes(desk, older) == ["merged_into"]


async def test_undo_gives_each_ticket_its_lines_and_clocks_back(desk):
    older, newer, *_ = await two(desk)
    mina = await desk.person()
    before = {one: shape(await desk.clocks(one)) for one in (older, newer)}
    lines = {one: [line.id for line in await desk.timeline(one)] for one in (older, newer)}
    was = await desk.ticket(older)
    desk.time.passes(minutes=2)
    await merged(desk, newer, older, mina)
    assert await undone(desk, newer, mina) == older
    for one in (older, newer):
        assert shape(await desk.clocks(one)) == before[one]
        assert [line.id for line in await desk.timeline(one) if line.kind == "message"] == lines[one]
    assert (await desk.ticket(newer)).active
    assert (await desk.ticket(older)).customer_entry_id == was.customer_entry_id
    assert await desk.writes("to the second", remote_ids=["two"]) == newer
    with pytest.raises(Conflict):
        await undone(desk, newer, mina)


async def test_what_came_after_the_merge_stays_with_the_parent_when_it_is_undone(desk):
    older, newer, *_ = await two(desk)
    mina = await desk.person()
    await merged(desk, newer, older, mina)
    await desk.writes("both of it", remote_ids=["two"])
    await undone(desk, newer, mina)
    assert [one.text for one in await desk.timeline(older) if one.kind == "message"] == [
        "The parcel is late",
        "both of it",
    ]


async def test_two_customers_are_merged_only_when_a_person_is_sure(desk):
    older, newer, *_ = await two(desk, sender="omid@customers.example")
    mina = await desk.person()
    with pytest.raises(Invalid) as refusal:
        await merged(desk, newer, older, mina)
    assert refusal.value.field == "sure"
    await merged(desk, newer, older, mina, sure=True)
    assert (await desk.ticket(older)).address == "memory:sara@customers.example"
    guests = await desk.database.read(queries.participants_of, ticket_id=older)
    assert [(one.address, one.welcome) for one in guests] == [("memory:omid@customers.example", True)]
    assert await desk.writes("me again", sender="omid@customers.example", numbers=[older]) == older
    assert not (await desk.timeline(older))[-1].stranger
    await undone(desk, newer, mina)
    assert len(await desk.database.read(queries.participants_of, ticket_id=older)) == 1  # has written here meanwhile


async def test_a_merged_ticket_takes_no_answer_and_merges_go_no_further(desk):
    older, newer, *_ = await two(desk)
    third = await desk.writes("A third", id="three")
    mina = await desk.person()
    await merged(desk, newer, older, mina)
    for attempt in ((newer, third), (third, newer), (older, older)):
        with pytest.raises((Conflict, Invalid)):
            await merged(desk, *attempt, mina)
    with pytest.raises(Conflict):
        await desk.answers(newer, mina)
    with pytest.raises(Conflict):
        await desk.database.write(
            status.set_status, desk.context, ticket_id=newer, status="resolved", by=mina, now=desk.time()
        )


async def test_an_open_matter_is_not_buried_in_a_settled_one(desk):
    older, newer, *_ = await two(desk)
    mina = await desk.person()
    await desk.database.write(
        status.set_status, desk.context, ticket_id=older, status="resolved", by=mina, now=desk.time()
    )
    with pytest.raises(Conflict):
        await merged(desk, newer, older, mina)
    await merged(desk, older, newer, mina)
    assert len(await open_questions(desk, newer)) == 1


async def test_a_chain_of_merges_is_followed_to_its_end_and_undone_from_there(desk):
    first = await desk.writes("one", id="one")
    second = await desk.writes("two", id="two")
    third = await desk.writes("three", id="three")
    mina = await desk.person()
    await merged(desk, first, second, mina)
    await merged(desk, second, third, mina)
    assert await desk.writes("to the first", remote_ids=["one"]) == third
    with pytest.raises(Conflict):
        await undone(desk, first, mina)
    await undone(desk, second, mina)
    await undone(desk, first, mina)
    assert [one.text for one in await desk.timeline(first) if one.kind == "message"] == ["one"]


async def test_each_line_keeps_its_way_of_answering_and_the_next_answer_goes_to_the_newest(desk):
    number = await desk.writes("by mail", id="one")
    desk.time.passes(minutes=1)
    other = await desk.writes("from my other address", id="two", sender="sara@customers.example")
    mina = await desk.person()
    await merged(desk, number, other, mina)
    entry = await desk.answers(other, mina)
    assert (await desk.database.read(queries.entry, entry_id=entry)).address == "memory:sara@customers.example"
    desk.time.passes(seconds=16)
    await desk.sends()
    assert list(desk.channel.sent[-1].references) == ["one", "two"]


@pytest.mark.parametrize("seed", range(6))
async def test_clocks_equal_their_replay_through_merges_and_their_undoing(desk, seed):
    dice = random.Random(seed)
    mina = await desk.person()
    one = await desk.writes("a", id="first")
    two_ = await desk.writes("b", id="second")
    is_merged = False
    for step in range(16):
        await play(desk, dice, one, mina)
        if step % 5 == 3:
            try:
                await (undone(desk, two_, mina) if is_merged else merged(desk, two_, one, mina))
                is_merged = not is_merged
            except Conflict:
                pass
        for number in (one, two_):
            before = shape(await desk.clocks(number))
            await desk.database.write(clocks.recompute_clocks, desk.context, ticket_id=number, now=desk.time())
            assert shape(await desk.clocks(number)) == before
            assert not is_merged or number == one or not any(clock[3] == "running" for clock in before)


async def test_taking_back_an_answer_after_the_merge_works_on_the_parent(desk):
    older, newer, *_ = await two(desk)
    mina = await desk.person()
    entry = await desk.answers(newer, mina)
    await merged(desk, newer, older, mina)
    assert (
        await desk.database.write(reply.undo_reply, desk.context, entry_id=entry, person_id=mina, now=desk.time())
        == older
    )


@pytest.mark.parametrize("sender", ["sara@customers.example", "omid@customers.example"])
async def test_a_chat_shows_its_own_lines_whatever_is_merged(desk, sender):
    """What another conversation said never appears in a visitor's window, and nothing of theirs is gone from it."""
    desk.channel.chat = True
    chat = await desk.writes("from the chat")
    desk.channel.chat = False
    mail = await desk.writes("from another place", sender=sender, id="mail", copies=[])
    desk.channel.chat = True
    other_chat = await desk.writes("from a second visitor", sender="ali@customers.example")
    mina = await desk.person()

    async def window(conversation="sara@customers.example"):
        found = await desk.database.read(ticket_candidates.transcript, channel="memory", conversation=conversation)
        return [one["text"] for one in found]

    await merged(desk, chat, other_chat, mina, sure=True)
    assert await window() == ["from the chat"]
    assert await window("ali@customers.example") == ["from a second visitor"]
    await merged(desk, mail, other_chat, mina, sure=True)
    assert await window() == ["from the chat"]
    assert await window("ali@customers.example") == ["from a second visitor"]
    await undone(desk, chat, mina)
    assert await window() == ["from the chat"]
    assert await window("ali@customers.example") == ["from a second visitor"]

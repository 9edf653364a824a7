"""A customer who was not happy is somebody's work until they are called: in the lists, through merges, with a clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.journey.lifecycle import follow_up, merge, status, survey
from helpdesk.surveys import queries as surveys
from helpdesk.tickets import queries
from helpdesk.tickets.lists import ticket_lists
from helpdesk.tickets.vocabulary import NEVER


async def sad(desk, person, *, score="sad", **more):
    """A ticket that `person` resolved and whose customer tapped a face; returns its number and the survey's token."""
    number = await desk.writes(**more)
    await desk.answers(number, person, then="resolved")
    desk.time.passes(minutes=11)
    await desk.sends()
    token = [one for one in desk.channel.sent if one.kind == "survey"][-1].survey
    if score:
        await tap(desk, token, score)
    return number, token


async def tap(desk, token, score="sad"):
    await desk.database.write(survey.record_answer, desk.context, token=token, score=score, now=desk.time())


async def rows(desk, view, person):
    page = await desk.database.read(ticket_lists.page, view=view, person_id=person, now=desk.time())
    counted = await desk.database.read(ticket_lists.counts, person_id=person, now=desk.time())
    assert counted.get(view, len(page.rows)) == len(page.rows)
    return [one.id for one in page.rows]


async def tasks(desk, number):
    found = await desk.database.read(surveys.follow_ups_of, ticket_id=number)
    return [(one.owner_id, one.done_at is None) for one in found]


async def close(desk, number, person):
    found = await desk.database.read(surveys.follow_ups_of, ticket_id=number)
    await desk.database.write(
        survey.complete_follow_up, ticket_id=number, follow_up_id=found[0].id, outcome="We spoke", person_id=person,
        now=desk.time(),
    )  # fmt: skip


async def merged(desk, child, parent, person):
    await desk.database.write(
        merge.merge_into, desk.context, ticket_id=child, into=parent, person_id=person, now=desk.time(), sure=True
    )


async def undone(desk, child, person):
    await desk.database.write(merge.undo_merge, desk.context, ticket_id=child, person_id=person, now=desk.time())


async def test_a_sad_answer_is_in_the_lists_of_its_owner_until_somebody_has_called(desk):
    mina, omid = await desk.person(), await desk.person("Omid")
    number, _ = await sad(desk, mina)
    due = desk.time() + timedelta(minutes=30)
    ticket = await desk.ticket(number)
    assert (ticket.status, ticket.deadline, ticket.deadline_kind) == ("resolved", due, "call_back")
    for view, shown in (("mine", [number]), ("sad", [number]), ("soon", []), ("late", []), ("all", [])):
        assert await rows(desk, view, mina) == shown
    assert await rows(desk, "mine", omid) == []
    desk.time.passes(minutes=16)
    assert [await rows(desk, one, mina) for one in ("soon", "late")] == [[number], []]
    desk.time.passes(minutes=15)
    assert [await rows(desk, one, mina) for one in ("soon", "late")] == [[], [number]]
    await close(desk, number, mina)
    assert [await rows(desk, one, mina) for one in ("mine", "sad", "late", "unassigned")] == [[], [], [], []]
    assert (await desk.ticket(number)).deadline == NEVER


async def test_it_is_sorted_among_the_other_deadlines(desk):
    mina = await desk.person()
    early = await desk.writes(id="early")
    desk.time.passes(minutes=5)
    number, _ = await sad(desk, mina, id="sad")
    await desk.database.write(follow_up.assign_ticket, ticket_id=early, to=mina, by=mina, now=desk.time())
    desk.time.passes(minutes=5)
    late = await desk.writes(id="late")
    await desk.database.write(follow_up.assign_ticket, ticket_id=late, to=mina, by=mina, now=desk.time())
    assert await rows(desk, "mine", mina) == [early, number, late]


async def test_whoever_gets_the_ticket_gets_the_call_back(desk):
    mina, omid = await desk.person(), await desk.person("Omid")
    number, _ = await sad(desk, mina)
    await desk.database.write(follow_up.assign_ticket, ticket_id=number, to=omid, by=mina, now=desk.time())
    assert (await tasks(desk, number), await rows(desk, "mine", omid)) == ([(omid, True)], [number])
    await desk.database.write(follow_up.assign_ticket, ticket_id=number, to=None, by=omid, now=desk.time())
    assert (await tasks(desk, number), await rows(desk, "unassigned", mina)) == ([(None, True)], [number])


async def test_the_clock_of_a_new_question_and_the_call_back_share_the_deadline(desk):
    mina = await desk.person()
    number, _ = await sad(desk, mina)
    called = (await desk.ticket(number)).deadline
    desk.time.passes(minutes=10)
    assert await desk.writes("And still nothing", remote_ids=["in-1"]) == number
    assert (await desk.ticket(number)).deadline_kind == "call_back"
    desk.time.passes(minutes=1)
    await desk.answers(number, mina)
    assert (await desk.ticket(number)).deadline == called
    await close(desk, number, mina)
    assert (await desk.ticket(number)).deadline_kind != "call_back"


@pytest.mark.parametrize("score", ["sad", "happy"])
async def test_a_merged_tickets_survey_stands_on_the_parent_and_comes_back(desk, score):
    mina = await desk.person()
    child, _ = await sad(desk, mina, score=score, id="one")
    parent = await desk.writes(id="two")
    before = {one: [line.id for line in await desk.timeline(one) if line.kind == "survey"] for one in (child, parent)}
    was = await desk.ticket(child)
    await merged(desk, child, parent, mina)
    assert [line.id for line in await desk.timeline(parent) if line.kind == "survey"] == before[child]
    assert (await tasks(desk, child), await tasks(desk, parent)) == ([], [(mina, True)] if score == "sad" else [])
    gone, here = await desk.ticket(child), await desk.ticket(parent)
    assert (gone.sad_at, gone.deadline, here.sad_at) == (None, NEVER, was.sad_at)
    assert await rows(desk, "sad", mina) == ([parent] if score == "sad" else [])
    assert await rows(desk, "mine", mina) == ([parent] if score == "sad" else [])
    await undone(desk, child, mina)
    assert {one: [x.id for x in await desk.timeline(one) if x.kind == "survey"] for one in (child, parent)} == before
    after = await desk.ticket(child)
    assert (after.sad_at, after.deadline, after.deadline_kind) == (was.sad_at, was.deadline, was.deadline_kind)
    assert ((await desk.ticket(parent)).sad_at, await tasks(desk, parent)) == (None, [])


async def test_a_face_tapped_after_the_merge_counts_for_the_parent_and_goes_back_with_the_child(desk):
    mina, omid = await desk.person(), await desk.person("Omid")
    child, token = await sad(desk, mina, score=None, id="one")
    middle, top = await desk.writes(id="two"), await desk.writes(id="three")
    await desk.answers(top, omid)
    await merged(desk, child, middle, mina)
    await merged(desk, middle, top, mina)
    await tap(desk, token)
    assert (await tasks(desk, top), await rows(desk, "mine", omid)) == ([(omid, True)], [top])
    await undone(desk, middle, mina)
    assert await rows(desk, "sad", mina) == [middle]
    await undone(desk, child, mina)
    assert await rows(desk, "sad", mina) == [child]
    assert [one.data["score"] for one in await desk.timeline(child) if (one.data or {}).get("score")] == ["sad"]
    assert (await tasks(desk, child))[0][1]
    await close(desk, child, mina)
    assert await rows(desk, "sad", mina) == []


async def test_a_call_back_done_on_the_parent_stays_done_when_the_merge_is_undone(desk):
    mina = await desk.person()
    child, _ = await sad(desk, mina, id="one")
    parent = await desk.writes(id="two")
    await merged(desk, child, parent, mina)
    await close(desk, parent, mina)
    await undone(desk, child, mina)
    assert await rows(desk, "sad", mina) == []
    assert (await desk.ticket(child)).deadline == NEVER


async def test_an_invitation_that_had_not_left_is_taken_back_by_the_merge_once(desk):
    mina = await desk.person()
    child, parent = await desk.writes(id="one"), await desk.writes(id="two")
    await desk.answers(child, mina)
    await desk.database.write(
        status.set_status, desk.context, ticket_id=child, status="resolved", by=mina, now=desk.time()
    )
    await merged(desk, child, parent, mina)
    desk.time.passes(hours=1)
    await desk.sends()
    assert not [one for one in desk.channel.sent if one.kind == "survey"]
    assert (await desk.database.read(queries.ticket, ticket_id=parent)).sad_at is None

"""Merged while an answer was on its way: when it does not arrive, its question waits in the other ticket."""

from __future__ import annotations

import pytest

from helpdesk.journey.answering import reply
from helpdesk.journey.lifecycle import merge


async def comes_back(desk, entry_id):
    news = {"state": "failed", "permanent": True, "recipients": [], "reason": "no"}
    await desk.writes(
        "Undelivered",
        sender="mailer-daemon@customers.example",
        delivery=news,
        message_tokens=[desk.context.sign(entry_id)],
    )


async def two(desk, *, parent_answered):
    """Two tickets; the newer one is answered and merged into the older one."""
    mina, older = await desk.person(), await desk.writes()
    desk.time.passes(minutes=1)
    newer = await desk.writes("And my other parcel?")
    asked = desk.time()
    desk.time.passes(minutes=1)
    if parent_answered:
        await desk.answers(older, mina)
    entry_id = await desk.answers(newer, mina)
    desk.time.passes(seconds=1)
    return mina, older, newer, entry_id, asked


async def joins(desk, newer, older, mina):
    await desk.database.write(
        merge.merge_into, desk.context, ticket_id=newer, into=older, person_id=mina, now=desk.time()
    )


async def waiting(desk, number):
    return [one.started_at for one in await desk.clocks(number) if one.state == "running" and one.kind != "resolution"]


async def test_an_answer_that_bounces_after_the_merge_leaves_its_question_open(desk):
    mina, older, newer, entry_id, asked = await two(desk, parent_answered=True)
    desk.time.passes(seconds=20)
    await desk.sends()
    await joins(desk, newer, older, mina)
    assert await waiting(desk, older) == []
    await comes_back(desk, entry_id)
    assert await waiting(desk, older) == [asked]
    assert not (await desk.ticket(older)).answered
    await desk.database.write(reply.send_again, desk.context, entry_id=entry_id, person_id=mina, now=desk.time())
    await desk.sends()
    assert await waiting(desk, older) == []


async def test_an_answer_taken_back_after_the_merge_leaves_its_question_open(desk):
    mina, older, newer, entry_id, asked = await two(desk, parent_answered=True)
    await joins(desk, newer, older, mina)
    await desk.database.write(reply.undo_reply, desk.context, entry_id=entry_id, person_id=mina, now=desk.time())
    assert await waiting(desk, older) == [asked]
    await desk.database.write(merge.undo_merge, desk.context, ticket_id=newer, person_id=mina, now=desk.time())
    assert (await waiting(desk, older), await waiting(desk, newer)) == ([], [asked])


@pytest.mark.parametrize("into_newer", [False, True])
async def test_the_earliest_of_both_questions_is_the_one_that_waits(desk, into_newer):
    mina, older, newer, entry_id, _ = await two(desk, parent_answered=False)
    [oldest] = await waiting(desk, older)
    if into_newer:  # the newer one's answer stays its own; the older one's question joins it
        await joins(desk, older, newer, mina)
        assert await waiting(desk, newer) == [oldest]
        return
    desk.time.passes(seconds=20)
    await desk.sends()
    await joins(desk, newer, older, mina)
    await comes_back(desk, entry_id)
    assert await waiting(desk, older) == [oldest]


async def test_what_became_of_an_answer_goes_back_with_it_when_the_merge_is_undone(desk):
    mina, older, newer, entry_id, asked = await two(desk, parent_answered=True)
    desk.time.passes(seconds=20)
    await desk.sends()
    await joins(desk, newer, older, mina)
    await comes_back(desk, entry_id)
    await desk.database.write(merge.undo_merge, desk.context, ticket_id=newer, person_id=mina, now=desk.time())
    assert (await waiting(desk, older), await waiting(desk, newer)) == ([], [asked])


async def test_a_question_that_came_by_a_merge_is_the_oldest_also_when_the_parents_own_answer_is_taken_back(desk):
    mina, older = await desk.person(), await desk.writes()
    [asked] = await waiting(desk, older)
    desk.time.passes(minutes=1)
    newer = await desk.writes("And my other parcel?")
    desk.time.passes(minutes=1)
    entry_id = await desk.answers(newer, mina)
    desk.time.passes(seconds=1)
    await joins(desk, older, newer, mina)
    await desk.database.write(reply.undo_reply, desk.context, entry_id=entry_id, person_id=mina, now=desk.time())
    assert await waiting(desk, newer) == [asked]

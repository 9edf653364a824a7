"""A survey that has not left yet does not leave when its ticket is open again, whoever opened it."""

from __future__ import annotations

import pytest

from channels.contract import DeliveryError
from helpdesk.errors import Conflict
from helpdesk.journey.lifecycle import status, survey


async def resolved(desk):
    """A ticket that was answered and resolved; its survey waits."""
    mina, ticket_id = await desk.person(), await desk.writes()
    await desk.answers(ticket_id, mina)
    desk.time.passes(seconds=20)
    await desk.sends()
    await to(desk, ticket_id, mina, "resolved")
    return ticket_id, mina


async def to(desk, ticket_id, mina, wanted):
    await desk.database.write(
        status.set_status, desk.context, ticket_id=ticket_id, status=wanted, by=mina, now=desk.time()
    )  # fmt: skip


async def kinds(desk):
    desk.time.passes(hours=2)
    await desk.sends()
    return [one.kind for one in desk.channel.sent]


@pytest.mark.parametrize("tried", [False, True])
async def test_opened_by_hand_it_is_taken_back_also_between_two_tries(desk, tried):
    ticket_id, mina = await resolved(desk)
    if tried:
        desk.time.passes(minutes=20)
        desk.channel.answers.append(DeliveryError("450 come back later"))
        await desk.sends()
    await to(desk, ticket_id, mina, "open")
    assert await kinds(desk) == ["message"]


async def test_opened_by_the_customer_it_is_taken_back_and_the_next_cycle_asks(desk):
    ticket_id, mina = await resolved(desk)
    desk.time.passes(seconds=5)
    assert await desk.writes("It still does not work", remote_ids=["in-1"]) == ticket_id
    assert await kinds(desk) == ["message"]
    await to(desk, ticket_id, mina, "resolved")
    assert await kinds(desk) == ["message", "survey"]


async def test_a_mere_thank_you_leaves_it_on_its_way(desk):
    await resolved(desk)
    await desk.writes("Thank you!", remote_ids=["in-1"], thanks=True)
    assert await kinds(desk) == ["message", "survey"]


async def test_whoever_has_the_link_does_not_fill_the_timeline(desk):
    ticket_id, _ = await resolved(desk)
    desk.time.passes(hours=1)
    await desk.sends()
    token = next(one for one in desk.channel.sent if one.kind == "survey").survey

    async def taps(turn: int) -> None:
        face = ("sad", "happy")[turn % 2]
        await desk.database.write(survey.record_answer, desk.context, token=token, score=face, now=desk.time())

    for turn in range(survey.MOST_CHANGES):
        await taps(turn)
    with pytest.raises(Conflict, match="very often"):
        await taps(survey.MOST_CHANGES)
    lines = [one for one in await desk.timeline(ticket_id) if one.kind == "survey" and one.author == "customer"]
    assert len(lines) == survey.MOST_CHANGES

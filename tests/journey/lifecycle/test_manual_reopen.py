"""A ticket resolved by mistake and opened again by hand: its clocks go on as if it had never been resolved."""

from __future__ import annotations

from helpdesk.journey.lifecycle import status, survey
from helpdesk.surveys import queries as surveys


async def to(desk, ticket_id, mina, wanted):
    await desk.database.write(
        status.set_status, desk.context, ticket_id=ticket_id, status=wanted, by=mina, now=desk.time()
    )  # fmt: skip


async def states(desk, ticket_id):
    return {(one.cycle, one.kind): one.state for one in await desk.clocks(ticket_id)}


async def test_resolving_and_opening_again_does_not_make_the_question_go_away(desk):
    mina, ticket_id = await desk.person(), await desk.writes()
    start = desk.time()
    await to(desk, ticket_id, mina, "resolved")
    await to(desk, ticket_id, mina, "closed")
    desk.time.passes(minutes=5)
    await to(desk, ticket_id, mina, "open")
    assert await states(desk, ticket_id) == {(1, "first_response"): "running", (1, "resolution"): "running"}
    await desk.answers(ticket_id, mina)
    (clock,) = await desk.clocks(ticket_id, "first_response")
    assert (clock.state, clock.started_at, clock.working_seconds) == ("stopped", start, 300)


async def test_what_the_customer_writes_then_belongs_to_the_same_cycle(desk):
    mina, ticket_id = await desk.person(), await desk.writes()
    await desk.answers(ticket_id, mina, then="resolved")
    desk.time.passes(minutes=5)
    await to(desk, ticket_id, mina, "open")
    desk.time.passes(minutes=5)
    assert await desk.writes("One more thing", remote_ids=["in-1"]) == ticket_id
    assert await states(desk, ticket_id) == {
        (1, "first_response"): "stopped",
        (1, "next_response"): "running",
        (1, "resolution"): "running",
    }
    desk.time.passes(minutes=5)
    await to(desk, ticket_id, mina, "resolved")
    (clock,) = await desk.clocks(ticket_id, "resolution")
    assert clock.stopped_at == desk.time()


async def test_one_call_back_leaves_the_other_one_waiting(desk):
    mina, ticket_id = await desk.person(), await desk.writes()
    for number in (1, 2):
        await desk.answers(ticket_id, mina, then="resolved")
        desk.time.passes(hours=1)
        await desk.sends()
        token = desk.channel.sent[-1].survey
        await desk.database.write(survey.record_answer, desk.context, token=token, score="sad", now=desk.time())
        desk.time.passes(days=4)
        if number == 1:
            await desk.writes("Again", remote_ids=["in-1"])
    first, second = await desk.database.read(surveys.follow_ups_of, ticket_id=ticket_id)
    for task, left in ((first, True), (second, False)):
        await desk.database.write(
            survey.complete_follow_up,
            ticket_id=ticket_id,
            follow_up_id=task.id,
            outcome="ok",
            person_id=mina,
            now=desk.time(),
        )
        assert ((await desk.ticket(ticket_id)).sad_at is not None) == left

"""Speed of answer: a clock of its own for callers in a queue, in seconds, whatever the order of events."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from helpdesk.journey.lifecycle import clocks, merge
from helpdesk.sla import policies
from tests.support.desk.desk_story import story
from tests.support.phone.phone_desk import Phone


@pytest.fixture
def phone(database, tmp_path):
    return Phone(story(database, tmp_path))


async def waits(phone, number=1):
    """Its clocks, without ids."""
    return [
        (one.state, one.working_seconds, one.breached_at is not None, one.due_at - one.started_at)
        for one in await phone.desk.clocks(number, "queue_wait")
    ]


async def told(phone, number=1):
    """What the timeline says of callers who waited too long."""
    return [
        line.data
        for line in await phone.desk.timeline(number)
        if line.kind == "change" and (line.data or {}).get("clock") == "queue_wait"
    ]


def answered_after(board, seconds):
    board.rings_in().joins()
    board.waits(seconds - 2)
    line = board.takes()
    return board.waits(30).finishes(line, "caller", 30).ends("h")


def given_up_after(board, seconds):
    return board.rings_in().joins().waits(seconds).gives_up().ends("h", cause=0)


MINUTE = timedelta(seconds=60)


@pytest.mark.parametrize(
    ("events", "clock", "breaches"),
    [
        (answered_after(Phone.at_nine(), 60), ("stopped", 60, False, MINUTE), 0),
        (answered_after(Phone.at_nine(), 61), ("stopped", 61, True, MINUTE), 1),
        (given_up_after(Phone.at_nine(), 20), ("left", 20, False, MINUTE), 0),
        (given_up_after(Phone.at_nine(), 95), ("left", 95, True, MINUTE), 1),
    ],
    ids=["answered in time", "answered too late", "gone within the target", "gone after it"],
)
@pytest.mark.parametrize("seed", [None, 1, 2])
async def test_every_way_out_of_a_queue_is_judged_the_same_in_any_order(phone, events, clock, breaches, seed):
    phone.desk.time.passes(minutes=10)  # the record comes late
    events = list(events)
    if seed is not None:
        events += random.Random(seed).sample(events, 4)
        random.Random(seed).shuffle(events)
    await phone.hears(events)
    await phone.desk.looks()
    await phone.desk.looks()
    assert await waits(phone) == [clock]
    said = await told(phone)
    assert [one["change"] for one in said] == ["breached"] * breaches
    [one] = await phone.desk.clocks(1, "queue_wait")
    for data in said:
        assert data["at"] == one.due_at.isoformat(), "the breach is told with the time it happened"
    assert abs(one.started_at - phone.began) < timedelta(seconds=1)


async def test_a_caller_who_still_waits_breaches_when_the_target_is_used_up(phone):
    board = phone.board()
    await phone.hears(board.rings_in().joins().events)
    assert await waits(phone) == [("running", 0, False, MINUTE)]
    phone.desk.time.passes(seconds=59)
    await phone.desk.looks()
    assert await told(phone) == []
    phone.desk.time.passes(seconds=2)
    await phone.desk.looks()
    assert [one["change"] for one in await told(phone)] == ["breached"]


async def test_a_breach_that_was_none_is_taken_back_when_the_late_word_comes(phone):
    board = phone.board()
    board.rings_in().joins()
    early = len(board.events)
    board.waits(10)
    line = board.takes()
    events = board.waits(30).finishes(line, "caller", 30).ends("h")
    await phone.hears(events[:early])
    phone.desk.time.passes(seconds=61)
    await phone.desk.looks()
    await phone.hears(events[early:])
    await phone.desk.looks()
    assert await waits(phone) == [("stopped", 12, False, MINUTE)]
    assert [one["change"] for one in await told(phone)] == ["breached", "in_time"]


async def test_the_queue_is_no_deadline_of_the_ticket_and_no_answer_to_it(phone):
    await phone.hears(phone.board().rings_in().joins().events)
    [first] = await phone.desk.clocks(1, "first_response")
    ticket = await phone.desk.ticket(1)
    assert (ticket.deadline, ticket.deadline_kind) == (first.due_at, "first_response")


async def test_a_replay_gives_the_clocks_that_are_stored(phone):
    await phone.hears(given_up_after(phone.board(), 95))
    phone.desk.time.passes(minutes=3)
    await phone.hears(answered_after(phone.board(2), 12))
    await phone.desk.looks()
    before = [dict(one._mapping) for one in await phone.desk.clocks(1, "queue_wait")]
    assert len(before) == 2
    await phone.desk.database.write(clocks.recompute_clocks, phone.desk.context, ticket_id=1, now=phone.desk.time())
    assert [dict(one._mapping) for one in await phone.desk.clocks(1, "queue_wait")] == before


async def test_a_switchboard_that_only_tells_seconds_is_measured_too(database, tmp_path):
    phone = Phone(story(database, tmp_path), sources=[{"name": "pbx", "provider": "generic"}])
    at = phone.desk.time()
    form = {"call_id": "c1", "direction": "inbound", "from": "09121234567", "queue": "support", "queue_wait_s": 75,
            "disposition": "answered", "answered_at": at.isoformat(), "talk_s": 40, "agent": "101",
            "started_at": (at - timedelta(seconds=80)).isoformat(), "ended_at": (at + timedelta(seconds=40)).isoformat()}  # fmt: skip
    phone.desk.time.passes(minutes=1)
    await phone.tells(form)
    await phone.desk.looks()
    assert await waits(phone) == [("stopped", 75, True, MINUTE)]


async def test_a_merge_takes_the_clock_of_the_queue_along_and_back_and_tells_its_breach_once(phone):
    desk, mina = phone.desk, await phone.desk.person()
    phone.desk.time.passes(minutes=3)
    await phone.hears(given_up_after(Phone.at_nine(), 95))
    await desk.looks()
    other = await desk.writes("Where is my order?")
    await desk.database.write(
        merge.merge_into, desk.context, ticket_id=1, into=other, person_id=mina, now=desk.time(), sure=True
    )
    await desk.looks()
    assert (await waits(phone, 1), await waits(phone, other)) == ([], [("left", 95, True, MINUTE)])
    await desk.database.write(merge.undo_merge, desk.context, ticket_id=1, person_id=mina, now=desk.time())
    await desk.looks()
    assert (await waits(phone, 1), await waits(phone, other)) == ([("left", 95, True, MINUTE)], [])
    assert len(await told(phone, 1)) + len(await told(phone, other)) == 1


@pytest.mark.parametrize(("rule", "target"), [(20, 20), (False, None), (None, 60)])
async def test_the_target_is_what_the_policy_says(database, tmp_path, rule, target):
    phone = Phone(story(database, tmp_path))
    raw = {"name": "calls", "when": {"channel": "phone"}} | ({} if rule is None else {"queue_wait": rule})
    sla = policies.read({"policy": [raw]})
    phone.desk.context.targets._policies = sla.policies
    phone.desk.time.passes(minutes=3)
    await phone.hears(answered_after(Phone.at_nine(), 30))
    await phone.desk.looks()
    [one] = await phone.desk.clocks(1, "queue_wait")
    assert (one.due_at and (one.due_at - one.started_at).total_seconds()) == target
    assert (one.breached_at is not None, one.policy.split("@")[0]) == (target == 20, "calls")

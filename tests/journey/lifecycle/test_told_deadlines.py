"""Warnings and misses are told once, by working time less pauses, and taken back with a line where they lie later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.journey.lifecycle import clocks, status
from helpdesk.sla.calendar.calendars import parse
from helpdesk.sla.engine.replay import CycleTargets
from helpdesk.sla.policies import PRIORITIES, Policies, Policy
from helpdesk.sla.targets import PolicyTargets
from tests.support.desk.desk_story import HOURS

TOLD = ("warned", "breached", "later")


def _rules(resolution=480, hours=HOURS):
    policy = Policy("p", dict.fromkeys(PRIORITIES, CycleTargets(None, None, resolution)))
    calendar = parse(hours)
    return PolicyTargets(Policies([policy]), {"written": (f"written@{calendar.version}", calendar)})


async def _begin(desk, minutes=480):
    desk.app.context = replace(desk.context, targets=_rules(minutes))
    return await desk.writes(), await desk.person()


async def _told(desk, ticket_id):
    lines = [entry.data for entry in await desk.timeline(ticket_id) if entry.kind == "change"]
    return [line["change"] for line in lines if line["change"] in TOLD and line["clock"] == "resolution"]


async def _set(desk, ticket_id, person, to):
    await desk.database.write(
        status.set_status, desk.context, ticket_id=ticket_id, status=to, by=person, now=desk.time()
    )


async def _looks(desk):
    while await desk.looks():
        pass


async def _restart(desk, targets):
    """The desk starts anew with these rules."""
    desk.app.context = replace(desk.context, targets=targets)
    return await desk.app.clock_watcher().recount()


async def test_a_warning_counts_no_pauses(desk):
    ticket_id, mina = await _begin(desk)  # warns after 360 minutes of working time
    desk.time.passes(minutes=60)
    await _set(desk, ticket_id, mina, "waiting")
    desk.time.passes(minutes=200)
    await _set(desk, ticket_id, mina, "open")
    (clock,) = await desk.clocks(ticket_id, "resolution")
    assert clock.warn_at == desk.time() + timedelta(minutes=300)
    assert clock.due_at == desk.time() + timedelta(minutes=420)


async def test_a_pause_forgets_nothing_that_was_told(desk):
    ticket_id, mina = await _begin(desk)
    desk.time.passes(minutes=365)
    await _looks(desk)
    await _set(desk, ticket_id, mina, "waiting")
    desk.time.passes(minutes=30)
    await _set(desk, ticket_id, mina, "open")
    await _looks(desk)
    assert await _told(desk, ticket_id) == ["warned"]
    desk.time.passes(minutes=116)
    await _looks(desk)
    await _set(desk, ticket_id, mina, "on_hold")
    desk.time.passes(minutes=10)
    await _set(desk, ticket_id, mina, "open")
    await _looks(desk)
    assert await _told(desk, ticket_id) == ["warned", "breached"]


async def test_changed_rules_count_open_clocks_anew_at_the_start(desk):
    ticket_id, _ = await _begin(desk)
    began = desk.time()
    await desk.app.clock_watcher().recount()
    assert await desk.app.clock_watcher().recount() == 0
    assert await _restart(desk, _rules(60)) == 1
    (clock,) = await desk.clocks(ticket_id, "resolution")
    assert (clock.due_at, clock.target_minutes) == (began + timedelta(minutes=60), 60)
    assert (await desk.ticket(ticket_id)).deadline == began + timedelta(minutes=60)


@pytest.mark.parametrize("changed", [_rules(600), _rules(480, {**HOURS, "holidays": ["2026-03-02"]})])
async def test_a_miss_that_is_none_any_more_is_taken_back_with_a_line_and_told_at_its_new_time(desk, changed):
    ticket_id, _ = await _begin(desk, 60)
    desk.time.passes(minutes=61)
    await _looks(desk)
    assert await _told(desk, ticket_id) == ["breached"]
    await _restart(desk, changed)
    await _looks(desk)
    assert await _told(desk, ticket_id) == ["breached", "later"]
    (clock,) = await desk.clocks(ticket_id, "resolution")
    assert (clock.breached_at, clock.warned_at) == (None, None)
    desk.time.passes(days=4)
    await _looks(desk)
    assert (await _told(desk, ticket_id))[2:] == ["breached"]


async def test_a_warning_is_taken_back_too(desk):
    ticket_id, _ = await _begin(desk, 60)
    desk.time.passes(minutes=46)
    await _looks(desk)
    await _restart(desk, _rules(480))
    await _looks(desk)
    assert await _told(desk, ticket_id) == ["warned", "later"]


async def test_what_stays_missed_by_a_later_time_is_not_told_again(desk):
    ticket_id, _ = await _begin(desk, 60)
    began = desk.time()
    desk.time.passes(minutes=100)
    await _looks(desk)
    await _restart(desk, _rules(90))
    await _looks(desk)
    assert await _told(desk, ticket_id) == ["breached"]
    (clock,) = await desk.clocks(ticket_id, "resolution")
    assert clock.breached_at == began + timedelta(minutes=90)


async def test_a_pause_after_a_restart_tells_nothing_twice(desk):
    ticket_id, mina = await _begin(desk, 60)
    desk.time.passes(minutes=50)
    await _looks(desk)
    await _set(desk, ticket_id, mina, "waiting")
    await _restart(desk, _rules(61))
    desk.time.passes(minutes=5)
    await desk.database.write(clocks.recompute_clocks, desk.context, ticket_id=ticket_id, now=desk.time())
    await _set(desk, ticket_id, mina, "open")
    await _looks(desk)
    assert await _told(desk, ticket_id) == ["warned"]

"""A promise that was made for a customer's mark or a team holds however often the clocks are counted."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from helpdesk.agents.models import teams
from helpdesk.contacts.models import contacts
from helpdesk.journey.lifecycle import clocks
from helpdesk.sla.policies import read
from tests.support.desk.desk_story import story

VIP = {"name": "vip", "when": {"mark": ["vip"]}, "first_response": 5, "next_response": 7}
BIG = {"name": "big", "when": {"team": "Big customers"}, "first_response": 9}


@pytest.fixture
def desk(database, tmp_path):
    return story(database, tmp_path, policies=read({"policy": [VIP, BIG]}, ()).policies)


def minutes(clock) -> float:
    return float((clock.due_at - clock.started_at).total_seconds() / 60)


async def test_the_promise_for_a_mark_survives_a_recount(desk):
    number = await desk.writes("the first time", id="first")
    await desk.database.write(lambda tx: tx.execute(update(contacts).values(mark="vip")) and None)
    mina = await desk.person()
    await desk.answers(number, mina)
    await desk.writes("and again", remote_ids=["first"])
    await desk.database.write(clocks.recompute_clocks, desk.context, ticket_id=number, now=desk.time())
    assert {minutes(one) for one in await desk.clocks(number, "next_response")} == {7}
    assert {minutes(one) for one in await desk.clocks(number, "first_response")} == {5}


async def test_a_policy_names_a_team_by_its_name(desk):
    await desk.database.write(
        lambda tx: tx.execute(insert(teams).values(name="Big customers", created_at=desk.time())) and None
    )
    number = await desk.writes("an order of 4,000 bowls", team="Big customers")
    assert {minutes(one) for one in await desk.clocks(number, "first_response")} == {9}
    await desk.database.write(clocks.recompute_clocks, desk.context, ticket_id=number, now=desk.time())
    assert {minutes(one) for one in await desk.clocks(number, "first_response")} == {9}

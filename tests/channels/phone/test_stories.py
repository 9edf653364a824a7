"""Calls on the timeline, from the webhook to the clock."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import Any

import pytest

from channels.phone.channel import Channel
from channels.phone.normalise import envelope
from channels.phone.settings import PhoneSettings
from tests.support.house import Story, story
from tests.support.switchboard import Event, Switchboard


class Phone:
    """A desk with a telephone."""

    def __init__(self, desk: Story, **settings: Any) -> None:
        own = {"enabled": True, "sources": [{"name": "pbx", "provider": "asterisk"}], **settings}
        self.desk = desk
        self.channel = Channel(PhoneSettings.model_validate(own), env={}, now=desk.time)
        desk.book.channels["phone"] = self.channel  # type: ignore[index]
        self.count = 0

    def board(self, number: int = 1) -> Switchboard:
        """A switchboard whose clock is the desk's."""
        call = f"pbx-{int(self.desk.time().timestamp())}.{number}"
        return Switchboard(call=call, at=self.desk.time().timestamp())

    async def hears(self, events: list[Event]) -> None:
        """Events arrive, each by itself, and are worked one by one."""
        for event in events:
            self.count += 1
            raw = envelope("asterisk", "application/json", json.dumps(event), self.desk.time())
            await self.desk.house.desk_for("phone").accept("pbx", f"e{self.count}", raw, order_key=event["Linkedid"])
            await self.desk.work()

    async def calls(self) -> list[Any]:
        """Every line of a call on any timeline, oldest ticket first."""
        found = []
        for number in range(1, 5):
            try:
                found += [line for line in await self.desk.timeline(number) if line.kind == "call"]
            except Exception:
                break
        return found


@pytest.fixture
def phone(database, tmp_path):
    return Phone(story(database, tmp_path))


def answered(board: Switchboard) -> list[Event]:
    board.rings_in().joins()
    line = board.takes()
    return board.waits(30).finishes(line, "caller", 30).ends("h")


def abandoned(board: Switchboard) -> list[Event]:
    return board.rings_in().joins().waits(30).gives_up().ends("h", cause=0)


async def test_an_answered_call_is_one_line_and_answers_at_the_moment_of_answer(phone):
    await phone.hears(answered(phone.board()))
    [line] = await phone.calls()
    assert (line.data["disposition"], line.data["talk_s"], line.data["queue_wait_s"]) == ("answered", 30, 2)
    [first] = await phone.desk.clocks(1, "first_response")
    assert first.stopped_at is not None
    assert abs(first.stopped_at - phone.desk.time()) < timedelta(seconds=10)


async def test_an_abandoned_call_opens_a_ticket_whose_clock_runs(phone):
    await phone.hears(abandoned(phone.board()))
    [line] = await phone.calls()
    assert line.data["disposition"] == "abandoned"
    [first] = await phone.desk.clocks(1, "first_response")
    assert first.stopped_at is None


@pytest.mark.parametrize("seed", range(6))
async def test_events_in_any_order_make_the_same_line(phone, seed):
    events = answered(phone.board())
    random.Random(seed).shuffle(events)
    await phone.hears(events)
    [line] = await phone.calls()
    assert (line.data["disposition"], line.data["talk_s"], line.data["status"]) == ("answered", 30, "ended")


async def test_our_survey_call_and_a_call_between_colleagues_open_nothing(phone):
    board = phone.board().places("PJSIP/trunk-0000000d", "from-trunk")
    line = board.dials("PJSIP/trunk", "09121234567@trunk", by_itself=True)
    events = board.waits(10).dial_ends(line, "NOANSWER", by_itself=True).ends(cause=19)
    random.Random(1).shuffle(events)
    await phone.hears(events)
    board = phone.board(2).picks_up_to_dial("101", "102")
    line = board.dials("PJSIP/102", "PJSIP/102")
    await phone.hears(board.dial_ends(line, "ANSWER").line_ends(line).ends())
    assert await phone.calls() == []
    assert await phone.desk.work() is None


async def test_a_call_back_that_is_answered_stops_the_clock_of_the_missed_call(phone):
    await phone.hears(abandoned(phone.board()))
    phone.desk.time.passes(minutes=10)
    board = phone.board(2).places("PJSIP/101-00000009", "from-internal")
    own = board.dials("PJSIP/101", "101", by_itself=True)
    board.waits(2).dial_ends(own, "ANSWER", by_itself=True)
    theirs = board.dials("PJSIP/trunk", "09121234567@trunk")
    await phone.hears(board.waits(6).dial_ends(theirs, "ANSWER").waits(20).line_ends(theirs).ends())
    assert [line.data["direction"] for line in await phone.calls()] == ["incoming", "outgoing"]
    [first] = await phone.desk.clocks(1, "first_response")
    assert first.stopped_at is not None

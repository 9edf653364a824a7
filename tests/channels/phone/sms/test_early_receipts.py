"""Early receipts: a gateway reports a failure before the desk has stored the id of its message."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from channels.phone.normalise import envelope
from helpdesk.outbox import actions as outbox
from helpdesk.workers.outbox_worker import record_outcome
from tests.support.desk.desk_story import story
from tests.support.phone.phone_desk import Phone


@pytest.fixture
def phone(database, tmp_path):
    return Phone(story(database, tmp_path), sms={"driver": "http", "url": "http://127.0.0.1:1/"})


async def reports(phone, name):
    raw = envelope("http", "application/json", json.dumps({"id": name, "state": "failed"}), phone.desk.time())
    await phone.desk.app.desk_for("phone").accept("sms", f"report-{name}", raw, order_key=name)
    await phone.desk.work()


async def test_the_answer_it_is_about_is_found_and_counts_no_more(phone):
    desk = phone.desk
    mina = await desk.person()
    await phone.tells({"call_id": "c", "direction": "inbound", "from": "09121234567", "event": "missed"})
    entry_id = await desk.answers(1, mina)
    desk.time.passes(minutes=1)
    (row,) = await desk.database.write(
        outbox.claim, worker="w", channels=["phone"], now=desk.time(), lease=timedelta(minutes=2), most=4
    )
    await reports(phone, "7")
    await desk.database.write(
        record_outcome, context=desk.context, row=row, outcome=["sms:7"], now=desk.time(), worker="w", waits=[1]
    )
    for _ in range(3):
        desk.time.passes(minutes=2)
        await desk.work()
    [line] = [one for one in await desk.timeline(1) if one.id == entry_id]
    assert line.delivery == "failed"
    [first] = await desk.clocks(1, "first_response")
    assert first.state == "running"


async def test_a_report_about_nothing_of_ours_is_shown_at_once(phone):
    await reports(phone, "7")
    assert (await phone.desk.timeline(1))[0].author == "system"

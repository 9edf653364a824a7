"""A unit whose statement fails is kept as a whole or not at all: answers, alerts, surveys, what nobody read."""

from __future__ import annotations

from typing import ClassVar

import pytest

from channels.contract import Capabilities
from helpdesk.errors import Unavailable
from helpdesk.journey.answering import reply, unread_fallback
from helpdesk.journey.lifecycle import sla_alerts, status, survey
from helpdesk.outbox import actions as outbox
from helpdesk.tickets import queries as tickets
from helpdesk.workers import outbox_worker
from tests.support.desk.desk_story import story
from tests.support.desk.failing_sqlite import Disk, contents, fail_on
from tests.support.desk.memory_channel import MemoryChannel

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def disk():
    return Disk()


@pytest.fixture
def desk(database, tmp_path, disk):
    fail_on(disk, database)
    return story(database, tmp_path)


async def fails_whole(desk, disk, path, unit, *args, **more):
    """Run a unit on a disk that fails at its first statement, its second, and so on, until it succeeds."""
    for statement in range(500):
        before = contents(path)
        disk.fail_after(statement)
        failures = disk.failures
        try:
            result = await desk.database.write(unit, *args, **more)
        except Unavailable:
            assert contents(path) == before, f"statement {statement} left something"
        else:
            assert disk.failures == failures, f"statement {statement} failed and nobody was told"
            disk.heal()
            return statement, result
    raise AssertionError("it never succeeded")


class Chat(MemoryChannel):
    """A chat in memory that tells what was read."""

    can = Capabilities(attachments=True, starts=True, reads=True)


class Post(MemoryChannel):
    """A mailbox in memory."""

    name: ClassVar[str] = "email"
    can = Capabilities(subject=True, starts=True)


@pytest.mark.parametrize("rolls_back", [True, False], ids=["transaction", "statement"])
async def test_an_answer_leaves_whole_or_not_at_all(desk, disk, tmp_path, rolls_back):
    """From the reply over claim, outcome and recovery to a mail for what nobody read."""
    desk.context.channels["memory"] = Chat()
    desk.context.channels["email"] = Post()
    disk.rolls_back = rolls_back
    path = tmp_path / "desk.db"
    mina = await desk.person()
    ticket_id = await desk.writes(also=[("email:sara@customers.example", True)])
    seen = await desk.database.read(tickets.newest_entry, ticket_id=ticket_id)
    counts = {}
    counts["reply"], _ = await fails_whole(
        desk, disk, path, reply.send_reply, desk.context, ticket_id=ticket_id, person_id=mina, person_name="Mina",
        answer=reply.Reply("It is on its way.", seen), now=desk.time(),
    )  # fmt: skip
    desk.time.passes(seconds=20)
    worker = desk.app.outbox_worker()
    counts["claim"], rows = await fails_whole(
        desk, disk, path, outbox.claim, worker="w", channels=["memory"], now=desk.time(), lease=worker.lease, most=4
    )
    counts["sent"], _ = await fails_whole(
        desk, disk, path, outbox_worker.record_outcome, context=desk.context, row=rows[0], outcome=["m-1"],
        now=desk.time(), worker="w", waits=(30,),
    )  # fmt: skip
    desk.time.passes(minutes=11)
    counts["unread"], mailed = await fails_whole(
        desk, disk, path, unread_fallback.mail_unread_replies, desk.context, now=desk.time()
    )
    assert mailed == 1
    assert len(await desk.database.write(
        outbox.claim, worker="w", channels=["email"], now=desk.time(), lease=worker.lease, most=4
    )) == 1  # fmt: skip
    desk.time.passes(minutes=11)
    counts["recover"], lost = await fails_whole(
        desk, disk, path, outbox_worker.recover, context=desk.context, now=desk.time(), lease=worker.lease
    )
    assert lost == 1
    assert min(counts.values()) >= 3, counts


@pytest.mark.parametrize("rolls_back", [True, False], ids=["transaction", "statement"])
async def test_alerts_and_surveys_are_kept_whole_or_not_at_all(desk, disk, tmp_path, rolls_back):
    disk.rolls_back = rolls_back
    path = tmp_path / "desk.db"
    mina = await desk.person()
    ticket_id = await desk.writes()
    desk.time.passes(hours=2)
    counts = {}
    counts["alerts"], fired = await fails_whole(desk, disk, path, sla_alerts.fire_due_alerts, now=desk.time())
    assert fired
    await desk.answers(ticket_id, mina)
    desk.time.passes(minutes=1)
    await desk.sends()
    counts["resolve"], _ = await fails_whole(
        desk,
        disk,
        path,
        status.set_status,
        desk.context,
        ticket_id=ticket_id,
        status="resolved",
        by=mina,
        now=desk.time(),
    )
    desk.time.passes(minutes=1)
    await desk.sends()
    token = desk.channel.sent[-1].survey
    assert token
    counts["face"], _ = await fails_whole(
        desk, disk, path, survey.record_answer, desk.context, token=token, score="sad", now=desk.time()
    )
    assert min(counts.values()) >= 3, counts

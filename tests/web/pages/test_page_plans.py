"""No page, command, watcher or metric reads a table that grows from end to end: the plans of all statements they run.

The routes are asked from the site itself, so a new page is tried without being named here.
"""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from helpdesk.app import web_application
from helpdesk.intake import queries as arrivals
from helpdesk.journey.answering import unread_fallback
from helpdesk.journey.lifecycle import survey
from helpdesk.outbox import queries as outbox
from helpdesk.outbox import unread_checks
from helpdesk.sla.store import queries as sla
from helpdesk.tickets.lists import ticket_lists
from tests.security.test_access_control import doors, enter, filled
from tests.support.desk.desk_story import story
from tests.support.growth.query_plans import recorded, scanning

TOKEN = "t" * 32
LEFT = ("/live", "/sign-out", "/account/sessions")  # a stream without end; what would sign us out
AFTER = "2026-03-02T06:00:00+00:00_5"
FORM = {
    "text": "Hello", "seen": "0", "status": "waiting", "person": "1", "entry": "1", "react": "1 👍", "kind": "reply",
    "into": "2", "other": "2", "sure": "1", "number": "+982188776655", "task": "1", "outcome": "We spoke",
    "name": "Sara", "email": "sara@desk.example", "role": "agent", "team": "1", "score": "sad", "language": "en",
    "drop": "1", "contact": "2", "joined": "1", "address": "email:b@customers.example", "words": "late",
}  # fmt: skip


@pytest.fixture
async def desk(database, tmp_path):
    """A desk with an answered, a sad, an unread and a quarantined message."""
    desk = story(database, tmp_path, settings={"metrics": {"token": TOKEN}})
    mina = await desk.person("Leila")
    for sender in ("a@customers.example", "b@customers.example", "c@customers.example"):
        number = await desk.writes(
            "Where is my order?", sender=sender, id=sender, html="<p>Where?</p>", files={"a.txt": "x"}
        )
        assert number
    await desk.answers(1, mina, then="resolved")
    desk.time.passes(minutes=11)
    await desk.sends()
    token = next(item.survey for item in desk.channel.sent if item.kind == "survey")
    await database.write(survey.record_answer, desk.context, token=token, score="sad", now=desk.time())
    await desk.app.desk_for("memory").accept("main", "bad", b"not json", order_key="x")
    await desk.work()
    return desk


def pages(client):
    """Every page, and each list with its order and its further rows."""
    for method, pattern, _ in doors(client):
        if method == "GET" and not pattern.startswith(LEFT):
            yield filled(pattern)
    for view in ticket_lists.VIEWS:
        for sort in ("deadline", "longest", "newest"):
            for after in ("", f"&after={AFTER}"):
                yield f"/inbox/rows?view={view}&sort={sort}{after}"
    for words in ("order", "1", "+98 912 000", "a@customers.example", "visitor ab12"):
        yield f"/inbox?q={words}"


async def test_no_page_reads_a_growing_table_from_end_to_end(database, desk, aiohttp_client):
    client = await aiohttp_client(web_application(desk.app))
    await enter(client, desk, "administrator")
    with recorded(database) as recorder:
        for address in pages(client):
            answer = await client.get(address, allow_redirects=False)
            assert answer.status < 500, address
        metrics = await client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert (metrics.status, (await client.get("/healthz")).status) == (200, 200)
    assert len(recorder.statements) > 60
    assert await database.read(scanning, recorder) == []


async def test_no_command_reads_a_growing_table_from_end_to_end(database, desk, aiohttp_client):
    client = await aiohttp_client(web_application(desk.app))
    form = FORM | {"csrf": await enter(client, desk, "administrator")}
    with recorded(database) as recorder:
        for number in ("2", "1"):
            for method, pattern, _ in list(doors(client)):
                if method == "POST" and not pattern.startswith(LEFT):
                    value = "1" if re.search("people|quarantine", pattern) else number
                    answer = await client.post(filled(pattern, value), data=form, allow_redirects=False)
                    assert answer.status < 500, pattern
    assert len(recorder.statements) > 60
    assert await database.read(scanning, recorder) == []


async def test_no_watcher_reads_a_growing_table_from_end_to_end(database, desk):
    mina = await desk.person()
    intake, waiting = desk.app.intake_worker(), iter(("late", "again"))
    with recorded(database) as recorder:
        for number in (2, 3):
            await desk.answers(number, mina)
        await desk.sends()
        for sender in ("d@customers.example", "c@customers.example"):
            await desk.writes("And now?", sender=sender, id=next(waiting), work=False)
            await intake.work_once()
            desk.time.passes(days=2)
            await desk.looks()
        for query in (sla.next_fire, unread_checks.next_check, outbox.next_lease_end, arrivals.next_due):
            await database.read(query)
        for due in (outbox.next_due, arrivals.next_due):
            await database.read(due, after=desk.time())
        await database.write(unread_fallback.mail_unread_replies, desk.context, now=desk.time())
        await database.read(outbox.is_sending, channel="memory")
    assert len(recorder.statements) > 20
    assert await database.read(scanning, recorder) == []


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT id FROM outbox WHERE account = 'a'",
        "SELECT min(lease_until) FROM outbox",
        "SELECT count(*) FROM tickets",
    ],
)
async def test_the_check_finds_a_scan(database, statement):
    with recorded(database) as recorder:
        await database.read(lambda tx: tx.execute(text(statement)).all())
    assert len(await database.read(scanning, recorder)) == 1

"""A mail may call itself anything and be of any year: it is on its timeline, and the next one too."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from channels.contract import Unreadable
from helpdesk.intake import queries as intake
from helpdesk.intake.models import intake as arrived
from helpdesk.tickets import queries
from tests.support.mail.mail_desk import mail_story


@pytest.fixture
def post(database, tmp_path):
    return mail_story(database, tmp_path)


@pytest.mark.parametrize(
    "head",
    [
        b"Message-ID: <a\0b@customers.example>\r\nFrom: sara@customers.example",
        b"Message-ID: <1@customers.example>\r\nFrom: <sa\0ra@customers.example>",
        b"Message-ID: <a\xed\xa0\x80b@customers.example>\r\nFrom: sara@customers.example",
        b"Message-ID: <" + b"a" * 5000 + b"@customers.example>\r\nFrom: sara@customers.example",
        b"From: sara@customers.example\r\nDate: 0001-01-01T00:00:00Z",
        b"From: sara@customers.example\r\nDate: 9999-12-31T23:59:59Z",
        b"From: sara@customers.example\r\nSubject: " + b"s\0" * 50_000,
        b"From: sara@customers.example\r\nCc: " + b", ".join(b"c%d@customers.example" % n for n in range(10_000)),
    ],
)
async def test_it_is_taken_in_read_and_shown(post, head):
    ticket_id = await post.gets(b"To: support@desk.example\r\n" + head + b"\r\n\r\nWhere is my order?\r\n")
    assert ticket_id is not None
    assert (await post.timeline(ticket_id))[0].text == "Where is my order?"
    await post.database.read(queries.ticket, ticket_id=ticket_id)
    assert await post.database.read(intake.figures) == {"new": 0, "quarantined": 0}


async def test_a_reason_that_no_database_keeps_stops_no_worker(desk):
    def unreadable(_account: str, _raw: bytes) -> None:
        raise Unreadable("it begins with \0 and \ud800")

    desk.channel.normalise = unreadable
    await desk.writes()
    row = await desk.database.read(lambda tx: tx.execute(select(arrived.c.state, arrived.c.error)).one())
    assert (row.state, row.error) == ("quarantined", "it begins with  and ?")

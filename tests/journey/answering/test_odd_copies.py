"""A copy that nothing can be written to keeps the answer from nobody, and is shown."""

from __future__ import annotations

import pytest

from helpdesk.web.inbox.build.timeline_items import _envelope
from tests.support.mail.mail_desk import mail, mail_story


@pytest.fixture
def desk(database, tmp_path):
    return mail_story(database, tmp_path)


async def test_an_odd_address_among_the_copies_keeps_the_answer_from_nobody(desk):
    asked = mail().as_bytes().replace(b"Subject:", "Cc: x@ü..example, omid@customers.example\r\nSubject:".encode(), 1)
    number, mina = await desk.gets(asked), await desk.person()
    answer = await desk.answers(number, mina)
    (sent,) = await desk.posts()
    assert str(sent["Cc"]) == "omid@customers.example"
    (entry,) = [item for item in await desk.timeline(number) if item.id == answer]
    assert entry.delivery == "sent"
    assert [place for place, _ in entry.data["cc"]] == ["email:omid@customers.example"]
    assert _envelope(entry.data)["dropped_copies"] == ("x@ü..example",)


async def test_an_odd_address_somebody_ticked_is_left_out_too(desk):
    asked = mail().as_bytes().replace(b"Subject:", "Cc: x@ü..example\r\nSubject:".encode(), 1)
    number, mina = await desk.gets(asked), await desk.person()
    answer = await desk.answers(number, mina, copies=["email:x@ü..example"])
    (sent,) = await desk.posts()
    assert sent["Cc"] is None
    (entry,) = [item for item in await desk.timeline(number) if item.id == answer]
    assert entry.delivery == "sent"

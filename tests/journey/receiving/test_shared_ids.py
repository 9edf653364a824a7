"""Messages that share an id: what was written decides whether they are one."""

from __future__ import annotations

import pytest

from channels.email.facts.raw_mail_id import OVERSIZED, UNREADABLE, fingerprint, intake_id, stand_in, traced
from helpdesk.intake import actions, queries
from tests.support.mail.mail_desk import mail, mail_story


@pytest.fixture
def desk(database, tmp_path):
    return mail_story(database, tmp_path)


def form(words: str) -> bytes:
    """What a contact form sends: one id for everybody, no date."""
    return mail(words, sender="form@shop.example", subject="Contact", id="<form@shop.example>").as_bytes()


async def written(desk) -> list[tuple[str, str]]:
    """(words, mark) of every message on a timeline."""
    lines = [entry for number in range(1, 5) for entry in await desk.timeline(number)]
    return [(one.text.strip(), str((one.data or {}).get("problem", ""))) for one in lines if one.kind == "message"]


async def test_two_forms_with_one_id_and_other_words_are_both_kept(desk):
    assert intake_id(form("Where is my order?")) == intake_id(form("Please call me."))
    for words in ("Where is my order?", "Please call me.", "Where is my order?", "Please call me."):
        await desk.gets(form(words))
    assert sorted(await written(desk)) == [("Please call me.", "same id"), ("Where is my order?", "")]


async def test_a_mailbox_read_again_doubles_nothing(desk):
    raw = form("Where is my order?")
    await desk.gets(raw)
    await desk.gets(
        traced(b"Received: from somewhere\r\nReturn-Path: <form@shop.example>\r\n" + raw, "01-Mar-2026 10:00:00 +0000")
    )
    await desk.gets(raw.replace(b"\r\n", b"\n"))
    await desk.gets(stand_in(UNREADABLE, 99, raw.partition(b"\r\n\r\n")[0]))
    assert await written(desk) == [("Where is my order?", "")]


async def test_a_note_about_a_large_mail_hides_no_other_mail(desk):
    head = form("A film of it").partition(b"\r\n\r\n")[0]
    large, other = stand_in(OVERSIZED, 90_000_000, head), stand_in(OVERSIZED, 80_000_000, head)
    for raw in (large, form("Please call me."), other, large, form("Please call me."), other):
        await desk.gets(raw)
    notes = [entry for number in range(1, 5) for entry in await desk.timeline(number) if entry.kind == "note"]
    assert [entry.data["problem"] for entry in notes] == ["oversized", "oversized"]
    assert [line for line in await written(desk) if line[1]] == [("Please call me.", "same id")]


async def test_a_mail_that_can_be_fetched_at_last_is_kept(desk):
    raw = form("Where is my order?")
    await desk.gets(stand_in(UNREADABLE, 99, raw.partition(b"\r\n\r\n")[0]))
    for _ in range(2):
        await desk.gets(raw)
    assert [words for words, _mark in await written(desk)].count("Where is my order?") == 1


async def test_what_was_erased_does_not_come_back(desk):
    def store(tx, words):
        return actions.store(
            tx, channel="email", account="support", external_id="<1>", raw=words, order_key="a-word-of-sixteen",
            received_at=desk.time(), fingerprint=fingerprint,
        )  # fmt: skip

    assert await desk.database.write(store, form("one"))
    await desk.database.write(actions.mark_done, intake_ids=[1])
    await desk.database.write(actions.forget, channel="email", account="support", word="a-word-of-sixteen")
    assert not await desk.database.write(store, form("two"))
    assert (await desk.database.read(queries.raw, intake_id=1)).raw == b""

"""Copies, the original below an answer, signatures; and mails too large to be taken in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from channels.contract import Inbound
from helpdesk.errors import Invalid
from helpdesk.journey.lifecycle import clocks
from helpdesk.tickets import queries
from tests.support.desk.desk_story import story
from tests.support.desk.memory_channel import MemoryChannel


async def left(desk):
    desk.time.passes(seconds=16)
    await desk.sends()
    return desk.channel.sent[-1]


async def test_whom_the_customer_wrote_to_gets_copies_and_is_shown(desk):
    number = await desk.writes(copies=["omid@customers.example", "desk@desk.example"])
    mina = await desk.person()
    entry = await desk.answers(number, mina)
    sent = await left(desk)
    assert [one.address for one in sent.copies] == ["memory:omid@customers.example"]
    line = await desk.database.read(queries.entry, entry_id=entry)
    assert [one[0] for one in line.data["cc"]] == ["memory:omid@customers.example"]


async def test_a_copy_can_be_left_out_and_strangers_get_none(desk):
    number = await desk.writes(id="q", copies=["omid@customers.example"])
    mina = await desk.person()
    await desk.writes("let me in", sender="eve@elsewhere.example", remote_ids=["q"])
    await desk.answers(number, mina, copies=())
    assert list((await left(desk)).copies) == []
    await desk.answers(number, mina)
    assert [one.address for one in (await left(desk)).copies] == ["memory:omid@customers.example"]
    with pytest.raises(Invalid):
        await desk.answers(number, mina, copies=("memory:somebody@elsewhere.example",))


async def test_somebody_put_in_copy_later_takes_part_from_then_on(desk):
    number = await desk.writes(id="q")
    await desk.writes("with my brother", remote_ids=["q"], copies=["omid@customers.example"])
    await desk.answers(number, await desk.person())
    assert [one.address for one in (await left(desk)).copies] == ["memory:omid@customers.example"]
    assert await desk.writes("I am the brother", sender="omid@customers.example", numbers=[number]) == number
    assert not (await desk.timeline(number))[-1].stranger


async def test_a_stranger_invites_nobody(desk):
    number = await desk.writes(id="q")
    await desk.writes("me", sender="eve@elsewhere.example", remote_ids=["q"], copies=["mallory@elsewhere.example"])
    guests = await desk.database.read(queries.participants_of, ticket_id=number)
    assert [(one.address, one.welcome) for one in guests] == [("memory:eve@elsewhere.example", False)]


async def test_the_original_stands_below_by_choice(desk):
    number = await desk.writes("کاسه‌ها کجاست؟", name="سارا")
    mina = await desk.person()
    await desk.answers(number, mina)
    assert "quote" not in (await left(desk)).details
    await desk.answers(number, mina, quote=True)
    quote = (await left(desk)).details["quote"]
    assert quote["text"] == "کاسه‌ها کجاست؟"
    assert "سارا" in quote["header"]
    assert quote["header"].endswith("نوشت:")
    assert "۱۴۰۴" in quote["header"]


async def test_a_desk_can_always_quote_and_a_person_can_leave_it_out(database, tmp_path):
    desk = story(database, tmp_path, settings={"tickets": {"quote_original": True}})
    number, mina = await desk.writes("Where?"), await desk.person()
    await desk.answers(number, mina)
    assert (await left(desk)).details["quote"]["text"] == "Where?"
    await desk.answers(number, mina, quote=False)
    assert "quote" not in (await left(desk)).details


async def test_the_signature_is_the_teams_with_the_persons_name(database, tmp_path):
    from sqlalchemy import insert, update

    from helpdesk.agents.models import teams
    from helpdesk.tickets.models import tickets

    signatures = {"signature": "{person}\n{desk}", "signature_by_team": {"Orders": "{person}, {team} of {desk}"}}
    desk = story(database, tmp_path, settings={"tickets": signatures, "desk": {"name": "Nilgun"}})
    number, mina = await desk.writes(), await desk.person()
    await desk.answers(number, mina)
    assert (await left(desk)).signature == "Mina\nNilgun"

    def to_team(tx):
        fresh = insert(teams).values(name="Orders", created_at=desk.time())
        team = tx.execute(fresh.returning(teams.c.id)).scalar_one()
        tx.execute(update(tickets).where(tickets.c.id == number).values(team_id=team))

    await desk.database.write(to_team)
    await desk.answers(number, mina)
    assert (await left(desk)).signature == "Mina, Orders of Nilgun"


# --- too large ------------------------------------------------------------------------------------


class LargeMails(MemoryChannel):
    """A channel in memory that gets mails above its limit."""

    def _inbound(self, said: dict[str, Any]) -> Inbound:
        from dataclasses import replace

        details: Mapping[str, Any] = said.get("details", {})
        return replace(super()._inbound(said), details=details)


LARGE = {"oversize": {"size": 41943040, "limit": 26214400}}


@pytest.fixture
def large(database, tmp_path):
    desk = story(database, tmp_path)
    desk.channel.__class__ = LargeMails
    return desk


async def test_a_mail_too_large_is_a_note_and_its_sender_is_told_once_in_their_language(large):
    number = await large.writes("", name="سارا", subject="عکس‌های سفارش", **LARGE)
    note, answer = await large.timeline(number)
    assert (note.kind, note.author, note.public) == ("note", "system", False)
    assert note.data == {
        "problem": "oversized", "size": "41943040", "most": 26214400, "subject": "عکس‌های سفارش"
    }  # fmt: skip
    assert "۴۰" in note.text
    assert "عکس‌های سفارش" in note.text
    assert (answer.author, answer.automatic, answer.delivery) == ("automation", True, "queued")
    assert await large.clocks(number) == []
    await large.sends()
    sent = large.channel.sent[-1]
    assert sent.automatic
    assert sent.to.address == "memory:sara@customers.example"
    assert sent.text.startswith("این پیام خودکار است.")
    assert "۲۵ مگابایت" in sent.text
    await large.writes("", name="سارا", subject="باز هم", **LARGE)
    await large.sends()
    assert len(large.channel.sent) == 1


async def test_robots_are_not_told_that_their_mail_was_too_large(large):
    number = await large.writes("", automatic=True, **LARGE)
    assert [one.kind for one in await large.timeline(number)] == ["note"]


async def test_a_mail_too_large_does_not_reopen(large):
    from helpdesk.journey.lifecycle import status

    number, mina = await large.writes("Hello", id="q"), await large.person()
    await large.database.write(
        status.set_status, large.context, ticket_id=number, status="resolved", by=mina, now=large.time()
    )
    assert await large.writes("", subject="My photos of it", remote_ids=["q"], **LARGE) == number
    assert (await large.ticket(number)).status == "resolved"
    large.time.passes(seconds=20)  # the survey goes first
    await large.sends()
    assert [one.kind for one in large.channel.sent] == ["survey", "message"]
    assert large.channel.sent[-1].text.startswith("This message is automatic.")


async def test_imported_history_triggers_nothing(desk):
    """T19."""
    from helpdesk.tickets import actions
    from helpdesk.tickets.rows import NewEntry

    number, mina = await desk.writes("automatic", automatic=True), await desk.person()
    at = desk.time.passes(days=-900)
    for kind, author in (("message", "import"), ("message", "import"), ("call", "import")):
        entry = NewEntry(
            ticket_id=number, at=at, kind=kind, author=author, public=True, person_id=mina, text="years ago",
            data={"direction": "incoming", "disposition": "missed"},
        )  # fmt: skip
        await desk.database.write(actions.add_entry, entry)
    await desk.database.write(clocks.recompute_clocks, desk.context, ticket_id=number, now=desk.time())
    assert await desk.clocks(number) == []
    assert await desk.looks() == 0

"""Mails in the inbox, without script: copies, doubtful senders, merging."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from channels.contract import Inbound
from helpdesk.journey.lifecycle import survey
from helpdesk.tickets import actions as tickets
from helpdesk.tickets.rows import NewEntry
from tests.support.desk.desk_story import story
from tests.support.desk.memory_channel import MemoryChannel
from tests.support.pages.scriptless import page, post, signed_in


class Detailed(MemoryChannel):
    """A channel in memory whose letters may carry details."""

    def _inbound(self, letter: dict[str, Any]) -> Inbound:
        details: Mapping[str, Any] = letter.get("details", {})
        return replace(super()._inbound(letter), details=details)


@pytest.fixture
async def desk(database, tmp_path):
    made = story(database, tmp_path)
    made.channel.__class__ = Detailed
    return made


@pytest.fixture
async def client(desk, aiohttp_client):
    person = await desk.person()
    return await signed_in(desk, aiohttp_client, person)


async def test_an_unauthenticated_sender_and_a_reply_to_address_are_pointed_out(desk, client):
    details = {"warning": {"authentication": "dmarc"}, "reply_to": ["<b>@elsewhere.example"]}
    number = await desk.writes("Change my bank account", details=details)
    shown = await page(client, f"/inbox/tickets/{number}")
    assert "The mail server doubts this sender" in shown
    assert "dmarc" in shown
    assert "&lt;b&gt;@elsewhere.example" in shown
    await desk.answers(number, await desk.person("Omid"))
    desk.time.passes(seconds=20)
    await desk.sends()
    assert desk.channel.sent[0].to.address == "memory:sara@customers.example"
    plain = await desk.writes("nothing odd", sender="ali@customers.example")
    assert "doubts" not in await page(client, f"/inbox/tickets/{plain}")


async def test_a_sender_who_is_no_participant_is_marked(desk, client):
    number = await desk.writes(id="q")
    await desk.writes("me", sender="eve@elsewhere.example", remote_ids=["q"])
    assert "not a participant" in await page(client, f"/inbox/tickets/{number}")


async def test_copies_are_offered_and_can_be_unticked(desk, client):
    number = await desk.writes(copies=["omid@customers.example", "ali@customers.example"])
    shown = await page(client, f"/inbox/tickets/{number}")
    offered = re.findall(r'name="cc" value="([^"]+)" checked', shown)
    assert sorted(offered) == ["memory:ali@customers.example", "memory:omid@customers.example"]
    seen = re.search(r'name="seen" value="(\d+)"', shown)[1]
    fields = {
        "text": "Hello",
        "seen": seen,
        "copies": "1",
        "cc": "memory:ali@customers.example",
        "quotes": "1",
        "quote": "1",
    }
    await post(client, f"/inbox/tickets/{number}/reply", fields)
    desk.time.passes(seconds=20)
    await desk.sends()
    sent = desk.channel.sent[0]
    assert [one.address for one in sent.copies] == ["memory:ali@customers.example"]
    assert sent.details["quote"]["text"] == "Where is my order?"
    assert "Copy to:" in await page(client, f"/inbox/tickets/{number}")


async def test_a_refused_reply_keeps_its_ticked_boxes(desk, client):
    number = await desk.writes(copies=["omid@customers.example", "ali@customers.example"])
    fields = {"text": "Hello {name}", "seen": "99", "copies": "1", "cc": "memory:ali@customers.example", "quotes": "1"}
    shown = await post(client, f"/inbox/tickets/{number}/reply", fields, status=422)
    assert "Hello {name}" in shown
    assert re.findall(r'name="cc" value="([^"]+)" checked', shown) == ["memory:ali@customers.example"]
    assert 'name="quote" value="1" checked' not in shown


async def test_a_copy_to_a_non_participant_is_refused(desk, client):
    number = await desk.writes()
    fields = {"text": "Hello", "seen": "99", "copies": "1", "cc": "memory:eve@elsewhere.example"}
    await post(client, f"/inbox/tickets/{number}/reply", fields, status=422)
    assert (await desk.ticket(number)).answered is False


async def test_an_oversized_mail_is_labelled(desk, client):
    number = await desk.writes("", oversize={"size": 41943040, "limit": 26214400})
    assert "too large to be taken in" in await page(client, f"/inbox/tickets/{number}")


async def test_a_ticket_is_merged_and_unmerged_without_script(desk, client):
    older = await desk.writes("The parcel is late", id="one", subject="Parcel")
    newer = await desk.writes("Where is it?", id="two", subject="Where")
    assert f"/inbox/tickets/{newer}/merge" in await page(client, f"/inbox/tickets/{newer}")
    form = await page(client, f"/inbox/tickets/{newer}/merge")
    assert f'name="into" value="{older}"' in form
    assert await post(client, f"/inbox/tickets/{newer}/merge", {"into": str(older)}) == f"/inbox/tickets/{older}"
    assert f"merged ticket #{newer} into this one" in re.sub(
        "[\u2066-\u2069]", "", await page(client, f"/inbox/tickets/{older}")
    )
    shown = await page(client, f"/inbox/tickets/{newer}")
    assert "Merged" in shown
    assert f'href="/inbox/tickets/{older}"' in shown
    assert "Undo the merge" in await page(client, f"/inbox/tickets/{newer}/merge")
    assert await post(client, f"/inbox/tickets/{newer}/unmerge", {}) == f"/inbox/tickets/{newer}"
    assert "was undone" in await page(client, f"/inbox/tickets/{newer}")


async def test_merging_tickets_of_two_customers_asks_for_confirmation(desk, client):
    older = await desk.writes("one", subject="One")
    newer = await desk.writes("two", sender="omid@customers.example", subject="Two")
    path = f"/inbox/tickets/{newer}/merge"
    refused = await post(client, path, {"into": "other", "other": f"#{older}"}, status=422)
    assert "These are two customers" in refused
    assert 'name="sure"' in refused
    assert f'value="{older}"' in refused
    assert await post(client, path, {"other": str(older), "sure": "1"}) == f"/inbox/tickets/{older}"


@pytest.mark.parametrize("typed", [False, True])
async def test_a_resolved_ticket_is_merged_into_the_open_one(desk, client, typed):
    settled, mina = await desk.writes("The parcel is late", id="one"), await desk.person("Omid")
    await desk.answers(settled, mina, then="resolved")
    opened = await desk.writes("Where is it?", id="two")
    path = f"/inbox/tickets/{opened}/merge"
    assert "comes into this one" in await page(client, path)
    fields = {"into": str(settled)}
    if typed:
        fields = {"into": "other", "other": str(settled)}
        asked = await post(client, path, fields, status=422)
        assert "is settled and this one is open" in asked
        assert 'name="here" value="1"' in asked
        fields["here"] = "1"
    assert await post(client, path, fields) == f"/inbox/tickets/{opened}"
    assert (await desk.ticket(settled)).merged_into_id == opened
    assert "data-composer" not in await page(client, f"/inbox/tickets/{settled}")
    assert "data-composer" in await page(client, f"/inbox/tickets/{opened}")


async def test_automatic_messages_carry_the_name_of_the_desk(desk, client):
    number = await desk.writes()
    entry = NewEntry(
        ticket_id=number, at=desk.time(), kind="message", author="automation", public=True, outgoing=True,
        text="We are closed",
    )  # fmt: skip
    await desk.database.write(tickets.add_entry, entry)
    shown = await page(client, f"/inbox/tickets/{number}")
    assert "We are closed" in shown
    assert ">automation<" not in shown
    assert f'<b dir="auto">{desk.app.settings.desk.name}</b>' in shown


async def test_a_follow_up_counts_down_in_the_lists_and_survives_a_merge(desk, client):
    number, me = await desk.writes(id="one"), 1
    await desk.answers(number, me, then="resolved")
    desk.time.passes(minutes=11)
    await desk.sends()
    token = desk.channel.sent[-1].survey
    await desk.database.write(survey.record_answer, desk.context, token=token, score="sad", now=desk.time())
    desk.time.passes(minutes=1)
    for view in ("mine", "sad"):
        listed = await page(client, f"/inbox?view={view}")
        assert "29 min to call back" in listed
    other = await desk.writes(id="two")
    assert await post(client, f"/inbox/tickets/{number}/merge", {"into": str(other)}) == f"/inbox/tickets/{other}"
    assert 'class="felt' in await page(client, f"/inbox/tickets/{other}")
    assert f'action="/inbox/tickets/{other}/followed-up"' in await page(client, f"/inbox/tickets/{other}")
    child = await page(client, f"/inbox/tickets/{number}")
    assert ('class="felt' in child, "followed-up" in child) == (False, False)
    desk.time.passes(minutes=30)
    assert "Call back overdue" in await page(client, "/inbox?view=late")


@pytest.mark.parametrize("fields", [{}, {"other": "x"}, {"other": "99999"}, {"into": "99999"}, {"other": "9" * 400}])
async def test_the_merge_form_shows_why_a_merge_is_refused(desk, client, fields):
    number = await desk.writes()
    assert 'role="alert"' in await post(client, f"/inbox/tickets/{number}/merge", fields, status=422)

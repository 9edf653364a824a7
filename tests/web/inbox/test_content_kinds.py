"""Content other than text on the timeline: places, contacts, edits, reactions, calls, visitors."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from helpdesk import app as root
from helpdesk.agents import actions as agents
from helpdesk.tickets import actions
from helpdesk.tickets.rows import NewEntry
from helpdesk.web.inbox.build import entry_content
from helpdesk.web.rendering.fragment_cache import FragmentCache
from tests.support.desk.desk_story import story
from tests.support.desk.memory_channel import MemoryChannel
from tests.support.pages.gallery_media import telegram
from tests.support.pages.scriptless import signed_in


class Chat(MemoryChannel):
    """A channel in memory that is a chat with a telephone."""

    can = replace(MemoryChannel.can, subject=False, copies=False)
    can_ring = True


@pytest.fixture
async def desk(database, tmp_path):
    made = story(database, tmp_path)
    made.channel.__class__ = Chat
    made.channel.chat = True
    return made


@pytest.fixture
async def client(desk, aiohttp_client):
    return await signed_in(desk, aiohttp_client, await desk.person())


async def shown(client, number) -> str:
    answer = await client.get(f"/inbox/tickets/{number}")
    assert answer.status == 200
    return re.sub("[\u2068\u2069]", "", await answer.text())


async def entry_of(desk, number, kind="message") -> Any:
    return next(one for one in reversed(await desk.timeline(number)) if one.kind == kind)


async def test_locations_and_contacts_are_shown_as_cards_with_a_map_link(desk, client):
    place = {"content": "venue", "latitude": 35.7, "longitude": 51.4, "map": "https://maps.example/?a=1"}
    number = await desk.writes("Café\n12 Street\n📍 35.7, 51.4", details=place)
    card = {"content": "contact", "contact": {"name": "Ben <b>", "phone": "+989120001234", "verified": True}}
    await desk.writes("☎ Ben +989120001234", details=card)
    page = await shown(client, number)
    assert "Café" in page
    assert "35.7, 51.4" in page
    assert "📍" not in page.split('id="timeline"')[1]
    assert 'href="https://maps.example/?a=1" target="_blank" rel="noreferrer noopener"' in page
    assert "Ben &lt;b&gt;" in page
    assert "their own number" in page
    assert page.count("maps.example") == 1


async def test_only_web_addresses_become_links(desk, client):
    details = {"content": "location", "latitude": 1.5, "longitude": 2.5, "map": "javascript:alert(1)"}
    number = await desk.writes("📍 1.5, 2.5", details=details)
    await desk.writes("hi", details={"page": "javascript:alert(2)", "referrer": "data:text/html,x", "user": "u1"})
    page = await shown(client, number)
    assert "javascript:" not in page
    assert "data:text/html" not in page


async def test_an_edited_message_shows_its_earlier_versions(desk, client):
    number = await desk.writes("one", id="m1")
    desk.time.passes(minutes=5)
    await desk.writes("two", kind="edit", target="m1")
    desk.time.passes(minutes=5)
    await desk.writes("three", kind="edit", target="m1")
    page = await shown(client, number)
    versions = re.search(r'<details class="quote versions">.*?</details>', page, re.DOTALL)[0]
    assert "Edited at 09:40" in versions
    assert re.findall(r"<time[^>]*>[^<]*(\d\d:\d\d)</time>", versions) == ["09:30", "09:35"]
    assert [">one<" in versions, ">two<" in versions, ">three<" in versions] == [True, True, False]


async def test_a_reply_quotes_the_message_it_answers(desk, client):
    number = await desk.writes("Which colour?", id="q1")
    first = await entry_of(desk, number)
    await desk.writes("The blue one", remote_ids=["q1"], details={"quote": "colour"})
    page = await shown(client, number)
    assert re.search(rf'<a class="answers" href="#e{first.id}".*?colour</span>', page, re.DOTALL)


async def test_reactions_are_shown_on_their_message_latest_per_person(desk, client):
    number = await desk.writes("Thank you", id="m1")
    for emoji in ("👍", "❤"):
        await desk.writes(emoji, kind="reaction", target="m1", details={"new": [emoji], "old": []})
    page = await shown(client, number)
    assert re.findall(r'<li class="chip">(\S+)</li>', page) == ["❤"]
    assert "reacted" not in page
    await desk.writes("−❤", kind="reaction", target="m1", details={"new": [], "old": ["❤"]})
    assert 'class="reactions"' not in await shown(client, number)


async def test_events_are_slim_lines_and_unknown_events_are_harmless(desk, client):
    number = await desk.writes("Hello")
    await desk.writes("/start", kind="note", command="start", details={"content": "text"})
    await desk.writes("unsupported: gift", kind="note", details={"event": "unsupported", "unsupported": "gift"})
    await desk.writes("Pinned: Hello", kind="note", details={"event": "pinned_message"})
    for change in (
        "never_heard_of",
        "joined",
        "wish",
        "team_unknown",
        "learned",
        "chat_moved",
        "rings",
        "transcript_refused",
    ):
        entry = NewEntry(ticket_id=number, at=desk.time(), kind="change", author="system", data={"change": change})
        await desk.database.write(actions.add_entry, entry)
    page = await shown(client, number)
    assert "The customer opened the chat with the bot." in page
    assert "that the desk can’t show yet: gift" in page
    assert "Pinned: Hello" in page
    assert "Something changed." in page
    assert page.count('data-by="customer"') == 1


async def test_a_message_deleted_by_its_author_is_marked(desk, client):
    number = await desk.writes("My card number", id="m1")
    await desk.writes("Deleted: 1", kind="note", details={"event": "deleted_business_messages", "deleted": ["m1"]})
    assert "Deleted by the customer, at 09:30" in await shown(client, number)


def call(**more) -> dict[str, Any]:
    return {
        "call_id": "c1", "direction": "incoming", "disposition": "answered", "queue": "Support", "queue_wait_s": 72,
        "talk_s": 220, "spoken_s": 220, "agents": ["101", "102"], "hangup_by": "caller", "status": "ended",
        "customer": "+989120001234", "started_at": "2026-03-02T06:00:00Z", **more,
    }  # fmt: skip


async def test_a_call_card_shows_agents_waiting_time_and_who_hung_up(desk, client):
    await desk.database.write(
        agents.add_person, name="Sam", email="sam@desk.example", role="agent", now=desk.time(), by=None, extension="101"
    )
    number = await desk.writes("", kind="call", id="c1", call=call())
    card = re.search(r'<p class="line callhead">.*?</li>', await shown(client, number), re.DOTALL)[0]
    assert "Answered" in card
    assert "1 min 12 s" in card
    assert "3 min 40 s" in card
    assert card.index("Sam") < card.index("102")
    assert "the customer" in card
    assert "/ring" not in card


@pytest.mark.parametrize(
    ("outcome", "label"),
    [("missed", "Missed"), ("abandoned", "Caller hung up"), ("voicemail", "Left a message on the machine")],
)
async def test_a_call_that_nobody_answered_can_be_called_back(desk, client, outcome, label):
    record = call(disposition=outcome, agents=[], talk_s=None, spoken_s=None, voicemail=outcome == "voicemail")
    number = await desk.writes("", kind="call", id="c1", call=record)
    page = await shown(client, number)
    assert label in page
    assert f'action="/inbox/tickets/{number}/ring"' in page
    assert ("at the switchboard" in page) == (outcome == "voicemail")


async def test_a_live_call_is_marked(desk, client):
    record = call(disposition=None, status="talking", talk_s=None, spoken_s=None, agents=["101"])
    number = await desk.writes("", kind="call", id="c1", call=record)
    page = await shown(client, number)
    assert "The call is going on" in page
    assert "tel:" not in page.split('id="timeline"')[1]


async def test_the_website_visitor_is_shown_above_the_timeline(desk, client):
    details = {"page": "https://shop.example/bowl?a=<b>", "page_title": "Bowls & cups", "referrer": "https://search.example/",
               "user": "u7", "email": "nora@x.example", "fields": {"Order": "4812"}, "wants_person": True}  # fmt: skip
    number = await desk.writes("How wide?", details=details)
    page = await shown(client, number)
    bar = re.search(r'id="visitor".*?</dl>', page, re.DOTALL)[0]
    assert 'rel="noreferrer noopener"' in bar
    assert "https://shop.example/bowl?a=&lt;b&gt;" in bar
    for word in ("Bowls &amp; cups", "vouched for by the website", "nora@x.example", "4812"):
        assert word in bar
    assert "wants a person" in page


async def test_malformed_details_never_break_the_page(desk, client):
    nonsense = [{"content": kind, "latitude": "x", "contact": [1], "poll": 1, "forward": "y", "edits": {"a": 1}, "edited_at": 7,
                 "fields": 3, "page": ["x"], "quote": 5, "chat": "z", "deleted": "q", "duration": "long", "answers": "no",
                 "agents": 3, "queue_wait_s": "soon"} for kind in ("location", "sticker", "poll", "text", 3, None)]  # fmt: skip
    number = None
    for details in nonsense:
        number = await desk.writes("words", details=details) or number
    assert (await shown(client, number)).count(">words<") >= 1


async def test_an_entry_is_rendered_once_and_then_cached(desk):
    drawn = FragmentCache(root.web_application(desk.app)[root_pages()]._environments["en"])
    entry = next(one for one in telegram("en").timeline if one.form == "entry")
    first = drawn(entry, 1, "t" * 64, desk.time())
    assert drawn(replace(entry), 2, "u" * 64, desk.time()) is first
    assert drawn(replace(entry, text="other"), 1, "t" * 64, desk.time()) is not first


def root_pages():
    from helpdesk.web.rendering.page_renderer import PAGES

    return PAGES


def test_messages_of_a_few_emoji_are_large():
    assert entry_content.alone("👍")
    assert entry_content.alone("🙏🏽")
    assert not entry_content.alone("ok 👍")
    assert not entry_content.alone("")
    assert not entry_content.alone("?!")
    assert not entry_content.alone("👍" * 20)

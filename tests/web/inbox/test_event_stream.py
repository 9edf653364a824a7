"""Server-sent events: throttled change notices, visitor activity, slow clients delay nobody."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from helpdesk.agents import sign_in
from helpdesk.live.event_bus import EventBus
from helpdesk.live.sse import LOOK_AGAIN, MOST_WAITING, STILL_HERE, Feeds
from tests.support.desk.desk_story import Time, story
from tests.support.webchat.chat_client import SHOP, open_chat, settings

LIMITS = sign_in.Limits(timedelta(minutes=15), 5, 30, timedelta(days=1))


@pytest.fixture
async def chat(database, tmp_path):
    async with open_chat(story(database, tmp_path), settings(tmp_path)) as opened:
        yield opened


class Stream:
    """An agent's page: its events in order."""

    def __init__(self, chat, session):
        self.chat, self.cookies = chat, {"session": session}

    async def __aenter__(self):
        self.answer = await self.chat.http.get(f"{self.chat.address}/live", cookies=self.cookies)
        assert self.answer.status == 200
        assert await self.answer.content.readline() == b"retry: 1500\n"
        return self

    async def __aexit__(self, *_error):
        self.answer.close()

    async def until(self, name, wanted=lambda data: True):
        async with asyncio.timeout(20):
            event = ""
            async for line in self.answer.content:
                if line.startswith(b"event: "):
                    event = line[7:].decode().strip()
                elif line.startswith(b"data: ") and event == name and wanted(data := json.loads(line[6:])):
                    return data
        raise AssertionError("the stream has ended")


async def signed_in(chat, name="Mina"):
    person = await chat.story.person(name)
    session = await chat.story.database.write(
        sign_in.enter, person_id=person, account="x", address="127.0.0.1", device="t", limits=LIMITS,
        now=chat.story.time(),
    )  # fmt: skip
    return person, session


async def look_at(chat, session, number):
    answer = await chat.http.get(f"{chat.address}/inbox/tickets/{number}", cookies={"session": session})
    assert answer.status == 200


async def test_a_change_reaches_an_open_page(chat):
    _, session = await signed_in(chat)
    async with Stream(chat, session) as page:
        sara = chat.client()
        await sara.connect()
        await sara.says("Hello")
        number = await chat.ticket()
        assert (await page.until("changed", lambda data: data["tickets"]))["tickets"] == [number]


async def test_visitor_activity_reaches_whoever_has_the_ticket_open(chat):
    _, session = await signed_in(chat)
    sara = chat.client()
    await sara.connect(page={"url": f"{SHOP}/bowl", "title": "Bowl"})
    await sara.says("Hello")
    number = await chat.ticket()
    async with Stream(chat, session) as page:
        await look_at(chat, session, number)
        await sara.put(t="typing", on=True)
        found = await page.until("visitor")
        assert found == {"ticket": number, "typing": True, "online": True, "page": f"{SHOP}/bowl"}
        await sara.put(t="ping", n=1, page={"url": f"{SHOP}/plate"})
        assert (await page.until("visitor"))["page"] == f"{SHOP}/plate"
        await sara.leave()
        gone = await page.until("visitor", lambda data: not data["online"])
        assert (gone["typing"], gone["online"]) == (False, False)


async def test_a_page_opened_later_receives_the_current_state(chat):
    _, session = await signed_in(chat)
    sara = chat.client()
    await sara.connect(page={"url": f"{SHOP}/bowl"})
    await sara.says("Hello")
    await sara.put(t="typing", on=True)
    await sara.put(t="ping", n=1)
    await sara.until(lambda one: one.get("n") == 1)
    number = await chat.ticket()
    async with Stream(chat, session) as page:
        await look_at(chat, session, number)
        assert (await page.until("visitor"))["ticket"] == number


async def test_visitor_activity_reaches_nobody_else(chat):
    _, mine = await signed_in(chat, "Mina")
    _, other = await signed_in(chat, "Omid")
    sara = chat.client()
    await sara.connect()
    await sara.says("Hello")
    number = await chat.ticket()
    async with Stream(chat, mine) as page, Stream(chat, other) as elsewhere:
        await look_at(chat, mine, number)
        await sara.put(t="typing", on=True)
        await page.until("visitor")
        chat.story.app.live.publish("ticket", 77)
        received = b""
        while b"77" not in received:
            received += await elsewhere.answer.content.readline()
        assert b"event: visitor" not in received


async def test_the_stream_ends_on_sign_out(chat):
    person, session = await signed_in(chat)
    async with Stream(chat, session) as page:
        chat.story.app.live.publish("signed_out", person)
        async with asyncio.timeout(20):
            await page.answer.content.read()


def feeds():
    live = EventBus()
    return live, Feeds(live, Time())


async def test_the_first_change_is_sent_at_once_and_later_ones_are_batched():
    live, made = feeds()
    with made.open(1, lambda: None) as one, made.open(2, lambda: None) as two:
        live.publish("ticket", 1)
        first = await one.next()
        assert b'"tickets":[1]' in first
        for number in (2, 3, 4, 3):
            live.publish("ticket", number)
        assert await one.next() == b'event: changed\ndata: {"tickets":[2,3,4]}\n\n'
        assert (await two.next()).startswith(first)


async def test_a_slow_client_is_told_to_reload_and_its_queue_is_bounded():
    _, made = feeds()
    with made.open(1, lambda: None) as slow:
        for n in range(1000):
            slow.put(b"x" * 100 + str(n).encode())
        words = await slow.next()
        assert len(words) <= MOST_WAITING * 120
        assert LOOK_AGAIN in words


async def test_a_stalled_stream_is_aborted_and_an_expired_one_ends(monkeypatch):
    _, made = feeds()
    cut = []
    with (
        made.open(1, lambda: cut.append(1)) as stuck,
        made.open(2, lambda: None) as old,
        made.open(3, lambda: None) as well,
    ):
        stuck.busy_since = -1000.0
        old.until = -1.0
        made._look()
        assert cut == [1]
        assert old.over
        assert await well.next() == STILL_HERE
    made._beat.cancel()


async def test_viewers_expire():
    live, made = feeds()
    clock = made._clock
    with made.open(1, lambda: None) as page:
        made.looks(person_id=1, channel="webchat", conversation="c", ticket_id=5)
        clock.passes(minutes=3)
        live.publish("hint", {"channel": "webchat", "conversation": "c", "typing": True})
        made.looks(person_id=1, channel="webchat", conversation="c", ticket_id=5)
        assert (await page.next()).count(b"event: visitor") == 1


async def test_a_typing_agent_is_visible_to_the_visitor_and_marks_messages_read(chat):
    _, session = await signed_in(chat)
    sara = chat.client()
    await sara.connect()
    await sara.says("Hello")
    number = await chat.ticket()
    await writes_at(chat, number, session, {"writing": "1"})
    assert await sara.until(lambda one: one["t"] == "typing") == {"t": "typing", "on": True, "name": "Mina"}
    assert (await sara.until(lambda one: one["t"] == "read"))["seq"] == 1


async def writes_at(chat, number, session, fields):
    """The page tells that its agent writes."""
    import re

    page = await chat.http.get(f"{chat.address}/inbox/tickets/{number}", cookies={"session": session})
    token = re.search(r'name="csrf" value="([0-9a-f]+)"', await page.text())
    assert token is not None
    answer = await chat.http.post(
        f"{chat.address}/inbox/tickets/{number}/here", data={**fields, "csrf": token[1]},
        cookies={"session": session}, headers={"Origin": chat.address},
    )  # fmt: skip
    assert answer.status == 204


async def test_typing_a_note_is_invisible_to_the_visitor_and_typing_a_reply_is_visible(chat):
    _, session = await signed_in(chat)
    sara = chat.client()
    await sara.connect()
    await sara.says("Hello")
    number = await chat.ticket()
    await writes_at(chat, number, session, {"writing": "1", "kind": "note"})
    assert (await sara.until(lambda one: one["t"] == "typing"))["on"] is False
    await writes_at(chat, number, session, {"writing": "1", "kind": "reply"})
    assert (await sara.until(lambda one: one["t"] == "typing"))["on"] is True

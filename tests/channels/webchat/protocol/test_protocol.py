"""The protocol as an outside client sees it: every promise of the README."""

from __future__ import annotations

import json
import secrets

import aiohttp
import pytest

from tests.support.webchat.chat_client import SHOP, OpenChat


async def test_a_message_is_acknowledged_with_its_number_and_becomes_a_ticket(chat: OpenChat):
    sara = chat.client()
    welcome = await sara.connect(page={"url": f"{SHOP}/bowl", "title": "Bowl", "referrer": "https://find.example/"})
    assert (welcome["last"], welcome["open"], welcome["agent"]) == (0, True, None)
    assert len(welcome["token"]) == 32
    ack = await sara.says("کاسه دوباره موجود می‌شود؟", profile={"name": "سارا", "email": "sara@customers.example"})
    assert (ack["t"], ack["seq"]) == ("ack", 1)
    number = await chat.ticket()
    ticket = await chat.story.ticket(number)
    assert (ticket.channel, ticket.account, ticket.contact_name) == ("webchat", "shop", "سارا")
    line = (await chat.story.timeline(number))[0]
    assert line.text == "کاسه دوباره موجود می‌شود؟"
    assert (line.data or {})["page"] == f"{SHOP}/bowl"
    assert (line.data or {})["referrer"] == "https://find.example/"
    assert (line.data or {})["email"] == "sara@customers.example"


async def test_the_answer_arrives_with_the_name_of_the_person_and_marks_everything_read(chat: OpenChat):
    sara = chat.client()
    await sara.connect()
    await sara.says("Is it there?")
    await chat.answers(await chat.ticket(), "Yes, next week.")
    await sara.has(2)
    assert sara.lines[2]["by"] == "person"
    assert sara.lines[2]["text"] == "Yes, next week."
    assert sara.lines[2]["name"] == "Mina"
    assert (await sara.until(lambda one: one["t"] == "read"))["by"] == "desk"
    assert (await sara.until(lambda one: one["t"] == "status"))["agent"] == "Mina"


async def test_a_reply_that_was_taken_back_was_never_seen_and_leaves_no_gap(chat: OpenChat):
    from helpdesk.journey.answering import reply

    sara = chat.client()
    await sara.connect()
    await sara.says("Hello?")
    number = await chat.ticket()
    person = await chat.story.person()
    entry = await chat.story.answers(number, person, "Wrong window")
    await chat.story.database.write(
        reply.undo_reply, chat.story.context, entry_id=entry, person_id=person, now=chat.story.time()
    )
    await sara.says("Still there?")
    await chat.story.work()
    await chat.answers(number, "Here I am.", person=person)
    await sara.has(3)
    assert sara.texts() == ["Hello?", "Still there?", "Here I am."]


async def test_a_reply_that_waits_is_not_passed_over_by_what_is_written_meanwhile(chat: OpenChat):
    sara = chat.client()
    await sara.connect()
    await sara.says("One")
    number = await chat.ticket()
    await chat.story.answers(number, await chat.story.person(), "Slow answer")
    await sara.says("Two")
    await sara.has(2)
    await sara.leave()
    chat.story.time.passes(seconds=20)
    await chat.story.work()
    await chat.story.sends()
    await sara.connect()
    await sara.has(3)
    assert sara.texts() == ["One", "Two", "Slow answer"]


async def test_the_same_message_again_changes_nothing_and_is_acknowledged_again(chat: OpenChat):
    sara = chat.client()
    await sara.connect()
    first = await sara.says("Once", cid="samesame")
    again = await sara.says("Once", cid="samesame")
    await sara.leave()
    await sara.connect()
    later = await sara.says("Once", cid="samesame")
    assert first["seq"] == again["seq"] == later["seq"] == 1
    number = await chat.ticket()
    assert [line.text for line in await chat.story.timeline(number) if line.kind == "message"] == ["Once"]


async def test_two_visitors_may_choose_the_same_client_id(chat: OpenChat):
    sara, omid = chat.client(), chat.client()
    await sara.connect()
    await omid.connect()
    await sara.says("Sara's", cid="samesame")
    await omid.says("Omid's", cid="samesame")
    await chat.story.work()
    found = {(await chat.story.timeline(number))[0].text for number in (1, 2)}
    assert found == {"Sara's", "Omid's"}


async def test_two_tabs_see_the_same_conversation(chat: OpenChat):
    one, two = chat.client(), chat.client()
    await one.connect()
    two.token = one.token
    await two.connect()
    await one.says("From the first")
    await two.says("From the second")
    await one.has(2)
    await two.has(2)
    assert one.texts() == two.texts() == ["From the first", "From the second"]


async def test_who_comes_back_gets_exactly_what_was_missed_and_the_state_of_things(chat: OpenChat):
    sara = chat.client()
    await sara.connect()
    for n in range(25):
        await sara.says(f"line {n}") if n < 19 else None
    await sara.has(19)
    number = await chat.ticket()
    await sara.leave()
    person = await chat.story.person()
    for n in range(4):
        await chat.answers(number, f"answer {n}", person=person)
    welcome = await sara.connect()
    assert (welcome["from"], welcome["last"], welcome["agent"]) == (19, 23, "Mina")
    assert welcome["seen"] >= 20
    await sara.has(23)
    assert sorted(sara.lines) == list(range(1, 24))


async def test_another_browser_knows_nothing_of_it(chat: OpenChat):
    sara, stranger = chat.client(), chat.client()
    await sara.connect()
    await sara.says("My secret")
    welcome = await stranger.connect(have=0)
    assert welcome["last"] == 0
    assert welcome["visitor"] != sara.token


async def test_a_client_that_claims_to_have_more_than_there_is_begins_at_the_beginning(chat: OpenChat):
    sara = chat.client()
    await sara.connect()
    await sara.says("Hello")
    await sara.leave()
    welcome = await sara.connect(have=900)
    assert welcome["from"] == 0


async def test_the_read_mark_of_the_visitor_is_kept_and_told_to_the_other_tab(chat: OpenChat):
    sara, tab = chat.client(), chat.client()
    await sara.connect()
    await sara.says("Hello")
    tab.token = sara.token
    await tab.connect()
    await sara.put(t="read", seq=1)
    assert (await tab.until(lambda one: one["t"] == "read"))["seq"] == 1
    await sara.leave()
    assert (await sara.connect())["read"] == 1


async def test_typing_and_reading_reach_the_desk_and_come_from_it(chat: OpenChat):
    sara = chat.client()
    welcome = await sara.connect(page={"url": f"{SHOP}/cart"})
    await sara.says("Hello")
    with chat.story.app.live.subscribe() as events:
        await sara.put(t="typing", on=True)
        while (event := await events.next()).topic != "hint":
            pass
    assert event.data["typing"] is True
    assert event.data["page"]["url"] == f"{SHOP}/cart"
    assert event.data["conversation"] == welcome["visitor"]
    chat.channel.hear(welcome["visitor"], {"typing": True, "name": "Mina"})
    assert (await sara.until(lambda one: one["t"] == "typing"))["name"] == "Mina"
    chat.channel.hear(welcome["visitor"], {"read": True})
    assert (await sara.until(lambda one: one["t"] == "read"))["seq"] == 1


async def test_a_survey_is_answered_in_the_chat_itself_and_the_answer_stays(chat: OpenChat):
    from helpdesk.surveys import queries

    sara = chat.client()
    await sara.connect()
    await sara.says("Hello")
    number = await chat.ticket()
    await chat.answers(number, "Done.", then="resolved")
    chat.story.time.passes(minutes=20)
    await chat.story.sends()
    await sara.has(3)
    asked = sara.lines[3]
    assert [one["score"] for one in asked["faces"]] == ["happy", "neutral", "sad"]
    await sara.put(t="survey", cid="surveyone", survey=asked["survey"], score="sad", reasons=["slow"], words="دیر بود")
    await sara.has(4)
    assert (sara.lines[4]["t"], sara.lines[4]["id"], sara.lines[4]["score"]) == ("edit", asked["id"], "sad")
    await chat.story.work()
    found = (await chat.story.database.read(queries.of_ticket, ticket_id=number))[0]
    assert (found.score, list(found.reasons), found.words) == ("sad", ["slow"], "دیر بود")


async def test_the_survey_of_somebody_else_can_not_be_answered(chat: OpenChat):
    sara = chat.client()
    await sara.connect()
    await sara.put(t="survey", cid="surveyone", survey="notmine", score="happy")
    assert (await sara.until(lambda one: one["t"] == "err"))["code"] == "gone"


async def test_an_answer_is_written_once_even_when_it_is_sent_again(chat: OpenChat):
    from sqlalchemy import select

    from helpdesk.journey.outgoing import outbound
    from helpdesk.outbox.models import outbox

    sara = chat.client()
    await sara.connect()
    await sara.says("Hello")
    await chat.answers(await chat.ticket(), "Once only.")
    stored = await chat.story.database.read(lambda tx: tx.execute(select(outbox.c.payload)).scalar_one())
    await chat.channel.send(outbound.to_outbound(stored))
    await sara.says("Thank you")
    await sara.has(3)
    assert sara.texts() == ["Hello", "Once only.", "Thank you"]


async def test_ping_is_answered_and_may_tell_a_new_page(chat: OpenChat):
    sara = chat.client()
    await sara.connect()
    await sara.put(t="ping", n=7)
    assert await sara.until(lambda one: one.get("n") == 7) == {"t": "ack", "n": 7}


async def test_a_restarted_desk_goes_on_where_it_was(chat: OpenChat, desk, tmp_path):
    from tests.support.webchat.chat_client import open_chat, settings

    sara = chat.client()
    await sara.connect()
    await sara.says("Before")
    async with open_chat(desk, settings(tmp_path)) as reborn:
        sara.address = reborn.address
        welcome = await sara.connect()
        assert welcome["token"] is None
        await sara.says("After")
        await sara.has(2)
    assert sara.texts() == ["Before", "After"]


@pytest.mark.parametrize("text", ["x" * 6000, "‏مخلوط mixed 😀\u200cمی‌شود", "a\0b", json.dumps({"t": "msg"})])
async def test_words_of_any_kind_arrive_as_they_were_written(chat: OpenChat, text):
    sara = chat.client()
    await sara.connect()
    assert (await sara.says(text, cid=secrets.token_hex(8)))["t"] == "ack"
    number = await chat.ticket()
    assert (await chat.story.timeline(number))[0].text.replace("\u200f", "") == text.replace("\0", "").replace(
        "\u200f", ""
    )


async def test_nobody_without_the_right_origin_comes_in(chat: OpenChat):
    for origin in (None, "https://evil.example", "null", "http://shop.example", "https://shop.example.evil.example"):
        headers = {"Origin": origin} if origin else {}
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await chat.http.ws_connect(f"{chat.address}/channels/webchat/socket", headers=headers)
        assert refused.value.status == 403
        answer = await chat.http.post(f"{chat.address}/channels/webchat/poll", headers=headers, json={"frames": []})
        assert answer.status == 403


async def test_a_subdomain_that_is_allowed_comes_in(chat: OpenChat):
    assert (await chat.client(origin="https://www.shop.example").connect())["t"] == "welcome"

"""Chats that go crookedly: files changed afterwards, answers taken back before they were read, words that come too late."""

from __future__ import annotations

import pytest

from helpdesk.journey.answering import edit_sent, unread_fallback
from helpdesk.journey.lifecycle import clocks, merge
from helpdesk.tickets import queries
from tests.journey.answering.test_unread_fallback import Post
from tests.journey.lifecycle.test_clocks_equal_replay import shape
from tests.support.desk.desk_story import story
from tests.support.webchat.chat_client import open_chat, settings


async def files_of(desk, entry_id):
    rows = await desk.database.read(queries.attachments_of, entry_ids=[entry_id])
    return [(row.name, desk.app.files.read(row.hash)) for row in rows]


async def agrees_with_its_replay(desk, number):
    before = shape(await desk.clocks(number))
    await desk.database.write(clocks.recompute_clocks, desk.context, ticket_id=number, now=desk.time())
    assert shape(await desk.clocks(number)) == before


@pytest.mark.parametrize("words", ["This is it", "This is it, the right one"])
async def test_a_file_that_replaces_another_one_is_there_and_the_first_one_too(desk, words):
    desk.channel.chat = True
    number = await desk.writes("This is it", id="m1", files={"receipt.txt": "the wrong one"})
    first = (await desk.timeline(number))[0]
    await desk.writes(words, kind="edit", id="e1", target="m1", files={"receipt.txt": "the right one"})
    await desk.writes(words, kind="edit", id="e2", target="m1", files={"receipt.txt": "the right one"})
    assert await files_of(desk, first.id) == [("receipt.txt", b"the wrong one"), ("receipt.txt", b"the right one")]
    lines = await desk.timeline(number)
    assert [(one.data or {}).get("change") for one in lines[1:]] == ["edited"]
    assert lines[0].text == words
    await agrees_with_its_replay(desk, number)


async def test_a_file_in_a_change_of_what_we_never_had_is_shown(desk):
    desk.channel.chat = True
    number = await desk.writes("Hello", id="m1")
    assert await desk.writes("Look", kind="edit", id="e1", target="m0", files={"a.txt": "seen"}) == number
    line = (await desk.timeline(number))[-1]
    assert await files_of(desk, line.id) == [("a.txt", b"seen")]


async def test_nobody_changes_what_we_said(desk):
    desk.channel.chat = True
    number = await desk.writes("Hello", id="m1")
    mina = await desk.person()
    entry_id = await desk.answers(number, mina, "We owe you nothing.")
    desk.time.passes(seconds=20)
    await desk.sends()
    sent = await desk.database.read(queries.entry, entry_id=entry_id)
    await desk.writes("We owe you a million.", kind="edit", id="e1", target=sent.remote_id)
    kept = await desk.database.read(queries.entry, entry_id=entry_id)
    assert kept.text == "We owe you nothing."
    assert any("million" in one.text for one in await desk.timeline(number))
    await agrees_with_its_replay(desk, number)


@pytest.fixture
def shop(database, tmp_path):
    made = story(database, tmp_path)
    made.post = Post()
    made.context.channels["email"] = made.post
    return made


@pytest.fixture
async def chat(shop, tmp_path):
    async with open_chat(shop, settings(tmp_path)) as opened:
        yield opened


async def visits(chat, text, email):
    one = chat.client()
    await one.connect()
    await one.says(text, profile={"email": email})
    return one, await chat.ticket()


async def time_is_up(shop):
    shop.time.passes(minutes=10)
    queued = await shop.database.write(unread_fallback.mail_unread_replies, shop.context, now=shop.time())
    await shop.sends()
    return queued


async def said(shop, number):
    return [one.id for one in await shop.timeline(number) if one.author == "agent" and one.kind == "message"]


async def test_what_was_taken_back_is_not_sent_after_a_visitor_by_mail(shop, chat):
    _, number = await visits(chat, "Where is it?", "sara@customers.example")
    mina = await shop.person()
    await chat.answers(number, "Oh no, that was another customer's address.", person=mina)
    await chat.answers(number, "It leaves today.", person=mina)
    wrong = (await said(shop, number))[0]
    await shop.database.write(edit_sent.delete_message, shop.context, entry_id=wrong, person_id=mina, now=shop.time())
    await shop.sends()
    assert await time_is_up(shop) == 1
    assert "It leaves today." in shop.post.sent[0].text
    assert "another customer" not in shop.post.sent[0].text


async def test_what_is_only_about_to_be_taken_back_is_not_sent_by_mail_either(shop, chat):
    _, number = await visits(chat, "Where is it?", "sara@customers.example")
    mina = await shop.person()
    await chat.answers(number, "Oh no, that was another customer's address.", person=mina)
    wrong = (await said(shop, number))[0]
    await shop.database.write(edit_sent.delete_message, shop.context, entry_id=wrong, person_id=mina, now=shop.time())
    assert await time_is_up(shop) == 0
    assert shop.post.sent == []


async def test_of_two_customers_in_one_ticket_nobody_gets_by_mail_what_the_other_was_told(shop, chat):
    _, one = await visits(chat, "I am Sara", "sara@customers.example")
    _, other = await visits(chat, "I am Omid", "omid@customers.example")
    mina = await shop.person()
    await chat.answers(one, "For Sara alone.", person=mina)
    await chat.answers(other, "For Omid alone.", person=mina)
    await shop.database.write(
        merge.merge_into, shop.context, ticket_id=other, into=one, person_id=mina, now=shop.time(), sure=True
    )
    await time_is_up(shop)
    assert "For Omid" not in "".join(mail.text for mail in shop.post.sent if "sara" in mail.to.address)
    assert "For Sara" not in "".join(mail.text for mail in shop.post.sent if "omid" in mail.to.address)


async def test_words_that_come_after_a_survey_is_closed_are_a_message(shop, chat):
    from helpdesk.journey.lifecycle import status

    sara, number = await visits(chat, "Where is it?", "sara@customers.example")
    mina = await shop.person()
    await chat.answers(number, "It has left.", person=mina)
    await shop.database.write(
        status.set_status, shop.context, ticket_id=number, status="resolved", by=mina, now=shop.time()
    )
    shop.time.passes(minutes=1)
    await shop.sends()
    asked = await sara.until(lambda one: one.get("survey"))
    await sara.put(t="survey", cid="cidcidc1", survey=asked["survey"], score="sad")
    await sara.until(lambda one: one.get("cid") == "cidcidc1" and one["t"] == "ack")
    await shop.work()
    shop.time.passes(days=30)
    await sara.put(t="survey", cid="cidcidc2", survey=asked["survey"], score="sad", words="It came broken!")
    await sara.until(lambda one: one.get("cid") == "cidcidc2" and one["t"] == "ack")
    newest = await chat.ticket()
    assert any("It came broken!" in (one.text or "") for one in await shop.timeline(newest))


async def test_a_ticket_that_can_not_be_looked_at_keeps_no_other_visitor_from_their_mail(shop, chat, monkeypatch):
    _, one = await visits(chat, "I am Sara", "sara@customers.example")
    _, other = await visits(chat, "I am Omid", "omid@customers.example")
    mina = await shop.person()
    await chat.answers(one, "Dear Sara", person=mina)
    await chat.answers(other, "Dear Omid", person=mina)
    whole = unread_fallback._mail

    def poison(tx, context, ticket, *more):
        if ticket.id == one:
            raise RuntimeError("a bug")
        return whole(tx, context, ticket, *more)

    monkeypatch.setattr(unread_fallback, "_mail", poison)
    assert await time_is_up(shop) == 1
    assert [mail.to.address for mail in shop.post.sent] == ["email:omid@customers.example"]
    monkeypatch.undo()
    shop.time.passes(hours=1)
    assert await time_is_up(shop) == 1
    assert [mail.to.address for mail in shop.post.sent[1:]] == ["email:sara@customers.example"]


async def test_changing_the_words_below_one_picture_of_an_album_leaves_those_of_the_others(desk):
    desk.channel.chat = True
    number = await desk.writes("One", id="p1", part_of="album", files={"1": "1"})
    await desk.writes("Two", id="p2", part_of="album", files={"2": "2"})
    await desk.writes("Two!", kind="edit", id="e1", target="p2", files={"2": "2"})
    await desk.writes("Three", id="p3", part_of="album", files={"3": "3"})
    await desk.writes("One?", kind="edit", id="e2", target="p1", files={"1": "1"})
    await desk.writes("", kind="edit", id="e3", target="p3", files={"3": "3"})
    await desk.writes("Four", id="p4", part_of="album", files={"4": "4"})
    line = (await desk.timeline(number))[0]
    assert line.text == "One?\nTwo!\nFour"
    assert [name for name, _ in await files_of(desk, line.id)] == ["1", "2", "3", "4"]
    await agrees_with_its_replay(desk, number)


async def test_an_album_that_says_something_only_later_says_it_all(desk):
    desk.channel.chat = True
    number = await desk.writes("", id="p1", part_of="album", files={"1": "1"})
    await desk.writes("", id="p2", part_of="album", files={"2": "2"})
    await desk.writes("Both broken", kind="edit", id="e1", target="p2", files={"2": "2"})
    await desk.writes("See there", id="p3", part_of="album", files={"3": "3"})
    assert (await desk.timeline(number))[0].text == "Both broken\nSee there"


async def test_words_that_a_second_picture_gets_later_stand_beside_those_of_the_first(desk):
    desk.channel.chat = True
    number = await desk.writes("One", id="p1", part_of="album", files={"1": "1"})
    await desk.writes("", id="p2", part_of="album", files={"2": "2"})
    await desk.writes("Two", kind="edit", id="e1", target="p2", files={"2": "2"})
    await desk.writes("One!", kind="edit", id="e2", target="p1", files={"1": "1"})
    assert (await desk.timeline(number))[0].text == "One!\nTwo"

"""A customer leaves the chat before the answer comes: it follows them by mail, once, and their mail comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import pytest

from channels.contract import Address, Capabilities
from helpdesk.journey.answering import unread_fallback
from helpdesk.outbox import unread_checks
from tests.support.desk.desk_story import story
from tests.support.desk.memory_channel import MemoryChannel, letter
from tests.support.webchat.chat_client import claim, open_chat, settings


class Post(MemoryChannel):
    """A mailbox in memory."""

    name: ClassVar[str] = "email"
    can = Capabilities(attachments=True, subject=True, copies=True, starts=True)

    def normalise(self, account, raw):
        made = super().normalise(account, raw)
        return replace(made, author=Address(made.author.address.replace("memory:", "email:")))


@pytest.fixture
def desk(database, tmp_path):
    made = story(database, tmp_path)
    made.post = Post()
    made.context.channels["email"] = made.post
    return made


@pytest.fixture
async def chat(desk, tmp_path):
    async with open_chat(desk, settings(tmp_path)) as opened:
        yield opened


async def asked(chat, **profile):
    """Sara wrote, told her address in the form, and is answered."""
    sara = chat.client()
    await sara.connect()
    await sara.says("Is the bowl there?", profile=profile or {"email": "Sara@customers.example", "name": "Sara"})
    number = await chat.ticket()
    await chat.answers(number, "Yes, next week.")
    return sara, number


async def time_is_up(desk, minutes=10.0):
    desk.time.passes(minutes=minutes)
    queued = await desk.database.write(unread_fallback.mail_unread_replies, desk.context, now=desk.time())
    await desk.sends()
    return queued


async def test_an_answer_that_stays_unread_is_sent_by_mail_once(desk, chat):
    _, number = await asked(chat)
    assert await time_is_up(desk, 9) == 0
    assert await time_is_up(desk, 1) == 1
    mail = desk.post.sent[0]
    assert mail.to.address == "email:sara@customers.example"
    assert "Yes, next week." in mail.text
    assert "Is the bowl there?" not in mail.text
    assert (mail.automatic, f"[#{number}]" in mail.subject) == (False, True)
    assert await time_is_up(desk, 600) == 0
    line = (await desk.timeline(number))[-1]
    assert (line.data["change"], line.data["to"], line.delivery) == ("mailed", "sara@customers.example", "sent")


async def test_several_unread_answers_go_together(desk, chat):
    _, number = await asked(chat)
    desk.time.passes(minutes=5)
    await chat.answers(number, "It is blue.")
    assert await time_is_up(desk, 5) == 1
    assert await time_is_up(desk, 30) == 0
    assert len(desk.post.sent) == 1
    assert desk.post.sent[0].text.index("next week") < desk.post.sent[0].text.index("It is blue.")


async def test_a_later_answer_is_a_mail_of_its_own_without_the_earlier_one(desk, chat):
    _, number = await asked(chat)
    await time_is_up(desk)
    await chat.answers(number, "It is blue.")
    assert await time_is_up(desk) == 1
    assert "next week" not in desk.post.sent[1].text


async def test_reading_in_between_cancels_it(desk, chat):
    sara, number = await asked(chat)
    await sara.has(2)
    await sara.put(t="read", seq=2)
    await sara.put(t="ping", n=1)
    await sara.until(lambda one: one.get("n") == 1)
    await desk.work()
    line = next(one for one in await desk.timeline(number) if one.outgoing)
    assert line.delivery == "read"
    assert await time_is_up(desk) == 0
    assert desk.post.sent == []


async def test_who_writes_again_has_read_it(desk, chat):
    sara, _ = await asked(chat)
    await sara.says("And the plate?")
    await desk.work()
    assert await time_is_up(desk) == 0


async def test_without_an_address_nothing_is_sent(desk, chat):
    await asked(chat, name="Sara")
    assert await time_is_up(desk) == 0


async def test_the_reply_by_mail_comes_back_to_the_same_ticket_and_answers_go_by_mail_then(desk, chat):
    _, number = await asked(chat)
    await time_is_up(desk)
    raw = letter(
        "Great, thank you for telling me, and the plate?",
        sender="sara@customers.example",
        reply_tokens=[desk.post.sent[0].token],
    )
    await desk.app.desk_for("email").accept("main", "mail-1", raw, order_key="sara")
    assert await desk.work() == number
    newest = next(one for one in reversed(await desk.timeline(number)) if one.kind == "message")
    assert (newest.text[:5], newest.stranger) == ("Great", False)
    await chat.answers(number, "The plate too.")
    assert desk.post.sent[-1].text.startswith("The plate too.")


async def test_the_first_human_response_is_counted_once_and_at_its_own_time(desk, chat):
    _, number = await asked(chat)
    before = await desk.clocks(number)
    await time_is_up(desk)
    after = await desk.clocks(number)
    assert [(one.kind, one.stopped_at, one.state) for one in before] == [
        (one.kind, one.stopped_at, one.state) for one in after
    ]


async def test_a_mail_that_does_not_arrive_is_told_and_revokes_no_clock(desk, chat):
    from channels.contract import DeliveryError

    _, number = await asked(chat)
    before = [one.stopped_at for one in await desk.clocks(number)]
    desk.post.answers.append(DeliveryError("no such user", permanent=True, unreachable=True))
    await time_is_up(desk)
    assert (await desk.timeline(number))[-1].data["state"] == "failed"
    assert [one.stopped_at for one in await desk.clocks(number)] == before
    await chat.answers(number, "Still there?")
    assert await time_is_up(desk) == 0  # the address is dead


async def test_a_user_the_website_vouches_for_gets_it_at_the_vouched_address(desk, chat):
    sara = chat.client()
    await sara.connect(identity=claim(desk, "u-5"))
    await sara.says("Hello", profile={"email": "other@customers.example"})
    await chat.answers(await chat.ticket(), "Here we are.")
    assert await time_is_up(desk) == 1
    assert desk.post.sent[0].to.address == "email:u-5@customers.example"


async def test_it_can_be_switched_off(database, tmp_path):
    desk = story(database, tmp_path, settings={"tickets": {"unread_mail_minutes": 0}})
    async with open_chat(desk, settings(tmp_path)) as chat:
        await asked(chat)
        assert await database.read(unread_checks.next_check) is None


async def test_the_chaser_looks_by_itself_after_a_restart(desk, chat):
    import asyncio

    await asked(chat)
    desk.time.passes(minutes=30)
    worker = asyncio.create_task(desk.app.unread_reply_watcher().run())
    try:
        async with asyncio.timeout(20):
            while await desk.database.read(unread_checks.next_check) is not None:
                await asyncio.sleep(0.01)
    finally:
        worker.cancel()
    await desk.sends()
    assert len(desk.post.sent) == 1

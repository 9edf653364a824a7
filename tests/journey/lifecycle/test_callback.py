"""A missed call is a wish to be called back: a click rings once, an answered call ends the wish, nothing else does."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.contract import DeliveryError
from helpdesk.agents import actions as agents
from helpdesk.contacts.models import contacts
from helpdesk.errors import Conflict, Invalid
from helpdesk.journey.answering import reply
from helpdesk.journey.lifecycle import callback, status, survey
from helpdesk.surveys import queries as surveys
from helpdesk.tickets import queries
from helpdesk.tickets.models import tickets
from tests.support.desk.desk_story import story
from tests.support.phone.phone_desk import Phone, abandoned, answered, resolve

NUMBER = "+989121234567"


@pytest.fixture
def phone(database, tmp_path):
    return Phone(story(database, tmp_path), originate={"url": "http://127.0.0.1:1/"})


async def wish(phone, number=1):
    found = callback.pending_callback(await phone.desk.timeline(number))
    return None if found is None else found.data["disposition"]


def calls_back(phone, number=2, *, status="ANSWER"):
    """Somebody at 101 has the switchboard connect them with the customer."""
    board = phone.board(number).places("PJSIP/101-00000009", "from-internal")
    own = board.dials("PJSIP/101", "101", by_itself=True)
    board.waits(2).dial_ends(own, "ANSWER", by_itself=True)
    theirs = board.dials("PJSIP/trunk", "09121234567@trunk")
    board.waits(6).dial_ends(theirs, status)
    return board.waits(20).line_ends(theirs).ends()


async def with_telephone(phone, name="Mina", extension="101"):
    return await phone.desk.database.write(
        agents.add_person, name=name, email=f"{name.lower()}@desk.example", role="agent", now=phone.desk.time(),
        by=None, extension=extension,
    )  # fmt: skip


async def ring(phone, person, number=NUMBER):
    return await phone.desk.database.write(
        callback.request_call, phone.desk.context, ticket_id=1, person_id=person, number=number, now=phone.desk.time()
    )


async def test_an_unanswered_call_out_leaves_the_wish_and_the_clock_an_answered_one_ends_both(phone):
    await phone.hears(abandoned(phone.board()))
    assert await wish(phone) == "abandoned"
    phone.desk.time.passes(minutes=2)
    await phone.hears(calls_back(phone, 2, status="NOANSWER"))
    assert await wish(phone) == "abandoned"
    assert (await phone.desk.clocks(1, "first_response"))[0].stopped_at is None
    phone.desk.time.passes(minutes=2)
    await phone.hears(calls_back(phone, 3))
    assert await wish(phone) is None
    assert (await phone.desk.clocks(1, "first_response"))[0].stopped_at is not None


async def test_a_call_that_is_answered_is_no_wish_and_ends_an_earlier_one(phone):
    await phone.hears(answered(phone.board()))
    assert await wish(phone) is None
    await phone.hears(abandoned(phone.board(2)))
    assert await wish(phone) == "abandoned"
    await phone.hears(answered(phone.board(3)))
    assert await wish(phone) is None


async def test_somebody_says_that_nobody_needs_to_call_and_it_is_on_the_timeline(phone):
    mina = await phone.desk.person()
    await phone.hears(abandoned(phone.board()))
    await phone.desk.database.write(callback.close_callback, ticket_id=1, person_id=mina, now=phone.desk.time())
    assert await wish(phone) is None
    [line] = [one for one in await phone.desk.timeline(1) if (one.data or {}).get("change") == "wish_closed"]
    assert line.person_id == mina
    with pytest.raises(Conflict):
        await phone.desk.database.write(callback.close_callback, ticket_id=1, person_id=mina, now=phone.desk.time())


async def test_a_resolved_ticket_wants_no_call_and_a_new_missed_call_does(phone):
    mina = await phone.desk.person()
    await phone.hears(abandoned(phone.board()))
    await resolve(phone.desk, 1, mina)
    assert await wish(phone) is None
    phone.desk.time.passes(minutes=5)
    await phone.hears(abandoned(phone.board(2)))
    assert await wish(phone) == "abandoned"
    assert (await phone.desk.ticket(1)).status == "open"


async def test_an_answered_call_back_closes_the_follow_up_of_an_unhappy_customer(phone):
    mina = await with_telephone(phone)
    await phone.hears(answered(phone.board()))
    token = await phone.desk.database.write(
        lambda tx: survey.start_call_survey(tx, ticket=queries.ticket(tx, ticket_id=1), now=phone.desk.time())
    )
    await phone.desk.database.write(
        survey.record_answer, phone.desk.context, token=token, score="sad", now=phone.desk.time()
    )
    assert (await phone.desk.ticket(1)).sad_at is not None
    phone.desk.time.passes(minutes=3)
    await phone.hears(calls_back(phone, 2, status="BUSY"))
    assert (await phone.desk.ticket(1)).sad_at is not None, "a busy line is nobody spoken with"
    phone.desk.time.passes(minutes=3)
    events = calls_back(phone, 3)
    await phone.hears([*events, *events])
    assert (await phone.desk.ticket(1)).sad_at is None
    [task] = await phone.desk.database.read(surveys.follow_ups_of, ticket_id=1)
    assert (task.done_at is not None, bool(task.outcome)) == (True, True)
    said = [one for one in await phone.desk.timeline(1) if (one.data or {}).get("change") == "called_back"]
    assert [one.person_id for one in said] == [mina]


async def test_a_click_is_written_down_before_it_is_tried_and_a_second_one_is_the_same(phone):
    mina = await with_telephone(phone)
    await phone.hears(abandoned(phone.board()))
    wanted = await ring(phone, mina)
    assert (wanted.number, wanted.extension, wanted.channel) == (NUMBER, "101", "phone")
    with pytest.raises(Conflict):
        await ring(phone, mina)
    await phone.desk.database.write(
        callback.record_call_attempt, entry_id=wanted.entry_id, state="failed", reason="no line"
    )
    assert (await ring(phone, mina)).entry_id != wanted.entry_id, "what failed may be tried again at once"
    [first] = await phone.desk.clocks(1, "first_response")
    assert first.stopped_at is None, "ringing is no answer"


async def test_why_somebody_can_not_be_called_is_said_in_words(phone):
    mina = await phone.desk.person()
    await phone.hears(abandoned(phone.board()))
    with pytest.raises(Invalid, match="none of the customer's"):
        await ring(phone, mina, "+989350000000")
    with pytest.raises(Invalid, match="extension"):
        await ring(phone, mina)
    phone.desk.context.channels["phone"] = type(phone.channel)(
        phone.channel.settings.model_copy(update={"originate": type(phone.channel.settings.originate)()})
    )
    with pytest.raises(Invalid, match="dial the number yourself"):
        await ring(phone, mina)


def test_only_a_switchboard_that_can_be_asked_rings(phone):
    assert phone.channel.can_ring
    assert not type(phone.channel)(type(phone.channel.settings)()).can_ring
    assert not type(phone.channel)(type(phone.channel.settings)()).can.starts


async def test_a_note_while_it_rings_is_not_in_the_way(phone):
    mina = await with_telephone(phone)
    await phone.hears(abandoned(phone.board()))
    wanted = await ring(phone, mina)
    await phone.desk.database.write(reply.add_note, ticket_id=1, person_id=mina, text="ringing", now=phone.desk.time())
    await phone.desk.database.write(
        callback.record_call_attempt, entry_id=wanted.entry_id, state="ringing", call="call:1"
    )
    line = next(one for one in await phone.desk.timeline(1) if one.id == wanted.entry_id)
    assert (line.data["state"], line.data["call"]) == ("ringing", "call:1")


@pytest.mark.parametrize(("status", "word"), [(200, None), (404, "404"), (503, "503")])
async def test_the_switchboard_is_asked_once_whatever_it_says(phone, status, word):
    asked = []

    async def originate(request):
        asked.append(await request.json())
        return web.json_response({"id": "c-9"}, status=status)

    app = web.Application()
    app.router.add_post("/originate", originate)
    async with TestServer(app) as server, asyncio.timeout(10):
        phone.channel.settings.originate.url = str(server.make_url("/originate"))
        try:
            assert (await phone.channel.ring(NUMBER, extension="101"), word) == ("call:c-9", None)
        except DeliveryError as error:
            assert word in error.reason
        finally:
            await phone.channel.close()
    assert asked == [{"to": NUMBER, "survey_id": "", "extension": "101"}]


async def test_a_call_from_a_customer_we_waited_for_opens_the_ticket_again(phone):
    mina = await phone.desk.person()
    await phone.hears(answered(phone.board()))
    await phone.desk.database.write(
        status.set_status, phone.desk.context, ticket_id=1, status="waiting", by=mina, now=phone.desk.time()
    )
    phone.desk.time.passes(minutes=5)
    await phone.hears(calls_back(phone, 2, status="NOANSWER"))
    assert (await phone.desk.ticket(1)).status == "waiting", "nobody answered us"
    await phone.hears(abandoned(phone.board(3)))
    assert (await phone.desk.ticket(1)).status == "open"


async def test_news_of_a_call_that_has_acted_already_opens_nothing_again(phone):
    mina = await phone.desk.person()
    events = answered(phone.board())
    await phone.hears(events[:-3])
    await resolve(phone.desk, 1, mina)
    await phone.hears([*events[-3:], *events])
    assert (await phone.desk.ticket(1)).status == "resolved"


async def test_a_blocked_caller_is_kept_aside(phone):
    await phone.hears(abandoned(phone.board()))
    contact = (await phone.desk.ticket(1)).contact_id
    await phone.desk.database.write(
        lambda tx: tx.execute(contacts.update().where(contacts.c.id == contact).values(blocked_at=phone.desk.time()))
    )
    await phone.desk.database.write(
        lambda tx: tx.execute(tickets.update().values(spam_at=phone.desk.time(), active=False))
    )
    await phone.hears(abandoned(phone.board(2)))
    ticket = await phone.desk.ticket(2)
    assert (ticket.active, ticket.spam_at is not None) == (False, True)
    assert await phone.desk.clocks(2) == []


async def test_a_clock_that_was_put_back_keeps_nobody_from_calling(phone):
    await phone.hears(abandoned(phone.board()))
    mina = await with_telephone(phone)
    await ring(phone, mina)
    phone.desk.time.passes(hours=-1)
    assert (await ring(phone, mina)).number == NUMBER


async def test_whoever_calls_first_has_the_ticket_and_a_colleague_who_calls_later_does_not_take_it(phone):
    mina, omid = await with_telephone(phone), await with_telephone(phone, "Omid", "102")
    await phone.hears(abandoned(phone.board()))
    await ring(phone, mina)
    assert (await phone.desk.ticket(1)).assignee_id == mina
    told = [one.data for one in await phone.desk.timeline(1) if (one.data or {}).get("change") in ("assigned", "rings")]
    assert [one["change"] for one in told] == ["assigned", "rings"]
    phone.desk.time.passes(minutes=1)
    await ring(phone, omid)
    assert (await phone.desk.ticket(1)).assignee_id == mina


async def test_a_call_that_can_not_be_asked_for_takes_no_ticket(phone):
    mina = await phone.desk.person()
    await phone.hears(abandoned(phone.board()))
    with pytest.raises(Invalid):
        await ring(phone, mina)
    assert (await phone.desk.ticket(1)).assignee_id is None

"""Calls on the timeline, from the webhook to the clock."""

from __future__ import annotations

import random
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from aiohttp.test_utils import TestClient, TestServer

from channels.phone.normalise import envelope
from helpdesk.app import web_application
from helpdesk.journey.lifecycle import survey
from tests.support.desk.desk_story import story
from tests.support.phone.phone_desk import Phone, abandoned, answered, posts, resolve


@pytest.fixture
def phone(database, tmp_path):
    return Phone(story(database, tmp_path))


async def test_an_answered_call_is_one_line_and_answers_at_the_moment_of_answer(phone):
    await phone.hears(answered(phone.board()))
    [line] = await phone.calls()
    assert (line.data["disposition"], line.data["talk_s"], line.data["queue_wait_s"]) == ("answered", 30, 2)
    [first] = await phone.desk.clocks(1, "first_response")
    assert first.stopped_at is not None
    assert abs(first.stopped_at - phone.desk.time()) < timedelta(seconds=10)


async def test_an_abandoned_call_opens_a_ticket_whose_clock_runs(phone):
    await phone.hears(abandoned(phone.board()))
    [line] = await phone.calls()
    assert line.data["disposition"] == "abandoned"
    [first] = await phone.desk.clocks(1, "first_response")
    assert first.stopped_at is None


@pytest.mark.parametrize("seed", range(6))
async def test_events_in_any_order_make_the_same_line(phone, seed):
    events = answered(phone.board())
    random.Random(seed).shuffle(events)
    await phone.hears(events)
    [line] = await phone.calls()
    assert (line.data["disposition"], line.data["talk_s"], line.data["status"]) == ("answered", 30, "ended")


async def test_our_survey_call_and_a_call_between_colleagues_open_nothing(phone):
    board = phone.board().places("PJSIP/trunk-0000000d", "from-trunk")
    line = board.dials("PJSIP/trunk", "09121234567@trunk", by_itself=True)
    events = board.waits(10).dial_ends(line, "NOANSWER", by_itself=True).ends(cause=19)
    random.Random(1).shuffle(events)
    await phone.hears(events)
    board = phone.board(2).picks_up_to_dial("101", "102")
    line = board.dials("PJSIP/102", "PJSIP/102")
    await phone.hears(board.dial_ends(line, "ANSWER").line_ends(line).ends())
    assert await phone.calls() == []
    assert await phone.desk.work() is None


async def test_missed_call_text_back_reply_survey_by_text_sad_follow_up(database, tmp_path):
    """From the missed call to the follow-up."""
    out = tmp_path / "sms"
    phone = Phone(story(database, tmp_path), sms={"driver": "folder", "folder": str(out)})
    phone.channel.routes(phone.desk.app.desk_for("phone"))
    mina = await phone.desk.person()
    await phone.hears(abandoned(phone.board()))
    phone.desk.time.passes(minutes=5)
    await phone.desk.answers(1, mina, "سلام، با شما تماس گرفتیم. چه کمکی از ما برمی‌آید؟")
    phone.desk.time.passes(minutes=1)
    assert await phone.desk.sends() == 1
    [answer] = list(out.iterdir())
    assert answer.read_text("utf-8").startswith("+989121234567\nسلام")
    [first] = await phone.desk.clocks(1, "first_response")
    assert first.stopped_at is not None

    phone.channel.settings.sms.driver = "http"  # a gateway that posts messages, too
    phone.channel.settings.sms.incoming = {"id": "messageid", "from": "from", "text": "message"}
    await posts(phone, "sms", {"messageid": "7", "from": "09121234567", "message": "سفارش من نرسیده است"})
    lines = await phone.desk.timeline(1)
    assert [line.kind for line in lines if line.kind in ("call", "message")] == ["call", "message", "message"]
    phone.channel.settings.sms.driver = "folder"

    answer.unlink()
    await resolve(phone.desk, 1, mina)
    phone.desk.time.passes(minutes=1)
    assert await phone.desk.sends() == 1
    [asked] = list(out.iterdir())
    link = asked.read_text("utf-8").strip().split()[-1]
    assert "/s/" in link
    assert "?" not in link
    token = link.rsplit("/", 1)[1]
    await phone.desk.database.write(
        survey.record_answer, phone.desk.context, token=token, score="sad", now=phone.desk.time()
    )
    ticket = await phone.desk.ticket(1)
    assert ticket.sad_at is not None


async def test_a_key_pressed_before_the_hang_up_is_an_answer_of_that_calls_ticket(phone):
    events = answered(phone.board())
    await phone.hears(events[:-3])
    form = {"rate": "3", "linkedid": events[0]["Linkedid"], "uniqueid": events[0]["Linkedid"]}
    raw = envelope("asterisk", "application/x-www-form-urlencoded", urlencode(form), phone.desk.time())
    await phone.desk.app.desk_for("phone").accept("pbx", "key", raw, order_key=form["linkedid"])
    await phone.desk.work()
    await phone.hears(events[-3:])
    [line] = await phone.calls()
    assert (line.data["survey"], line.data["talk_s"]) == ({"SurveyId": "", "Rate": "3"}, 30)
    assert (await phone.desk.ticket(1)).sad_at is not None


FORM = {"event": "hangup", "uniqueid": "1772431200.1", "src": "09121234567", "start": "1772431200",
        "answer": "1772431200", "billsec": "30", "queue": "support", "member": "PJSIP/101", "hold": "5"}  # fmt: skip


async def test_a_key_that_comes_before_anything_else_of_its_call_is_an_answer_all_the_same(phone):
    await posts(phone, "pbx", {"rate": "3", "uniqueid": FORM["uniqueid"]})
    assert await phone.calls() == []
    await posts(phone, "pbx", FORM)
    [line] = await phone.calls()
    assert (line.data["disposition"], line.data["score"]) == ("answered", "sad")
    assert (await phone.desk.ticket(1)).sad_at is not None


@pytest.mark.parametrize("seed", range(4))
async def test_webhooks_that_overtake_each_other_make_the_same_line(phone, seed):
    events = answered(phone.board())
    mixed = [*events, *events]
    random.Random(seed).shuffle(mixed)
    last = [one for one in mixed if one["Event"] == "Hangup"]
    await posts(phone, "pbx", *last, *mixed, as_json=True)  # a hang-up comes before anything else
    [line] = await phone.calls()
    assert (line.data["disposition"], line.data["talk_s"], line.data["status"]) == ("answered", 30, "ended")
    assert line.data["hangup_by"] == "caller"


async def test_a_survey_call_opens_nothing_in_whatever_order_it_is_told(phone):
    board = phone.board().places("PJSIP/trunk-0000000d", "from-trunk")
    line = board.dials("PJSIP/trunk", "09121234567@trunk", by_itself=True)
    board.main["CallerIDNum"] = "02191001000"
    events = board.waits(9).dial_ends(line, "ANSWER", by_itself=True).user_event("SurveyResult", Rate=1).ends()
    await posts(phone, "pbx", *events[::-1], as_json=True)
    await posts(phone, "pbx", *events, as_json=True)
    assert await phone.calls() == []
    assert await phone.desk.work() is None


async def test_a_call_back_that_is_answered_stops_the_clock_of_the_missed_call(phone):
    await phone.hears(abandoned(phone.board()))
    phone.desk.time.passes(minutes=10)
    board = phone.board(2).places("PJSIP/101-00000009", "from-internal")
    own = board.dials("PJSIP/101", "101", by_itself=True)
    board.waits(2).dial_ends(own, "ANSWER", by_itself=True)
    theirs = board.dials("PJSIP/trunk", "09121234567@trunk")
    await phone.hears(board.waits(6).dial_ends(theirs, "ANSWER").waits(20).line_ends(theirs).ends())
    assert [line.data["direction"] for line in await phone.calls()] == ["incoming", "outgoing"]
    [first] = await phone.desk.clocks(1, "first_response")
    assert first.stopped_at is not None


async def test_the_desks_own_web_application_lets_a_switchboard_in(phone):
    """Behind the same middleware as everything else: no session, no form token, its own proof."""
    async with TestClient(TestServer(web_application(phone.desk.app))) as client:
        place = "/channels/phone/pbx"
        async with client.post(place, data=FORM, headers={"X-Pbx-Token": "key"}) as answer:
            assert (answer.status, await answer.json()) == (200, {"kept": 1})
        async with client.post(place, data=FORM, headers={"X-Pbx-Token": "no"}) as answer:
            assert answer.status == 401
            assert "not the one" in (await answer.json())["error"]
        async with client.post(place, data=b"%%%", headers={"X-Pbx-Token": "key"}) as answer:
            assert answer.status == 400
    await phone.desk.work()
    assert len(await phone.calls()) == 1

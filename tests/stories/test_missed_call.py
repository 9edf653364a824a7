"""Telephone from end to end: a missed call, click to call, the survey by text message, a sad face, the follow-up."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from helpdesk.agents import actions as agents
from helpdesk.surveys import queries as surveys
from tests.support.desk.desk_story import story
from tests.support.pages.scriptless import page, post, signed_in
from tests.support.phone.phone_desk import Phone, abandoned


@pytest.fixture
def texts(tmp_path):
    return tmp_path / "sms"


@pytest.fixture
def phone(database, tmp_path, texts):
    made = Phone(
        story(database, tmp_path, settings={"desk": {"public_url": "http://desk.example.com"}}),
        sms={"driver": "folder", "folder": str(texts)}, originate={"url": "http://127.0.0.1:1/"},
    )  # fmt: skip
    made.channel.routes(made.desk.app.desk_for("phone"))
    return made


@pytest.fixture
async def client(phone, aiohttp_client):
    desk = phone.desk
    person = await desk.database.write(
        agents.add_person,
        name="Mina",
        email="mina@desk.example",
        role="agent",
        now=desk.time(),
        by=None,
        extension="101",
    )
    return await signed_in(desk, aiohttp_client, person)


def calls_back(phone, number):
    """The switchboard rings 101, then the customer, who answers."""
    board = phone.board(number).places("PJSIP/101-00000009", "from-internal")
    own = board.dials("PJSIP/101", "101", by_itself=True)
    board.waits(2).dial_ends(own, "ANSWER", by_itself=True)
    theirs = board.dials("PJSIP/trunk", "09121234567@trunk")
    return board.waits(6).dial_ends(theirs, "ANSWER").waits(40).line_ends(theirs).ends()


async def test_a_missed_call_from_callback_to_follow_up(phone, client, texts, monkeypatch):
    desk, rung = phone.desk, []

    async def ring(to, *, survey="", extension=""):
        rung.append((to, extension))
        return "call:1"

    monkeypatch.setattr(phone.channel, "ring", ring)

    await phone.hears(abandoned(phone.board()))
    desk.time.passes(minutes=4)
    assert "please call back" in await page(client, "/inbox/tickets/1")
    await post(client, "/inbox/tickets/1/ring", {"number": "+989121234567"})
    assert rung == [("+989121234567", "101")]
    [first] = await desk.clocks(1, "first_response")
    assert first.stopped_at is None, "that it rings is no answer"

    await phone.hears(calls_back(phone, 2))
    desk.time.passes(minutes=2)
    [first] = await desk.clocks(1, "first_response")
    assert (first.stopped_at is not None, first.how) == (True, "call")
    shown = await page(client, "/inbox/tickets/1")
    assert "please call back" not in shown
    assert "Mina" in shown

    await post(client, "/inbox/tickets/1/resolve", {})
    desk.time.passes(minutes=1)
    assert await desk.sends() == 1
    [asked] = list(texts.iterdir())
    to, _, text = asked.read_text("utf-8").strip().partition("\n")
    assert to == "+989121234567"
    assert len(text) <= 69, "with https it must still fit into one text message of 70"
    assert re.search("[آ-ی]", text), "there is room for words in Persian"
    path = urlsplit(text.split()[-1]).path

    shown = await page(client, path)
    assert "<script" not in shown
    assert len(shown.encode()) < 2500
    buttons = re.findall(r'<button [^>]*type="submit" name="(\w+)"[^>]*>(.*?)</button>', shown)
    assert [name for name, _ in buttons] == ["happy", "neutral", "sad"]
    assert all(f"/assets/stickers/{name}.png" in inside for name, inside in buttons), "the face itself is the button"
    answer = await client.post(path, data={"sad": "!"}, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, f"{path}?done")
    shown = await page(client, f"{path}?done")
    assert '<input type="hidden" name="face" value="sad">' in shown
    [reason, *_] = re.findall(r'name="reason" value="(\w+)"', shown)
    await client.post(path, data={"face": "sad", "reason": reason, "words": "دیر زنگ زدید"})
    [felt] = await desk.database.read(surveys.of_ticket, ticket_id=1)
    assert (felt.score, felt.reasons, felt.words) == ("sad", [reason], "دیر زنگ زدید")
    assert (await desk.ticket(1)).sad_at is not None
    assert "Not happy: please call" in await page(client, "/inbox/tickets/1")

    desk.time.passes(minutes=10)
    await phone.hears(calls_back(phone, 3))
    [task] = await desk.database.read(surveys.follow_ups_of, ticket_id=1)
    assert task.done_at is not None
    assert (await desk.ticket(1)).sad_at is None
    assert "Not happy: please call" not in await page(client, "/inbox/tickets/1")

    desk.time.passes(minutes=1)
    assert await desk.sends() == 0, "nobody is asked a second time"


async def test_a_survey_form_without_a_face_is_refused(phone, client, texts):
    mina = await phone.desk.person("Omid")
    await phone.hears(abandoned(phone.board()))
    await phone.desk.answers(1, mina, then="resolved")
    phone.desk.time.passes(minutes=1)
    await phone.desk.sends()
    path = next(
        urlsplit(one.read_text("utf-8").split()[-1]).path for one in texts.iterdir() if "/s/" in one.read_text("utf-8")
    )
    answer = await client.post(path, data={"other": "1"})
    assert answer.status == 422
    assert "Choose one of the three faces first." in await answer.text() or "چهره" in await answer.text()


async def test_a_landline_without_survey_option_is_noted_on_the_timeline(phone, client, texts):
    board = phone.board().rings_in("02188776655").joins()
    line = board.takes()
    await phone.hears(board.waits(20).finishes(line, "caller", 20).ends("h"))
    await post(client, "/inbox/tickets/1/resolve", {})
    phone.desk.time.passes(minutes=1)
    assert await phone.desk.sends() == 1
    assert not texts.exists() or not list(texts.iterdir())
    assert "there is no way to ask this number: it is a landline" in await page(client, "/inbox/tickets/1")


async def test_a_survey_at_night_waits_for_the_morning(phone, client, texts):
    phone.desk.time.passes(hours=12, minutes=10)  # 21:40 in Tehran
    await phone.hears(abandoned(phone.board()))
    await phone.desk.answers(1, await phone.desk.person("Omid"), then="resolved")
    phone.desk.time.passes(minutes=1)
    await phone.desk.sends()
    assert [one for one in texts.iterdir() if "/s/" in one.read_text("utf-8")] == []
    phone.desk.time.passes(hours=11, minutes=20)
    await phone.desk.sends()
    [asked] = [one for one in texts.iterdir() if "/s/" in one.read_text("utf-8")]
    assert asked.exists()


async def test_a_landline_survey_is_a_call_answered_by_a_key(phone, client, monkeypatch):
    asked = []

    async def ring(to, *, survey="", extension=""):
        asked.append((to, survey, extension))
        return "call:1"

    monkeypatch.setattr(phone.channel, "ring", ring)
    phone.channel.settings.survey.landline = "call"
    board = phone.board().rings_in("02188776655").joins()
    line = board.takes()
    await phone.hears(board.waits(20).finishes(line, "caller", 20).ends("h"))
    await post(client, "/inbox/tickets/1/resolve", {})
    phone.desk.time.passes(minutes=1)
    await phone.desk.sends()
    [(to, token, extension)] = asked
    assert (to, extension) == ("+982188776655", "")

    board = phone.board(2).places("PJSIP/trunk-0000000d", "from-trunk")
    theirs = board.dials("PJSIP/trunk", "02188776655@trunk", by_itself=True)
    board.waits(9).dial_ends(theirs, "ANSWER", by_itself=True)
    await phone.hears(board.user_event("SurveyResult", SurveyId=token, Rate="۱").ends())
    [felt] = await phone.desk.database.read(surveys.of_ticket, ticket_id=1)
    assert felt.score == "happy"
    assert len(await phone.calls()) == 1, "our own survey call is no call of the customer"
    assert (await phone.desk.ticket(1)).status == "resolved"

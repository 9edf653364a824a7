"""Telephone calls in the inbox, without script: callback notice, call card, click to call."""

from __future__ import annotations

import pytest

from channels.contract import DeliveryError
from helpdesk.agents import actions as agents
from tests.support.desk.desk_story import story
from tests.support.pages.scriptless import page, post, signed_in
from tests.support.phone.phone_desk import Phone, abandoned, answered


@pytest.fixture
def phone(database, tmp_path):
    return Phone(story(database, tmp_path), originate={"url": "http://127.0.0.1:1/"})


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


async def test_a_missed_call_shows_a_callback_notice_until_it_is_closed(phone, client):
    await phone.hears(abandoned(phone.board()))
    shown = await page(client, "/inbox/tickets/1")
    assert "Gave up waiting: please call back" in shown
    assert shown.count('/inbox/tickets/1/ring" hx-post') + shown.count("tel:+989121234567") == 1, (
        "not again on the call"
    )
    await post(client, "/inbox/tickets/1/call-back-done", {})
    shown = await page(client, "/inbox/tickets/1")
    assert "please call back" not in shown
    assert "nobody needs to call back any more" in shown


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("call:9", "had the switchboard call"),
        (DeliveryError("no line", permanent=True), "and it did not work"),
        (DeliveryError("the line broke", uncertain=True), "is not certain"),
        (TimeoutError(), "is not certain"),
        (RuntimeError("a bug"), "and it did not work"),
    ],
    ids=["rings", "refused", "uncertain", "too late", "a bug"],
)
async def test_click_to_call_asks_the_switchboard_once_and_records_the_outcome(
    phone, client, monkeypatch, outcome, words
):
    asked = []

    async def ring(to, *, survey="", extension=""):
        asked.append((to, extension))
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    monkeypatch.setattr(phone.channel, "ring", ring)
    await phone.hears(abandoned(phone.board()))
    [call] = await phone.calls()
    await post(client, "/inbox/tickets/1/ring", {"entry": str(call.id)})
    assert asked == [("+989121234567", "101")]
    assert words in await page(client, "/inbox/tickets/1")
    again = 303 if words == "and it did not work" else 409
    await post(client, "/inbox/tickets/1/ring", {"number": "+989121234567"}, status=again)
    assert len(asked) == (2 if again == 303 else 1)
    phone.desk.time.passes(seconds=21)
    await post(client, "/inbox/tickets/1/ring", {"number": "+989121234567"})


async def test_only_numbers_of_the_customer_can_be_called(phone, client):
    await phone.hears(abandoned(phone.board()))
    await post(client, "/inbox/tickets/1/ring", {"number": "+989350000000"}, status=422)


async def test_call_card_and_clock_explanation_show_whether_the_queue_target_was_met(phone, client):
    await phone.hears(answered(phone.board()))
    shown = await page(client, "/inbox/tickets/1")
    assert "in time" in shown
    assert "Waited in the queue of the telephone" in shown
    board = phone.board(2).rings_in().joins()
    phone.desk.time.passes(minutes=10)
    await phone.hears(board.waits(95).gives_up().ends("h", cause=0))
    await phone.desk.looks()
    shown = await page(client, "/inbox/tickets/1")
    assert "too long" in shown
    assert "longer than we promise" in shown


async def test_agents_set_their_own_extension(phone, client):
    desk = phone.desk
    await desk.database.write(
        agents.add_person,
        name="Omid",
        email="omid@desk.example",
        role="agent",
        now=desk.time(),
        by=None,
        extension="102",
    )
    assert 'name="extension" dir="ltr" inputmode="numeric" maxlength="12" value="101"' in await page(client, "/account")
    assert "Somebody else has this extension" in await post(
        client, "/account/extension", {"extension": "102"}, status=422
    )
    assert "up to 12 digits" in await post(client, "/account/extension", {"extension": "ten"}, status=422)
    await post(client, "/account/extension", {"extension": " ۱۰۳ "})
    assert 'value="103"' in await page(client, "/account")
    await post(client, "/account/extension", {"extension": ""})
    await phone.hears(abandoned(phone.board()))
    shown = await post(client, "/inbox/tickets/1/ring", {"number": "+989121234567"}, status=422)
    assert "Set the extension of your telephone" in shown

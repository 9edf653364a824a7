"""Webhooks over HTTP: authenticated, stored once, acknowledged; everything else is refused with its reason."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from twilio.request_validator import RequestValidator

from channels.contract import Inbound, TryLater
from channels.phone.channel import Channel
from channels.phone.settings import PhoneSettings
from channels.phone.web.signatures import sign
from tests.support.desk.memory_desk import MemoryDesk
from tests.support.phone.switchboard import Switchboard

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
ENV = {"PASOKH_PHONE_OURS_SECRET": "new", "PASOKH_PHONE_OURS_SECRET_OLD": "old", "PASOKH_PHONE_PBX_SECRET": "t0ken",
       "PASOKH_PHONE_CLOUD_SECRET": "auth-token", "PASOKH_PHONE_SMS_SECRET": "sms-key"}  # fmt: skip
SOURCES: list[dict[str, Any]] = [
    {"name": "ours", "provider": "generic"},
    {"name": "pbx", "provider": "asterisk"},
    {"name": "cloud", "provider": "twilio"},
    {"name": "mute", "provider": "3cx"},
]
TOKEN = {"X-Pbx-Token": "t0ken"}
BODY = b'{"call_id": "c-1", "event": "missed", "direction": "inbound", "from": "09121234567"}'


def phone(**settings: Any) -> Channel:
    own = {"enabled": True, "public_url": "https://desk.example", "sources": SOURCES, "sms": {"driver": "kavenegar"}}
    return Channel(PhoneSettings.model_validate({**own, **settings}), env=ENV, now=lambda: NOW)


class Door:
    """A channel behind a web server, and the desk behind it."""

    def __init__(self, client: TestClient[Any, Any], desk: MemoryDesk, channel: Channel) -> None:
        self.client, self.desk, self.channel = client, desk, channel

    async def post(self, source: str, body: bytes | dict[str, str], **headers: str) -> tuple[int, str]:
        """(status, text) of a webhook."""
        async with self.client.post(f"/channels/phone/{source}", data=body, headers=headers) as answer:
            return answer.status, await answer.text()

    async def signed(self, body: bytes = BODY, secret: str = "new", at: int = AT) -> tuple[int, str]:
        return await self.post(
            "ours", body, **{"X-Signature": sign(body, secret, at), "Content-Type": "application/json"}
        )

    def understood(self) -> list[Inbound]:
        """Everything kept, understood."""
        found: list[Inbound] = []
        for one in self.desk.kept:
            made = self.channel.normalise(one.account, one.raw)
            found += made if isinstance(made, list) else []
        return found


@pytest.fixture
async def door():
    desk, channel, app = MemoryDesk(), phone(), web.Application()
    below = web.Application()
    below.add_routes(channel.routes(desk))
    app.add_subapp("/channels/phone/", below)
    async with TestClient(TestServer(app)) as client:
        yield Door(client, desk, channel)


async def test_a_signed_event_is_kept_before_it_is_acknowledged(door):
    assert await door.signed() == (200, '{"kept": 1}')
    [one] = door.desk.kept
    assert (one.account, one.order_key) == ("ours", "c-1")
    assert b"v1=" not in one.raw
    [call] = door.understood()
    assert (call.kind, call.external_id) == ("call", "c-1")
    assert call.author is not None
    assert call.author.address == "phone:+989121234567"
    assert (call.call["direction"], call.call["disposition"]) == ("incoming", "missed")


async def test_the_same_webhook_ten_times_is_one_event(door):
    answers = [await door.signed() for _ in range(10)]
    assert {status for status, _ in answers} == {200}
    assert [text for _, text in answers] == ['{"kept": 1}'] + ['{"kept": 0}'] * 9
    assert len(door.desk.kept) == 1


async def test_a_replay_with_a_new_time_is_still_the_same_event(door):
    for seconds in (0, 60, 120):
        assert (await door.signed(at=AT - seconds))[0] == 200
    assert len(door.desk.kept) == 1


async def test_old_and_new_secret_are_believed_and_no_other(door):
    assert (await door.signed(secret="old"))[0] == 200
    status, text = await door.signed(b'{"call_id": "c-2"}', secret="forged")
    assert (status, "does not fit" in text, len(door.desk.kept)) == (401, True, 1)
    status, text = await door.signed(b'{"call_id": "c-3"}', at=AT - 301)
    assert (status, "five minutes" in text, len(door.desk.kept)) == (401, True, 1)


@pytest.mark.parametrize(
    ("source", "headers", "status", "word"),
    [
        ("nobody", {}, 404, "no source called nobody"),
        ("pbx", {}, 401, "token is missing"),
        ("pbx", {"X-Pbx-Token": "x"}, 401, "not the one"),
        ("mute", TOKEN, 503, "no secret"),
        ("cloud", {}, 401, "X-Twilio-Signature"),
        ("ours", {}, 401, "X-Signature"),
    ],
)
async def test_who_is_not_believed_is_told_why_and_nothing_is_kept(door, source, headers, status, word):
    answer, text = await door.post(source, BODY, **headers)
    assert answer == status
    assert word in json.loads(text)["error"]
    assert door.desk.kept == []


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b'{"Event": "Hangup", "Linked', "not whole JSON"),
        (b"", "empty"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"%%%", "form"),
        (b'"text"', "no object"),
        (b"5", "form"),
        (b"[" * 5000, "JSON"),
    ],
)
async def test_a_broken_body_is_a_400_with_its_reason(door, body, word):
    kind = "application/json" if body[:1] in b'{["' and body else "text/plain"
    status, text = await door.post("pbx", body, **TOKEN, **{"Content-Type": kind})
    assert (status, word in json.loads(text)["error"]) == (400, True), text
    assert door.desk.kept == []


async def test_a_body_that_is_too_large_is_refused(door):
    status, text = await door.post("pbx", b"a=" + b"x" * 600_000, **TOKEN)
    assert (status, "larger" in text) == (413, True)


async def test_an_event_that_names_no_call_is_kept_for_quarantine_and_says_why(door):
    status, _ = await door.post("pbx", {"src": "09121234567", "billsec": "9"}, **TOKEN)
    assert status == 200
    [one] = door.desk.kept
    with pytest.raises(ValueError, match="neither linkedid nor uniqueid"):
        door.channel.normalise("pbx", one.raw)


@pytest.mark.parametrize("failure", [OSError("disk full"), TryLater("the disk of the desk is nearly full")])
async def test_only_a_desk_that_kept_nothing_makes_the_sender_try_again(door, failure):
    door.desk.failing = failure
    status, text = await door.signed()
    assert (status, "send it again" in text, door.desk.kept) == (503, True, [])
    door.desk.failing = None
    assert (await door.signed())[0] == 200


async def test_events_that_come_together_are_kept_one_by_one(door):
    events = Switchboard().rings_in().joins().waits(9).gives_up().ends("h", cause=0)
    body = json.dumps({"events": events}).encode()
    status, text = await door.post("pbx", body, **TOKEN, **{"Content-Type": "application/json"})
    assert (status, json.loads(text)["kept"]) == (200, len(events))
    assert {one.order_key for one in door.desk.kept} == {"pbx-1780000000.0"}


async def test_a_call_relayed_out_of_order_and_twice_is_one_record(door):
    board = Switchboard().rings_in().joins()
    line = board.takes()
    events = board.waits(30).finishes(line, "caller", 30).ends("h") * 2
    random.Random(7).shuffle(events)
    for event in events:
        body = json.dumps(event).encode()
        assert (await door.post("pbx", body, **TOKEN, **{"Content-Type": "application/json"}))[0] == 200
    known: dict[str, Any] = {}
    for call in door.understood():
        known = dict(door.channel.merge_call(known, call.call))
    assert len(door.desk.kept) == len(events) // 2
    assert (known["disposition"], known["talk_s"], known["queue_wait_s"]) == ("answered", 30, 2)


async def test_twilio_is_believed_by_the_public_address_and_hears_its_own_language(door):
    form = {"CallSid": "CA1", "Direction": "inbound", "From": "+989121234567", "CallStatus": "ringing"}
    shown = RequestValidator("auth-token").compute_signature("https://desk.example/channels/phone/cloud?x=1", form)
    status, text = await door.post("cloud?x=1", form, **{"X-Twilio-Signature": shown})
    assert (status, text.endswith("<Response/>")) == (200, True)
    assert (await door.post("cloud", form, **{"X-Twilio-Signature": shown}))[0] == 401


async def test_a_gateway_that_only_knows_get_is_heard_and_its_token_is_not_kept(door):
    place = "/channels/phone/sms?token=sms-key&messageid=7&from=09121234567&to=3000&message=%D8%B3%D9%84%D8%A7%D9%85"
    async with door.client.get(place) as answer:
        assert answer.status == 200
    [one] = door.desk.kept
    assert b"sms-key" not in one.raw
    [message] = door.understood()
    assert (message.kind, message.text, message.external_id) == ("message", "سلام", "sms:7")


async def test_who_asks_for_no_more_messages_is_remembered_and_may_come_back(door):
    async def says(text: str, number: int) -> None:
        form = {"messageid": str(number), "from": "09121234567", "message": text}
        assert (await door.post("sms", form, **{"X-Pbx-Token": "sms-key"}))[0] == 200

    await says(" لغو ", 1)
    assert await door.desk.recall("wishes", "+989121234567") == "stop"
    await says("لغو سفارش من کی انجام می‌شود؟", 2)
    assert await door.desk.recall("wishes", "+989121234567") == "stop"
    await says("Start.", 3)
    assert await door.desk.recall("wishes", "+989121234567") == "start"
    assert [one.automatic for one in door.understood()] == [True, False, True]


async def test_a_key_pressed_before_the_hang_up_is_an_answer_to_the_survey_of_that_call(door):
    status, _ = await door.post("pbx", {"rate": "۳", "uniqueid": "c.1"}, **TOKEN)
    assert status == 200
    call, answer = door.understood()
    assert (call.kind, call.author) == ("call", None)
    assert answer.survey is not None
    assert (answer.kind, answer.survey.call, answer.survey.score, answer.survey.token) == (
        "survey_answer",
        "pbx:c.1",
        "sad",
        None,
    )


async def test_a_key_of_a_survey_call_names_the_survey(door):
    await door.post("pbx", {"rate": "1", "uniqueid": "c.9", "survey_id": "token-of-it"}, **TOKEN)
    answer = door.understood()[1]
    assert answer.survey is not None
    assert (answer.survey.token, answer.survey.score) == ("token-of-it", "happy")


async def test_head_and_other_verbs_do_nothing(door):
    async with door.client.put("/channels/phone/ours", data=BODY) as answer:
        assert answer.status == 405
    assert door.desk.kept == []

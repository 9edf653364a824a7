"""Text messages, surveys after calls, and calls placed by the switchboard, against small local gateways."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer

from channels.contract import Address, DeliveryError, Face, Outbound
from channels.phone.channel import Channel
from channels.phone.settings import PhoneSettings
from channels.phone.sms import sms_text
from tests.support.desk.memory_desk import MemoryDesk

NOON = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)  # 12:00 in Tehran
NIGHT = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)  # 22:00
LINK = "https://desk.example/s/abcdefghijklmnopqrstuvwxyz012345?face=happy"
ENV = {"PASOKH_PHONE_SMS_SECRET": "key", "PASOKH_PHONE_ORIGINATE_SECRET": "let-me"}


@dataclass
class Gateway:
    """Takes posts and answers what it is told to."""

    server: BaseTestServer | None = None
    seen: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    status: int = 200
    says: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    hangs_up: bool = False

    async def take(self, request: web.Request) -> web.Response:
        body = await request.text()
        form = json.loads(body) if request.content_type == "application/json" else dict((await request.post()).items())
        self.seen.append((request.path, dict(request.headers), form))  # type: ignore[arg-type]
        if self.hangs_up:
            assert request.transport is not None
            request.transport.abort()
        return web.json_response(self.says, status=self.status, headers=self.headers)

    @property
    def url(self) -> str:
        assert self.server is not None
        return str(self.server.make_url("")).rstrip("/")


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    made = Gateway()
    app = web.Application()
    app.router.add_post("/{rest:.*}", made.take)
    async with TestServer(app) as made.server:
        yield made


def outbound(kind: Any = "message", to: str = "+989121234567", **more: Any) -> Outbound:
    face = [Face("happy", "😀", LINK, "")] if kind == "survey" else []
    own: dict[str, Any] = {"token": "token-1", "text": "سلام، سفارش شما فرستاده شد.", "faces": face, **more}
    return Outbound(kind=kind, account="pbx", to=Address(f"phone:{to}"), **own)


class Texts:
    """A channel with a gateway, at a time of day."""

    def __init__(self, at: datetime = NOON, **settings: Any) -> None:
        own = PhoneSettings.model_validate({"enabled": True, **settings})
        self.desk = MemoryDesk()
        self.channel = Channel(own, env=ENV, now=lambda: at)
        self.channel.routes(self.desk)

    async def sends(self, one: Outbound) -> str:
        try:
            return await self.channel.send(one)
        finally:
            await self.channel.close()

    async def fails(self, one: Outbound) -> DeliveryError:
        with pytest.raises(DeliveryError) as caught:
            await self.sends(one)
        return caught.value


def kavenegar(gateway: Gateway, **more: Any) -> Texts:
    gateway.says = {"return": {"status": 200, "message": "ok"}, "entries": [{"messageid": 8792343, "status": 1}]}
    return Texts(sms={"driver": "kavenegar", "url": gateway.url, "sender": "30001"}, **more)


def twilio(gateway: Gateway) -> Texts:
    own = {"driver": "twilio", "url": gateway.url, "account": "AC1", "sender": "+982191001000"}
    return Texts(sms=own, public_url="https://desk.example")


async def test_an_agents_answer_leaves_through_kavenegar(gateway):
    assert await kavenegar(gateway).sends(outbound()) == "sms:8792343"
    [(path, _, form)] = gateway.seen
    assert path == "/v1/key/sms/send.json"
    assert (form["receptor"], form["sender"], form["message"]) == ("09121234567", "30001", outbound().text)
    assert form["localid"].isdigit()


async def test_the_same_message_has_the_same_number_at_every_try(gateway):
    texts = kavenegar(gateway)
    for token in ("a", "a", "b"):
        await texts.sends(outbound(token=token))
    numbers = [form["localid"] for _, _, form in gateway.seen]
    assert numbers[0] == numbers[1] != numbers[2]


@pytest.mark.parametrize(
    ("code", "permanent", "unreachable"),
    [(411, True, True), (413, True, False), (418, False, False), (409, False, False)],
)
async def test_kavenegars_refusals_are_final_only_where_trying_again_is_useless(gateway, code, permanent, unreachable):
    texts = kavenegar(gateway)
    gateway.status, gateway.says = code, {"return": {"status": code, "message": "نمی‌شود"}, "entries": None}
    error = await texts.fails(outbound())
    assert (error.permanent, error.unreachable, error.reason) == (permanent, unreachable, "نمی‌شود")


async def test_twilio_is_signed_in_to_and_told_where_to_report(gateway):
    texts = twilio(gateway)
    gateway.status, gateway.says = 201, {"sid": "SM1", "status": "queued"}
    assert await texts.sends(outbound()) == "sms:SM1"
    [(path, headers, form)] = gateway.seen
    assert path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert headers["Authorization"].startswith("Basic ")
    assert (form["To"], form["From"]) == ("+989121234567", "+982191001000")
    assert form["StatusCallback"] == "https://desk.example/channels/phone/sms"


@pytest.mark.parametrize(
    ("status", "code", "permanent", "unreachable"),
    [(400, 21610, True, True), (400, 21211, True, True), (503, None, False, False), (401, 20003, False, False)],
)
async def test_twilios_refusals(gateway, status, code, permanent, unreachable):
    texts = twilio(gateway)
    gateway.status, gateway.says = status, {"code": code, "message": "no"}
    error = await texts.fails(outbound())
    assert (error.permanent, error.unreachable) == (permanent, unreachable)


async def test_any_gateway_fits_by_its_form(gateway):
    own = {
        "driver": "http",
        "url": f"{gateway.url}/send",
        "sender": "3000",
        "json_body": False,
        "id_at": "result.0.id",
        "headers": {"X-Key": "{secret}"},
        "body": {"dest": "{to}", "msg": "{text}", "src": "{sender}", "x": "{y}"},
    }
    gateway.says = {"result": [{"id": 55}]}
    assert await Texts(sms=own).sends(outbound()) == "sms:55"
    [(path, headers, form)] = gateway.seen
    assert (path, headers["X-Key"]) == ("/send", "key")
    assert form == {"dest": "+989121234567", "msg": outbound().text, "src": "3000", "x": "{y}"}


@pytest.mark.parametrize(("status", "permanent"), [(500, False), (400, True), (302, True)])
async def test_any_gateways_refusals(gateway, status, permanent):
    gateway.status = status
    error = await Texts(sms={"driver": "http", "url": gateway.url}).fails(outbound())
    assert (error.permanent, error.uncertain) == (permanent, False)


async def test_a_pause_that_is_asked_for_is_kept(gateway):
    gateway.status, gateway.headers = 429, {"Retry-After": "17"}
    assert (await Texts(sms={"driver": "http", "url": gateway.url}).fails(outbound())).retry_after == 17


async def test_a_line_that_breaks_after_the_message_was_given_is_uncertain_unless_repeating_is_harmless(gateway):
    gateway.hangs_up = True
    assert (await Texts(sms={"driver": "http", "url": gateway.url}).fails(outbound())).uncertain
    assert not (await kavenegar(gateway).fails(outbound())).uncertain


async def test_a_gateway_that_is_not_there_is_tried_again():
    error = await Texts(sms={"driver": "http", "url": "http://127.0.0.1:9/"}).fails(outbound())
    assert (error.permanent, error.uncertain) == (False, False)


async def test_the_folder_gateway_writes_text_messages_to_files(tmp_path):
    await Texts(sms={"driver": "folder", "folder": str(tmp_path / "out")}).sends(outbound())
    [path] = (tmp_path / "out").iterdir()
    assert path.read_text("utf-8").startswith("+989121234567\nسلام")


@pytest.mark.parametrize("to", ["anonymous:c-1", "101"])
async def test_nobody_can_write_to_a_hidden_number_or_an_extension(to):
    assert (await Texts().fails(outbound(to=to))).permanent


async def test_without_a_gateway_or_to_a_landline_the_refusal_says_why():
    assert "gateway" in (await Texts().fails(outbound())).reason
    assert "landline" in (await Texts().fails(outbound(to="+982122334455"))).reason


async def test_a_survey_is_one_text_message_with_a_link_and_no_face_chosen(gateway):
    await kavenegar(gateway).sends(outbound("survey"))
    text = gateway.seen[0][2]["message"]
    assert text.endswith(LINK.removesuffix("?face=happy"))
    assert (sms_text.parts(text), len(text) <= 70) == (1, True)


async def test_a_survey_waits_for_the_morning_but_a_persons_answer_does_not(gateway):
    error = await kavenegar(gateway, at=NIGHT).fails(outbound("survey"))
    assert error.retry_after == 11 * 3600  # from 22:00 to 09:00
    assert (await kavenegar(gateway, at=NIGHT).sends(outbound())).startswith("sms:")


async def test_who_wants_no_more_messages_gets_no_survey_but_answers_all_the_same(gateway):
    texts = kavenegar(gateway)
    await texts.desk.remember("wishes", "+989121234567", "stop")
    assert (await texts.fails(outbound("survey"))).permanent
    assert (await texts.fails(outbound(automatic=True))).permanent
    assert (await texts.sends(outbound())).startswith("sms:")


async def test_a_survey_is_tried_twice_and_then_given_up(gateway):
    texts = Texts(sms={"driver": "http", "url": gateway.url})
    gateway.status = 500
    assert [(await texts.fails(outbound("survey"))).permanent for _ in range(2)] == [False, True]
    assert [(await texts.fails(outbound(token="other"))).permanent for _ in range(3)] == [False] * 3


async def test_a_survey_given_up_is_remembered_when_the_desk_starts_again(gateway):
    first = Texts(sms={"driver": "http", "url": gateway.url})
    gateway.status = 500
    assert not (await first.fails(outbound("survey"))).permanent
    second = Texts(sms={"driver": "http", "url": gateway.url})
    second.desk = first.desk
    second.channel.routes(first.desk)
    assert (await second.fails(outbound("survey"))).permanent


async def test_nobody_is_asked_twice_in_a_day(gateway):
    texts = kavenegar(gateway)
    await texts.sends(outbound("survey"))
    error = await texts.fails(outbound("survey", token="another"))
    assert (error.permanent, "24 hours" in error.reason) == (True, True)
    assert (await texts.sends(outbound(token="third"))).startswith("sms:"), "a person may always answer"
    assert (await texts.sends(outbound("survey", "+989350000000", token="fourth"))).startswith("sms:")
    later = kavenegar(gateway, at=NOON + timedelta(hours=24))
    later.desk = texts.desk
    later.channel.routes(texts.desk)
    assert (await later.sends(outbound("survey", token="fifth"))).startswith("sms:")


async def test_who_could_not_be_asked_may_be_asked_about_the_next_matter(gateway):
    texts = Texts(sms={"driver": "http", "url": gateway.url})
    gateway.status = 404
    assert (await texts.fails(outbound("survey"))).permanent
    gateway.status = 200
    assert (await texts.sends(outbound("survey", token="another"))).startswith("sms:")


async def test_a_landline_is_asked_by_a_call_where_the_switchboard_can_place_one(gateway):
    own = {"landline": "call"}
    hook = {"url": f"{gateway.url}/originate", "headers": {"Authorization": "Bearer {secret}"}}
    gateway.says = {"id": "job-7"}
    texts = Texts(survey=own, originate=hook)
    assert await texts.sends(outbound("survey", "+982122334455", survey="svy-token")) == "call:job-7"
    [(path, headers, form)] = gateway.seen
    assert (path, headers["Authorization"]) == ("/originate", "Bearer let-me")
    assert form == {"to": "+982122334455", "survey_id": "svy-token", "extension": ""}


async def test_a_landline_that_cannot_be_asked_is_noted_on_the_timeline():
    error = await Texts().fails(outbound("survey", "+982122334455"))
    assert (error.permanent, "landline" in error.reason) == (True, True)


async def test_an_agent_may_have_the_switchboard_call(gateway):
    texts = Texts(originate={"url": gateway.url})
    try:
        assert await texts.channel.ring("+989121234567", extension="101") == "call:+989121234567"
    finally:
        await texts.channel.close()
    assert gateway.seen[0][2]["extension"] == "101"

"""`run.py phone send`: every scenario arrives signed and becomes the call it says it is."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from helpdesk.app import web_application
from helpdesk.cli.inspect import phone_send
from helpdesk.demo.demo_calls import OUTCOMES, Call
from helpdesk.errors import Invalid
from helpdesk.settings import Settings
from tests.support.desk.desk_story import story
from tests.support.phone.phone_desk import Phone

DISPOSITIONS = {"call_back": "answered"}


@pytest.fixture
def phone(database, tmp_path):
    made = Phone(story(database, tmp_path), sources=[{"name": "pbx", "provider": "generic"}])
    made.desk.time.now = phone_send.now()  # the command signs with the real time
    return made


def test_the_command_knows_every_scenario_there_is():
    assert set(phone_send.OUTCOMES) == set(OUTCOMES)


@pytest.mark.parametrize("scenario", [one for one in OUTCOMES if one != "call_back"])
async def test_a_scenario_becomes_its_call(phone, scenario):
    async with TestServer(web_application(phone.desk.app)) as server:
        call = Call("۰۹۱۲۱۲۳۴۵۶۷", scenario)
        call_id = await phone_send.send(call, url=str(server.make_url("/")), source="pbx", secret="key")
    await phone.desk.work()
    [line] = await phone.calls()
    assert (line.data["disposition"], line.remote_id, line.address) == (scenario, call_id, "phone:+989121234567")


async def test_a_refusal_by_the_desk_is_passed_on(phone):
    async with TestServer(web_application(phone.desk.app)) as server:
        url = str(server.make_url("/"))
        with pytest.raises(Invalid, match="401"):
            await phone_send.send(Call("0912", "missed"), url=url, source="pbx", secret="wrong")
        with pytest.raises(Invalid, match="no source called other"):
            await phone_send.send(Call("0912", "missed"), url=url, source="other", secret="key")
    with pytest.raises(Invalid, match="Is it running"):
        await phone_send.send(Call("0912", "missed"), url="http://127.0.0.1:1", source="pbx", secret="key")


def test_the_secret_comes_from_the_environment_or_a_file(tmp_path):
    settings, file = Settings(), tmp_path / "secret"
    file.write_text("two\n")
    told: dict[str, Any] = {"url": None, "source": "my-pbx", "file": None}
    found = phone_send.of_settings(settings, {"PASOKH_PHONE_MY_PBX_SECRET": "one"}, **told)
    assert (found.secret, found.named) == ("one", "PASOKH_PHONE_MY_PBX_SECRET")
    found = phone_send.of_settings(settings, {"PASOKH_PHONE_MY_PBX_SECRET_FILE": str(file)}, **told)
    assert (found.secret, found.named) == ("two", "PASOKH_PHONE_MY_PBX_SECRET_FILE")
    assert phone_send.of_settings(settings, {}, **told | {"file": file}).secret == "two"
    for lost in ({}, {"PASOKH_PHONE_MY_PBX_SECRET_FILE": str(tmp_path / "missing")}):
        with pytest.raises(Invalid, match=r"PASOKH_PHONE_MY_PBX_SECRET .*--demo"):
            phone_send.of_settings(settings, lost, **told)


def test_address_and_source_come_from_the_settings(tmp_path):
    sources = [{"name": "old", "provider": "asterisk"}, {"name": "new", "provider": "generic"}]
    settings = Settings.model_validate(
        {"desk": {"public_url": "https://desk.example/"}, "channels": {"phone": {"sources": sources}}}
    )
    found = phone_send.of_settings(settings, {"PASOKH_PHONE_NEW_SECRET": "x"}, url=None, source=None, file=None)
    assert (found.url, found.source) == ("https://desk.example", "new")


def test_the_demos_secret_is_taken_for_the_demo_that_runs_and_for_nothing_else(tmp_path):
    (tmp_path / "phone.secret").write_text("demo")
    with pytest.raises(Invalid, match="No demo runs"):
        phone_send.of_demo(None, folder=tmp_path)
    assert not phone_send._is_demo("http://127.0.0.1:8080", tmp_path)
    (tmp_path / "address").write_text("http://127.0.0.1:8761")
    assert phone_send._is_demo("http://127.0.0.1:8761/", tmp_path)
    assert not phone_send._is_demo("http://127.0.0.1:8080", tmp_path)
    assert not phone_send._is_demo(None, tmp_path)
    found = phone_send.of_demo(None, folder=tmp_path)
    assert (found.url, found.source, found.secret) == ("http://127.0.0.1:8761", "pbx", "demo")

"""`run.py phone send`: every scenario arrives signed and becomes the call it says it is."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import TestServer

from helpdesk.app import web_of
from helpdesk.cli import phone_send
from helpdesk.demo.calls import OUTCOMES, Call
from helpdesk.errors import Invalid
from tests.support.house import story
from tests.support.telephone import Phone

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
    async with TestServer(web_of(phone.desk.house)) as server:
        call = Call("۰۹۱۲۱۲۳۴۵۶۷", scenario)
        call_id = await phone_send.send(call, url=str(server.make_url("/")), source="pbx", secret="key")
    await phone.desk.work()
    [line] = await phone.calls()
    assert (line.data["disposition"], line.remote_id, line.address) == (scenario, call_id, "phone:+989121234567")


async def test_what_the_desk_says_is_passed_on(phone):
    async with TestServer(web_of(phone.desk.house)) as server:
        url = str(server.make_url("/"))
        with pytest.raises(Invalid, match="401"):
            await phone_send.send(Call("0912", "missed"), url=url, source="pbx", secret="wrong")
        with pytest.raises(Invalid, match="no source called other"):
            await phone_send.send(Call("0912", "missed"), url=url, source="other", secret="key")
    with pytest.raises(Invalid, match="Is it running"):
        await phone_send.send(Call("0912", "missed"), url="http://127.0.0.1:1", source="pbx", secret="key")


def test_the_secret_comes_from_the_environment_or_a_file(monkeypatch, tmp_path):
    monkeypatch.setenv("PASOKH_PHONE_MY_PBX_SECRET", "one")
    assert phone_send.secret_of("my-pbx", None) == "one"
    (tmp_path / "secret").write_text("two\n")
    assert phone_send.secret_of("my-pbx", tmp_path / "secret") == "two"
    with pytest.raises(Invalid, match="PASOKH_PHONE_OTHER_SECRET"):
        phone_send.secret_of("other", tmp_path / "missing")

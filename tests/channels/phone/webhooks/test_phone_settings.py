"""Phone settings, and how mistakes are reported."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from channels.phone.channel import Channel
from channels.phone.settings import PhoneSettings, secrets_of
from tests.support.desk.memory_desk import MemoryDesk

EXAMPLE = Path(__file__).parents[4] / "config" / "phone.example.toml"
PBX = {"name": "pbx", "provider": "asterisk"}


def test_the_example_works_and_names_every_setting():
    said = tomllib.loads(EXAMPLE.read_text("utf-8"))["channels"]["phone"]
    made = PhoneSettings.model_validate(said)
    assert set(said) == set(PhoneSettings.model_fields)
    for part in ("sms", "survey", "originate"):
        left = set(type(getattr(made, part)).model_fields) - set(said[part])
        assert left <= {"folder"}, part
    assert {name for source in said["sources"] for name in source} == set(type(made.sources[0]).model_fields)


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"sources": [PBX, PBX]}, "same name: pbx"),
        ({"sources": [{**PBX, "name": "sms"}]}, "another name"),
        ({"sources": [{**PBX, "name": "Not a name"}]}, "name"),
        ({"sources": [{**PBX, "time_zone": "Tehran"}]}, "time zone"),
        ({"sources": [{"name": "x", "provider": "mapped"}]}, "call_id"),
        ({"sms": {"driver": "http"}}, "url"),
        ({"sources": [{"name": "x", "provider": "twilio"}]}, "public_url"),
        ({"sms": {"driver": "twilio"}}, "account"),
        ({"sms": {"driver": "folder"}}, "folder"),
        ({"survey": {"since": "21:00", "until": "09:00"}}, "before"),
        ({"survey": {"keys": {"1": "angry"}}}, "keys"),
        ({"sourecs": []}, "sourecs"),
        ({"region": "Iran"}, "region"),
    ],
)
def test_a_mistake_in_the_settings_is_explained(wrong, word):
    with pytest.raises(ValidationError, match=word):
        PhoneSettings.model_validate(wrong)


def test_secrets_come_from_the_environment_or_a_file_and_the_old_one_beside_it(tmp_path):
    (tmp_path / "secret").write_text("from-file\n")
    env = {"PASOKH_PHONE_MY_PBX_SECRET_FILE": str(tmp_path / "secret"), "PASOKH_PHONE_MY_PBX_SECRET_OLD": "old"}
    assert secrets_of(env, "my-pbx") == ["from-file", "old"]
    assert secrets_of(env, "pbx") == []


async def test_check_reports_what_is_missing():
    sources = [PBX, {"name": "open", "provider": "asterisk", "proof": "none"}]
    own = PhoneSettings.model_validate({"sources": sources, "sms": {"driver": "kavenegar"}})
    channel = Channel(own, env={"PASOKH_PHONE_SMS_SECRET_FILE": "/nowhere/at/all"})
    found = dict(await channel.check())
    assert "PASOKH_PHONE_PBX_SECRET" in str(found["phone source pbx"])
    assert found["phone source open"] is None
    assert "can't be read" in str(found["text messages (sms) by kavenegar"])
    assert list(channel.accounts()) == ["pbx", "open", "sms"]


async def test_check_reports_a_telephone_without_sources():
    [(what, problem)] = await Channel(PhoneSettings.model_validate({"enabled": True}), env={}).check()
    assert what == "sources"
    assert "phone.example.toml" in (problem or "")


async def test_a_folder_gateway_needs_no_secret(tmp_path):
    import asyncio

    desk, sms = MemoryDesk(), {"driver": "folder", "folder": str(tmp_path)}
    channel = Channel(PhoneSettings.model_validate({"sources": [PBX], "sms": sms}), env={})
    assert dict(await channel.check())["text messages (sms) by folder"] is None
    task = asyncio.create_task(channel.run(desk))
    while len(desk.states) < 2:
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    told = {state.account: state for state in desk.states}
    assert told["sms"].connected
    assert not told["pbx"].connected
    assert "PASOKH_PHONE_PBX_SECRET" in (told["pbx"].problem or "")


async def test_running_reports_every_source_and_ends_when_told():
    import asyncio

    desk = MemoryDesk()
    channel = Channel(PhoneSettings.model_validate({"sources": [PBX]}), env={"PASOKH_PHONE_PBX_SECRET": "x"})
    task = asyncio.create_task(channel.run(desk))
    while not desk.states:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [(one.account, one.connected) for one in desk.states] == [("pbx", True)]


def test_our_own_numbers_are_ours_in_every_spelling():
    own = PhoneSettings.model_validate({"own_numbers": ["021-91001000", "۰۲۱۸۸۷۷۶۶۵۵"], "sms": {"sender": "30001"}})
    assert list(Channel(own, env={}).own_addresses()) == ["phone:+982191001000", "phone:+982188776655", "phone:30001"]

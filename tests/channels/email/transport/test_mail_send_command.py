"""`run.py mail send`: a test mail to the configured desk, or one sentence on why it was refused."""

from __future__ import annotations

import asyncio
import smtplib
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from channels.email.channel import Channel
from channels.email.settings import EmailSettings
from helpdesk.cli import app
from helpdesk.cli.inspect.mail_send import Door, door_of, hand_over
from helpdesk.demo.demo_mails import letter
from helpdesk.errors import Invalid
from tests.support.desk.memory_desk import MemoryDesk

BOX = {"name": "help", "address": "help@desk.example"}
NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


def mail(to: str):
    return letter(name="", address="a@customers.example", to=to, subject="Hello", text="Hello", at=NOW)


@pytest.fixture(params=["smtp", "lmtp"])
async def door(request):
    desk, receiver = MemoryDesk(), {"enabled": True, "protocol": request.param, "port": 0}
    channel = Channel(EmailSettings.model_validate({"mailboxes": [BOX], "receiver": receiver}), env={})
    channel.listening = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(channel.run(desk))
    port = await asyncio.wait_for(channel.listening, 10)
    yield desk, Door("help@desk.example", port, lmtp=request.param == "lmtp")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_mail_is_taken_in_and_a_wrong_address_refused_in_one_sentence(door):
    desk, place = door
    await hand_over(mail(place.to), place)
    assert [one.account for one in desk.kept] == ["help"]
    wrong = Door("support@elsewhere.example", place.port, place.lmtp)
    with pytest.raises(
        Invalid, match=r"does not take mail for support@elsewhere\.example: 550 .*No such address"
    ) as told:
        await hand_over(mail(wrong.to), wrong)
    assert "\n" not in str(told.value)


async def test_a_refused_port_is_reported():
    for lmtp in (False, True):
        with pytest.raises(Invalid, match="does not answer on port 1"):
            await hand_over(mail("help@desk.example"), Door("help@desk.example", 1, lmtp))


def test_the_first_mailbox_of_the_settings_is_written_to_else_the_demos():
    email = {"enabled": True, "mailboxes": [BOX], "receiver": {"enabled": True, "port": 9024}}
    assert door_of(email, to=None, port=None) == Door("help@desk.example", 9024, lmtp=True)
    assert door_of(email, to="b@desk.example", port=9024).to == "b@desk.example"
    demo = Door("support@dalan.example", 8025)
    assert door_of({}, to=None, port=None) == demo
    assert door_of({**email, "enabled": False}, to=None, port=None) == demo
    assert door_of(email, to=None, port=8025) == demo
    with pytest.raises(Invalid, match="No mailbox"):
        door_of({**email, "mailboxes": []}, to=None, port=None)


def test_the_command_ends_with_a_sentence_and_no_trace(monkeypatch):
    async def refused(*_: object, **__: object) -> None:
        raise smtplib.SMTPResponseException(451, b"Try again later")

    monkeypatch.setattr("helpdesk.demo.demo_mails.deliver", refused)
    result = CliRunner().invoke(app, ["mail", "send", "--demo", "hello"])
    assert result.exit_code == 1
    assert result.output.strip() == "The desk did not take the mail: 451 Try again later."

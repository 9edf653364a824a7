"""Every recipient's mail has a return path of its own."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from channels.contract import Inbound
from tests.channels.email.transport.test_smtp import CUSTOMER, REPLY, TWO, sending
from tests.support.desk.memory_desk import MemoryDesk
from tests.support.mail.mailboxes import running
from tests.support.mail.smtp_relay import Relay

OWN_PATHS = replace(TWO, returns={REPLY.to.address: "7return7return", TWO.copies[0].address: "8return8return"})


async def test_every_recipient_has_a_return_path_that_the_others_never_see() -> None:
    async with Relay() as relay:
        await sending(relay).send(OWN_PATHS)
    assert [(taken.sender, taken.recipients) for taken in relay.mails] == [
        ("support+b.7return7return@desk.example", [CUSTOMER]),
        ("support+b.8return8return@desk.example", ["boss@customer.example"]),
    ]
    assert relay.mails[0].content == relay.mails[1].content
    assert b"return" not in relay.mails[0].content.lower().replace(b"returned", b"")


@pytest.mark.parametrize("answer", ["450 4.2.0 Later", "550 5.1.1 No such user"])
async def test_a_copy_refused_on_its_own_path_is_reported_and_the_mail_has_left(answer: str) -> None:
    desk = MemoryDesk()
    async with Relay(answers={"boss@customer.example": answer}) as relay:
        email = sending(relay)
        async with running(email, desk):
            await asyncio.sleep(0)
            assert await email.send(OWN_PATHS) == email.remote_id(OWN_PATHS)
    assert [taken.recipients for taken in relay.mails] == [[CUSTOMER]]
    understood = email.normalise("support", desk.kept[0].raw)
    assert isinstance(understood, Inbound)
    assert understood.delivery is not None
    assert understood.delivery.permanent == answer.startswith("5")
    assert list(understood.delivery.recipients) == ["email:boss@customer.example"]
    assert list(understood.delivery.returned_to or ()) == ["8return8return"]

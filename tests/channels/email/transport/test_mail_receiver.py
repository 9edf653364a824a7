"""The LMTP/SMTP receiver, for mail servers that deliver to the desk themselves."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from channels.contract import TryLater
from channels.email import mail_receiver
from channels.email.channel import Channel
from tests.support.desk.memory_desk import MemoryDesk
from tests.support.mail.mailboxes import channel, listening, mail, running

SUPPORT = {"name": "support", "address": "support@desk.example", "aliases": ["help@desk.example"]}
SALES = {"name": "sales", "address": "sales@desk.example"}
CUSTOMER = "sara@customer.example"


@asynccontextmanager
async def door(
    desk: MemoryDesk, *, protocol: str = "lmtp", connections: int = 100, **settings: Any
) -> AsyncIterator[int]:
    """The port of an open receiver."""
    options = {"enabled": True, "port": 0, "protocol": protocol, "connections": connections}
    email: Channel = channel(SUPPORT, SALES, receiver=options, **settings)
    email.listening = asyncio.get_running_loop().create_future()
    async with running(email, desk):
        yield await listening(email)


async def talk(port: int, say: Callable[[Any], Any], kind: type[smtplib.SMTP] = smtplib.LMTP) -> Any:
    """A mail server's side of the conversation, in a thread of its own."""

    def converse() -> Any:
        with kind("127.0.0.1", port, timeout=10) as server:
            return say(server)

    return await asyncio.to_thread(converse)


async def test_a_mail_is_kept_before_the_server_is_told_so() -> None:
    desk = MemoryDesk()
    async with door(desk) as port:
        await talk(port, lambda server: server.sendmail(CUSTOMER, ["support@desk.example"], mail(1)))
        assert len(desk.kept) == 1
    [one] = desk.kept
    assert (one.account, one.order_key) == ("support", CUSTOMER)
    assert one.raw.endswith(mail(1))


async def test_the_addresses_of_the_envelope_are_kept_with_their_tokens() -> None:
    desk = MemoryDesk()
    token = "support+4abcdefgh234567ijklmnop@desk.example"
    async with door(desk) as port:
        await talk(port, lambda server: server.sendmail(CUSTOMER, [token.upper()], mail(1)))
    raw = desk.kept[0].raw
    assert raw.startswith(b"Return-Path: <sara@customer.example>\r\nDelivered-To: SUPPORT+4ABC")
    understood = channel(SUPPORT).normalise("support", raw)
    assert understood is not None
    assert not isinstance(understood, list)
    assert understood.thread.reply_tokens == ("4abcdefgh234567ijklmnop",)
    assert understood.reply_via == "support@desk.example"


async def test_only_our_addresses_and_their_plus_forms_are_taken() -> None:
    desk = MemoryDesk()
    allowed = ["Support@Desk.Example", "help@desk.example", "sales+x@desk.example"]
    refused = ["nobody@desk.example", "support@other.example", "supportx@desk.example", "+x@desk.example"]
    async with door(desk) as port:

        def say(server: smtplib.LMTP) -> list[int]:
            server.ehlo("relay.example")
            server.mail(CUSTOMER)
            return [server.rcpt(address)[0] for address in (*allowed, *refused)]

        assert await talk(port, say) == [250, 250, 250, 550, 550, 550, 550]


async def test_a_mail_for_two_mailboxes_is_one_message_in_each_and_each_recipient_gets_an_answer() -> None:
    desk = MemoryDesk()
    places = ["support@desk.example", "sales@desk.example", "help@desk.example"]
    async with door(desk) as port:

        def say(server: smtplib.LMTP) -> list[bytes]:
            server.ehlo("relay.example")
            server.mail(CUSTOMER)
            for place in places:
                server.rcpt(place)
            server.putcmd("data")
            server.getreply()
            server.send(mail(1) + b".\r\n")
            return [server.getreply()[1] for _ in places] + [server.noop()[1]]

        answers = await talk(port, say)
    assert answers == [b"2.0.0 Kept"] * 3 + [b"OK"]
    assert sorted(one.account for one in desk.kept) == ["sales", "support"]
    support = next(one for one in desk.kept if one.account == "support")
    assert support.raw.count(b"Delivered-To:") == 2


async def test_a_mail_above_the_size_limit_is_refused_for_every_recipient_and_the_line_stays_usable() -> None:
    desk = MemoryDesk()
    async with door(desk, size_limit=10_000) as port:

        def announced(server: smtplib.LMTP) -> int:
            server.ehlo("relay.example")
            return server.mail(CUSTOMER, ["SIZE=99999"])[0]

        def silently(server: smtplib.LMTP) -> list[int]:
            server.ehlo("relay.example")
            server.mail(CUSTOMER)
            server.rcpt("support@desk.example")
            server.rcpt("sales@desk.example")
            server.putcmd("data")
            server.getreply()
            server.send(b"x" * 50 + b"\r\n" + (b"y" * 70 + b"\r\n") * 300 + b".\r\n")
            return [server.getreply()[0], server.getreply()[0], server.noop()[0]]

        assert await talk(port, announced) == 552
        assert await talk(port, silently) == [552, 552, 250]
    assert desk.kept == []


@pytest.mark.parametrize("failure", [OSError("disk full"), TryLater("the disk of the desk is nearly full")])
async def test_when_the_desk_cannot_keep_it_the_server_is_asked_to_come_back(failure: Exception) -> None:
    desk = MemoryDesk(failing=failure)

    def say(server: smtplib.LMTP) -> int:
        try:
            server.sendmail(CUSTOMER, ["support@desk.example"], mail(1))
        except smtplib.SMTPDataError as error:
            return error.smtp_code
        return 250

    async with door(desk) as port:
        assert await talk(port, say) == 451
        desk.failing = None
        assert await talk(port, say) == 250
        assert await talk(port, say) == 250, "sent again because the answer was lost"
    assert len(desk.kept) == 1


async def test_bounces_with_a_null_sender_are_accepted() -> None:
    desk = MemoryDesk()
    async with door(desk) as port:
        await talk(port, lambda server: server.sendmail("", ["support+b.4abcdefgh234567@desk.example"], mail(1)))
    assert desk.kept[0].raw.startswith(b"Return-Path: <>\r\nDelivered-To: support+b.4abcdefgh234567@desk.example\r\n")


async def test_lines_longer_than_the_standard_allows_are_real_and_kept() -> None:
    desk = MemoryDesk()
    long = mail(1, body="<p>" + "سلام " * 20_000)
    async with door(desk) as port:
        await talk(port, lambda server: server.sendmail(CUSTOMER, ["support@desk.example"], long))
    assert desk.kept[0].raw.endswith(long)


async def test_the_receiver_speaks_smtp_too() -> None:
    desk = MemoryDesk()
    async with door(desk, protocol="smtp") as port:
        await talk(port, lambda server: server.sendmail(CUSTOMER, ["support@desk.example"], mail(1)), smtplib.SMTP)
        desk.failing = OSError("disk full")
        with pytest.raises(smtplib.SMTPDataError, match="451"):
            await talk(port, lambda server: server.sendmail(CUSTOMER, ["support@desk.example"], mail(2)), smtplib.SMTP)
    assert len(desk.kept) == 1


async def test_unknown_commands_and_broken_addresses_are_refused_without_a_traceback() -> None:
    desk = MemoryDesk()
    lines = [
        "xyzzy",
        "MAIL FROM:<a@b>>",
        "RCPT TO:<x@y>",
        "DATA",
        "MAIL FROM:<" + "a" * 600 + "@b>",
        "\u0633\u0644\u0627\u0645",
    ]

    def say(server: smtplib.LMTP) -> list[int]:
        codes = [server.ehlo("relay.example")[0]]
        for line in lines:
            server.send(line.encode() + b"\r\n")
            codes.append(server.getreply()[0])
        return codes

    async with door(desk) as port:
        codes = await talk(port, say)
    assert codes[0] == 250
    assert all(500 <= code < 600 for code in codes[1:]), codes


async def test_a_connection_lost_in_the_middle_of_a_mail_leaves_nothing_behind() -> None:
    desk = MemoryDesk()
    async with door(desk) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"LHLO relay\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<support@desk.example>\r\nDATA\r\nSubject: half"
        )
        while not (await reader.readline()).startswith(b"354"):
            pass
        writer.transport.abort()
        await talk(port, lambda server: server.sendmail(CUSTOMER, ["support@desk.example"], mail(2)))
    assert [one.raw.endswith(mail(2)) for one in desk.kept] == [True]


async def test_more_connections_than_wanted_are_asked_to_come_back() -> None:
    desk = MemoryDesk()
    async with door(desk, connections=2) as port:
        lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        greetings = [await reader.readline() for reader, _ in lines]
        assert [line[:3] for line in greetings] == [b"220", b"220", b"421"]
        for _, writer in lines:
            writer.close()
            await writer.wait_closed()
        for _ in range(100):
            await asyncio.sleep(0)
        await talk(port, lambda server: server.sendmail(CUSTOMER, ["support@desk.example"], mail(1)))
    assert len(desk.kept) == 1


async def test_a_receiver_port_in_use_is_reported_and_the_mailboxes_go_on() -> None:
    desk = MemoryDesk()
    async with door(desk) as port:
        email = channel(SUPPORT, receiver={"enabled": True, "port": port})
        other = MemoryDesk()
        async with running(email, other):
            await other.until(lambda: f"127.0.0.1:{port} can't be opened" in other.problem(mail_receiver.ACCOUNT))

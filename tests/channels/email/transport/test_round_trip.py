"""The whole way on real servers: mailbox, desk, mail server, and back."""

from __future__ import annotations

import asyncio
import email
import email.policy
import re
import smtplib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from helpdesk import clock
from helpdesk.app import running_app
from helpdesk.database.engine import Database
from tests.support.desk.desk_story import Story, story
from tests.support.desk.memory_desk import PATIENCE
from tests.support.mail.mailboxes import ENV, PACE, channel, imap, listening, mail
from tests.support.mail.smtp_relay import Relay
from tests.support.servers.dovecot import Dovecot

pytestmark = pytest.mark.slow
CUSTOMER = "sara@customer.example"
A_MOMENT = 0.02


async def eventually(ask: Callable[[], Awaitable[Any]]) -> Any:
    """What `ask` answers once that is something. The loops of the desk run beside; it is asked again for a while."""
    async with asyncio.timeout(PATIENCE):
        while not (answer := await ask()):
            await asyncio.sleep(A_MOMENT)
        return answer


@asynccontextmanager
async def desk_with_mail(
    database: Database, folder: Path, dovecot: Dovecot, box: str, relay: Relay
) -> AsyncIterator[tuple[Story, int]]:
    """A desk at work, and the port of its own door."""
    support = imap(box, dovecot.imap)
    support["smtp"] = {"host": "127.0.0.1", "port": relay.port, "tls": "none", "sign_in": False}
    own = channel(support, env=ENV, pace=PACE, receiver={"enabled": True, "port": 0})
    own.listening = asyncio.get_running_loop().create_future()
    desk = story(database, folder, settings={"tickets": {"undo_seconds": 0}, "outbox": {"poll_seconds": 1}})
    desk.app.context.channels["email"] = own  # type: ignore[index]
    desk.time.now = clock.now()
    async with running_app(desk.app):
        yield desk, await listening(own)


async def lines(desk: Story, ticket_id: int, kind: str = "message") -> list[Any]:
    return [line for line in await desk.timeline(ticket_id) if line.kind == kind]


async def newest(desk: Story, count: int = 1) -> int | None:
    """The ticket, once it has so many messages."""
    for ticket_id in (1,):
        try:
            return ticket_id if len(await lines(desk, ticket_id)) >= count else None
        except LookupError:
            return None
    return None


def read(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


async def test_a_mail_becomes_a_ticket_its_answer_leaves_and_the_customers_reply_comes_back_to_it(
    database: Database, tmp_path: Path, dovecot: Dovecot, box: str
) -> None:
    async with Relay() as relay, desk_with_mail(database, tmp_path, dovecot, box, relay) as (desk, _):
        dovecot.put(box, mail(1, To=box, Cc="Boss <boss@customer.example>", body="سفارش ۴۸۱۲ کجاست؟"))
        ticket_id = await eventually(lambda: newest(desk))
        ticket = await desk.ticket(ticket_id)
        assert (ticket.channel, ticket.account, ticket.address) == ("email", "support", f"email:{CUSTOMER}")

        person = await desk.person()
        await desk.answers(ticket_id, person, "سلام، امروز می‌رسد.")
        await eventually(lambda: asyncio.sleep(0, relay.mails))
        answer = read(relay.mails[0].content)
        assert answer["in-reply-to"] == "<m1@customer.example>"
        assert f"[#{ticket_id}]" in answer["subject"]
        assert answer["auto-submitted"] is None
        [(clock_line)] = await desk.clocks(ticket_id, "first_response")
        assert clock_line.stopped_at is not None

        reply_to = re.search(r"<(.+)>", str(answer["reply-to"]))
        assert reply_to is not None
        assert reply_to[1].startswith(box.split("@")[0] + "+")
        dovecot.put(box, mail(2, To=reply_to[1], Subject="چیز دیگر", body="ممنون، رسید؟"))
        await eventually(lambda: newest(desk, 3))
        dovecot.put(box, mail(3, To=box, Subject="باز هم", In_Reply_To=answer["message-id"], body="هنوز نه"))
        await eventually(lambda: newest(desk, 4))
        dovecot.put(box, relay.mails[0].content)  # our own mail comes back, as copies do
        dovecot.put(box, mail(4, To=box, In_Reply_To=answer["message-id"], body="رسید"))
        await eventually(lambda: newest(desk, 5))
        assert [line.author for line in await lines(desk, ticket_id)] == [
            "customer",
            "agent",
            "customer",
            "customer",
            "customer",
        ]


async def test_an_answer_the_server_refuses_for_good_is_no_answer(
    database: Database, tmp_path: Path, dovecot: Dovecot, box: str
) -> None:
    relay = Relay(answers={CUSTOMER: "550 5.1.1 No such user"})
    async with relay, desk_with_mail(database, tmp_path, dovecot, box, relay) as (desk, _):
        dovecot.put(box, mail(1, To=box))
        ticket_id = await eventually(lambda: newest(desk))
        await desk.answers(ticket_id, await desk.person(), "سلام")
        [failed] = await eventually(lambda: lines(desk, ticket_id, "delivery"))
        assert failed.data["state"] == "failed"
        assert "No such user" in failed.data["reason"]
        [clock_line] = await desk.clocks(ticket_id, "first_response")
        assert clock_line.stopped_at is None


async def test_a_bounce_received_over_lmtp_is_tied_to_the_mail_that_failed(
    database: Database, tmp_path: Path, dovecot: Dovecot, box: str
) -> None:
    async with Relay() as relay, desk_with_mail(database, tmp_path, dovecot, box, relay) as (desk, port):
        dovecot.put(box, mail(1, To=box))
        ticket_id = await eventually(lambda: newest(desk))
        await desk.answers(ticket_id, await desk.person(), "سلام")
        await eventually(lambda: asyncio.sleep(0, relay.mails))
        sent = relay.mails[0]
        report = mail(
            9,
            sender="MAILER-DAEMON@mx.customer.example",
            Subject="Undelivered Mail Returned to Sender",
            Content_Type='multipart/report; report-type=delivery-status; boundary="b"',
            Auto_Submitted="auto-replied",
            body=(
                f"--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
                f"Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; {CUSTOMER}\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--"
            ),
        )

        def bounce() -> None:
            with smtplib.LMTP("127.0.0.1", port, timeout=10) as server:
                server.sendmail("", [sent.sender], report)

        await asyncio.to_thread(bounce)
        failed = (await eventually(lambda: lines(desk, ticket_id, "delivery")))[-1]
        assert failed.data["state"] == "failed"
        [clock_line] = await desk.clocks(ticket_id, "first_response")
        assert clock_line.stopped_at is None

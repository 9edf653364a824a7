"""SMTP delivery, whatever the server answers."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from channels.contract import Address, Attachment, DeliveryError, Inbound, Outbound
from channels.email.channel import Channel
from tests.support.desk.memory_desk import MemoryDesk
from tests.support.mail.mailboxes import channel, outgoing, running
from tests.support.mail.smtp_relay import Relay
from tests.support.servers.dovecot import make_certificate
from tests.support.servers.tcp_proxy import Proxy

TOKEN = "4abcdefgh234567ij"
CUSTOMER = "sara@customer.example"
REPLY = Outbound(
    token=TOKEN,
    kind="message",
    account="support",
    to=Address(f"email:{CUSTOMER}", "سارا"),
    text="سلام سارا",
    subject="Re: x",
)
TWO = replace(REPLY, copies=[Address("email:boss@customer.example", "Boss")])


def sending(
    relay: Relay, *, env: dict[str, str] | None = None, seconds: float = 5.0, before: float = 20.0, **options: Any
) -> Channel:
    smtp = {"host": "127.0.0.1", "port": relay.port, "tls": "none", "sign_in": False, **options}
    email = channel({"name": "support", "address": "support@desk.example", "smtp": smtp}, env=env or {})
    for sender in email.senders.values():
        sender.answer_seconds = sender.data_seconds = seconds
        sender.before_seconds = before
    return email


async def failure(email: Channel, outbound: Outbound = REPLY) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await email.send(outbound)
    return caught.value


async def test_the_id_is_fixed_before_the_first_try_and_the_envelope_names_the_message() -> None:
    async with Relay() as relay:
        email = sending(relay)
        assert await email.send(TWO) == email.remote_id(TWO) == f"<p.{TOKEN}@desk.example>"
    [taken] = relay.mails
    assert taken.sender == "support@desk.example"
    assert taken.recipients == [CUSTOMER, "boss@customer.example"]
    assert f"Message-ID: <p.{TOKEN}@desk.example>\r\n".encode() in taken.content


async def test_many_mails_share_a_few_connections() -> None:
    async with Relay() as relay:
        email = sending(relay, connections=3)
        await asyncio.gather(*(email.send(replace(REPLY, token=f"{TOKEN}{n}")) for n in range(40)))
        assert relay.connections <= 3
    assert len({one.content for one in relay.mails}) == 40


async def test_a_connection_the_server_closed_meanwhile_is_replaced_without_a_word() -> None:
    async with Relay() as relay:
        email = sending(relay)
        await email.send(REPLY)
        relay.hang_up()
        await asyncio.sleep(0)
        await email.send(replace(REPLY, token=TOKEN + "2"))
        assert relay.connections == 2
    assert len(relay.mails) == 2


async def test_a_refusal_for_now_may_be_tried_again_and_one_for_good_may_not() -> None:
    async with Relay() as relay:
        email = sending(relay)
        for where in ("MAIL", CUSTOMER, "DATA"):
            relay.answers = {where: "451 4.7.1 Greylisted"}
            error = await failure(email)
            assert (error.permanent, error.uncertain) == (False, False)
            assert "Greylisted" in error.reason
            relay.answers = {where: "550 5.7.1 Not wanted"}
            error = await failure(email)
            assert (error.permanent, error.uncertain) == (True, False)
        relay.answers = {}
        await email.send(REPLY)
    assert len(relay.mails) == 1


async def test_an_address_that_does_not_exist_is_told_apart_from_a_mail_that_is_not_wanted() -> None:
    async with Relay(answers={CUSTOMER: "550 5.1.1 No such user"}) as relay:
        assert (await failure(sending(relay))).unreachable
        relay.answers = {CUSTOMER: "550 5.7.1 Spam"}
        assert not (await failure(sending(relay))).unreachable


async def test_a_refused_addressee_stops_the_mail_for_everybody_so_that_it_can_be_sent_again_whole() -> None:
    async with Relay(answers={CUSTOMER: "450 4.2.0 Later"}) as relay:
        assert not (await failure(sending(relay), TWO)).permanent
    assert relay.mails == []


async def test_a_refused_copy_comes_back_as_a_report_about_this_message() -> None:
    desk = MemoryDesk()
    async with Relay(answers={"boss@customer.example": "550 5.1.1 No such user"}) as relay:
        email = sending(relay)
        async with running(email, desk):
            await asyncio.sleep(0)
            await email.send(TWO)
    assert relay.mails[0].recipients == [CUSTOMER]
    [report] = desk.kept
    understood = email.normalise("support", report.raw)
    assert isinstance(understood, Inbound)
    assert understood.kind == "delivery"
    assert understood.delivery is not None
    assert understood.delivery.permanent
    assert list(understood.delivery.recipients) == ["email:boss@customer.example"]
    assert TOKEN in understood.thread.message_tokens


@pytest.mark.parametrize("odd", ["x@ü..example", "ü@customer.example"], ids=["no such domain", "not in ASCII"])
async def test_a_copy_that_cannot_be_written_to_is_reported_and_the_others_get_the_mail(odd: str) -> None:
    desk = MemoryDesk()
    async with Relay() as relay:
        email = sending(relay)
        async with running(email, desk):
            await asyncio.sleep(0)
            await email.send(replace(TWO, copies=[Address(f"email:{odd}"), *TWO.copies]))
    assert [name for one in relay.mails for name in one.recipients] == [CUSTOMER, "boss@customer.example"]
    [report] = desk.kept
    understood = email.normalise("support", report.raw)
    assert isinstance(understood, Inbound)
    assert understood.delivery is not None
    assert list(understood.delivery.recipients) == [f"email:{odd}"]


async def test_a_report_that_cannot_be_kept_does_not_make_the_sent_mail_unsent() -> None:
    desk = MemoryDesk(failing=OSError("disk full"))
    async with Relay(answers={"boss@customer.example": "450 4.2.0 Later"}) as relay:
        email = sending(relay)
        async with running(email, desk):
            await asyncio.sleep(0)
            assert await email.send(TWO) == email.remote_id(TWO)
    assert len(relay.mails) == 1


async def test_a_mail_larger_than_the_server_takes_is_refused_for_good_before_it_is_sent() -> None:
    async with Relay(size_limit=10_000) as relay:
        big = Attachment("a.bin", "application/octet-stream", b"x" * 20_000, 20_000)
        error = await failure(sending(relay), replace(REPLY, attachments=[big]))
    assert error.permanent
    assert relay.mails == []


async def test_a_line_lost_after_the_mail_was_handed_over_is_uncertain() -> None:
    async with Relay(drop_after_data=True) as relay:
        error = await failure(sending(relay))
    assert (error.uncertain, error.permanent) == (True, False)
    assert len(relay.mails) == 1


async def test_a_server_silent_after_the_mail_is_uncertain_and_silent_before_is_not() -> None:
    async with Relay(silent_after_data=True) as relay:
        assert (await failure(sending(relay, seconds=0.3, before=0.2))).uncertain
    async with Relay() as relay, Proxy(relay.port) as proxy:
        proxy.freeze()
        relay.port = proxy.port
        for email in (sending(relay, seconds=0.2), sending(relay, before=0.2)):
            error = await failure(email)
            assert (error.uncertain, error.permanent) == (False, False)


async def test_a_server_that_is_down_is_no_fault_of_the_mail() -> None:
    async with Relay() as relay:
        pass
    error = await failure(sending(relay))
    assert (error.uncertain, error.permanent) == (False, False)
    assert "can't be reached" in error.reason


async def test_a_wrong_password_is_a_state_of_the_mailbox_and_not_of_the_mail() -> None:
    desk = MemoryDesk()
    env = {"PASOKH_EMAIL_SUPPORT_SMTP_PASSWORD": "wrong"}
    async with Relay(password="right") as relay:
        email = sending(relay, env=env, sign_in=True)
        async with running(email, desk):
            await asyncio.sleep(0)
            error = await failure(email)
            assert not error.permanent
            assert "refused user or password" in desk.problem("support:smtp")
            env["PASOKH_EMAIL_SUPPORT_SMTP_PASSWORD"] = "right"
            await email.send(REPLY)
            assert desk.state("support:smtp").connected
        assert not (await failure(sending(relay, sign_in=False))).permanent, (
            "a sign-in is wanted: nothing is wrong with the mail"
        )
        env.clear()
        checked = dict(await email.check())
        assert "PASOKH_EMAIL_SUPPORT_PASSWORD" in str(checked["send for support@desk.example through 127.0.0.1"])


@pytest.mark.parametrize(
    "answer",
    [
        "550 5.4.5 Daily user sending limit exceeded",
        "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
        "554 5.2.252 SendAsDenied; not allowed to send as",
        "553 5.7.1 <support@desk.example>: Sender address rejected: not owned by user x",
    ],
)
@pytest.mark.parametrize("where", ["MAIL", CUSTOMER, "DATA"])
async def test_what_the_mailbox_may_not_send_is_a_state_of_it_and_fails_no_mail(where: str, answer: str) -> None:
    desk = MemoryDesk()
    async with Relay(answers={where: answer}) as relay:
        email = sending(relay)
        async with running(email, desk):
            await asyncio.sleep(0)
            error = await failure(email)
            assert (error.permanent, error.unreachable, error.uncertain) == (False, False, False)
            assert answer[4:9] in desk.problem("support:smtp")
            relay.answers = {}
            await email.send(REPLY)
            assert desk.state("support:smtp").connected


async def test_an_access_token_signs_in_to_send_too(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("ya29.secret\n")
    async with Relay(token="ya29.secret") as relay:
        await sending(relay, sign_in=True, token_file=str(file)).send(REPLY)
        file.write_text("ya29.old\n")
        error = await failure(sending(relay, sign_in=True, token_file=str(file)))
    assert "refused user or password" in error.reason
    assert not error.permanent
    assert len(relay.mails) == 1


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_tls_is_used_as_asked_and_an_unknown_certificate_is_refused(tmp_path: Path, tls: str) -> None:
    make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    async with Relay(tls=context, tls_from_start=tls == "tls") as relay:
        await sending(relay, tls=tls, ca_file=str(tmp_path / "cert.pem")).send(REPLY)
        assert len(relay.mails) == 1
        error = await failure(sending(relay, tls=tls))
        assert "certificate" in error.reason
        assert not error.permanent


async def test_a_server_without_starttls_gets_no_mail_in_the_open() -> None:
    async with Relay() as relay:
        error = await failure(sending(relay, tls="starttls"))
    assert "STARTTLS" in error.reason
    assert relay.mails == []


async def test_automatic_mail_leaves_with_the_null_sender() -> None:
    async with Relay() as relay:
        await sending(relay).send(replace(REPLY, automatic=True))
    assert relay.mails[0].sender in ("", "<>")


async def test_lines_that_begin_with_a_dot_arrive_as_they_were() -> None:
    text = "first\n.\n..two\n.hidden"
    async with Relay() as relay:
        email = sending(relay)
        await email.send(replace(REPLY, text=text))
    understood = email.normalise("support", relay.mails[0].content)
    assert isinstance(understood, Inbound)
    assert (understood.full_text or understood.text).strip().startswith(text)


async def test_without_a_server_the_mail_waits_and_the_reason_is_said() -> None:
    email = channel({"name": "support", "address": "support@desk.example"})
    error = await failure(email)
    assert not error.permanent
    problems = dict(await email.check())
    assert problems["send for support@desk.example"] == "no [smtp] server is configured"
    assert "nothing takes mail in" in str(problems["read support@desk.example"])


async def test_mails_can_go_into_a_folder_and_sending_again_writes_no_second_one(tmp_path: Path) -> None:
    email = channel({"name": "support", "address": "support@desk.example"}, deliver=f"folder:{tmp_path}/out")
    for _ in range(2):
        assert await email.send(REPLY) == f"<p.{TOKEN}@desk.example>"
    [content] = outgoing(tmp_path / "out")
    assert "سلام سارا" in str(getattr(email.normalise("support", content), "text", ""))
    (tmp_path / "file").write_text("")
    blocked = channel({"name": "support", "address": "support@desk.example"}, deliver=f"folder:{tmp_path}/file/out")
    assert not (await failure(blocked)).permanent

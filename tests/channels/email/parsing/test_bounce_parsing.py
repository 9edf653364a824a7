"""Bounces: told apart from people's words, soft from hard, and tied to the mail that failed."""

from __future__ import annotations

import pytest

from channels.contract import Inbound
from channels.email.facts.bounces import Bounce, understand
from channels.email.mime.parse_mail import parse_mail
from channels.email.normalise import normalise

TOKEN = "k3v9x2m7qw8rt5"


def report(
    *recipients: str, original: str = "", to: str = "support@example.org", kind: str = "delivery-status"
) -> bytes:
    head = (
        "From: Mail Delivery System <MAILER-DAEMON@mx.example.net>\r\nReturn-Path: <>\r\n"
        f"To: {to}\r\nMessage-ID: <b1@mx.example.net>\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="b"\r\n\r\n'
    )
    body = "--b\r\n\r\nIt did not arrive.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n"
    body += "".join("\r\n" + recipient for recipient in recipients)
    if original:
        body += f"\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n{original}\r\n"
    return (head + body + "\r\n--b--\r\n").encode()


def about(who: str, action: str, status: str) -> str:
    return f"Final-Recipient: rfc822; {who}\r\nAction: {action}\r\nStatus: {status}\r\n"


def found(raw: bytes) -> Bounce:
    bounce = understand(parse_mail(raw))
    assert bounce is not None
    return bounce


def one(raw: bytes) -> Inbound:
    inbound = normalise(raw, account="support", own_addresses=["support@example.org"])
    assert isinstance(inbound, Inbound)
    return inbound


@pytest.mark.parametrize(
    ("action", "status", "kind", "given_up"),
    [
        ("failed", "5.1.1", "hard", True),
        ("failed", "5.2.2", "hard", True),
        ("failed", "4.4.7", "soft", True),
        ("delayed", "4.4.1", "soft", False),
        ("Failed (bad address)", "5.0.0 (unknown)", "hard", True),
        ("failed", "", "hard", True),
    ],
)
def test_a_4xx_status_is_soft_and_the_rest_is_hard(action: str, status: str, kind: str, given_up: bool) -> None:
    bounce = found(report(about("a@example.net", action, status)))
    assert (bounce.kind, bounce.given_up, list(bounce.recipients)) == (kind, given_up, ["a@example.net"])


def test_a_report_of_success_is_no_bounce() -> None:
    assert understand(parse_mail(report(about("a@example.net", "delivered", "2.0.0")))) is None
    assert understand(parse_mail(report(about("a@example.net", "relayed", "2.0.0")))) is None


def test_of_several_recipients_only_those_that_failed_are_named() -> None:
    raw = report(about("a@example.net", "delivered", "2.0.0"), about("B@example.net", "failed", "5.1.1"))
    assert list(found(raw).recipients) == ["b@example.net"]


def test_one_hard_failure_among_soft_ones_is_hard() -> None:
    raw = report(about("a@example.net", "failed", "4.2.2"), about("b@example.net", "failed", "5.1.1"))
    assert found(raw).kind == "hard"


def test_a_read_receipt_is_no_bounce() -> None:
    raw = (
        report(about("a@example.net", "displayed", ""), kind="disposition-notification")
        .replace(b"message/delivery-status", b"message/disposition-notification")
        .replace(b"Action: displayed", b"Disposition: manual-action/MDN-sent-manually; displayed")
    )
    raw = raw.replace(b"Final-Recipient", f"Original-Message-ID: <p.{TOKEN}@example.org>\nFinal-Recipient".encode())
    assert understand(parse_mail(raw)) is None
    assert one(raw).automatic
    assert one(raw).thread.message_tokens == (TOKEN,)


@pytest.mark.parametrize(
    "raw",
    [
        report(about("a@example.net", "failed", "5.1.1"), to=f"support+b.{TOKEN}@example.org"),
        report(about("a@example.net", "failed", "5.1.1"), to=f"Support+B.{TOKEN.upper()}@example.org"),
        report(
            about("a@example.net", "failed", "5.1.1"),
            original=f"Message-ID: <p.{TOKEN}@example.org>\r\nSubject: x\r\n\r\nhello",
        ),
        report(
            about("a@example.net", "failed", "5.1.1"),
            original=f"Message-Id:\r\n <P.{TOKEN.upper()}@EXAMPLE.ORG>\r\n\r\nhello",
        ),
    ],
    ids=["envelope", "envelope in capitals", "returned id", "returned id folded and in capitals"],
)
def test_a_bounce_is_tied_to_the_mail_that_failed(raw: bytes) -> None:
    inbound = one(raw)
    assert inbound.kind == "delivery"
    assert inbound.thread.message_tokens == (TOKEN,)


def test_a_bounce_stays_visible_and_is_never_answered() -> None:
    inbound = one(report(about("a@example.net", "failed", "5.1.1")))
    assert inbound.text == "It did not arrive."
    assert inbound.automatic
    assert inbound.delivery is not None
    assert (inbound.delivery.state, inbound.delivery.permanent) == ("failed", True)
    assert inbound.delivery.recipients == ("email:a@example.net",)


def test_a_delayed_mail_has_not_failed() -> None:
    delivery = one(report(about("a@example.net", "delayed", "4.4.1"))).delivery
    assert delivery is not None
    assert (delivery.state, delivery.permanent) == ("delayed", False)


def person(subject: str, body: str, *fields: str) -> bytes:
    head = ["From: Sara <sara@example.com>", "To: support@example.org", f"Subject: {subject}", *fields]
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


@pytest.mark.parametrize(
    "raw",
    [
        person("Undelivered order", "My order 5.1.1 was not delivered to me@example.com, the box is full."),
        person("Re: Undelivered Mail Returned to Sender", "What is that?", "In-Reply-To: <x@y>"),
        person("Fwd: failure notice", "I got this:\n\n<a@example.com>: 550 user unknown"),
        person("Delivery problem", "The parcel was returned. 550 Toman were charged. Mailbox is full."),
        person("message delayed", "The message on my screen says delayed"),
    ],
)
def test_a_person_who_writes_about_deliveries_is_a_person(raw: bytes) -> None:
    assert understand(parse_mail(raw)) is None


def test_an_absence_note_sent_to_the_bounce_address_is_no_bounce() -> None:
    raw = person("Automatic reply: x", "I am away.", "Auto-Submitted: auto-replied").replace(
        b"support@", f"support+b.{TOKEN}@".encode()
    )
    assert understand(parse_mail(raw)) is None
    assert one(raw).automatic


def test_a_library_that_stumbles_does_not_stop_the_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(message: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr("flufl.bounce.all_failures", stumble)
    raw = b"From: MAILER-DAEMON@example.net\r\nSubject: failure notice\r\n\r\n<a@example.com>: user unknown\r\n"
    assert list(found(raw).recipients) == ["a@example.com"]


WHO = "a.person@example.net"


def words(sender: str, subject: str, body: str, *fields: str) -> bytes:
    head = [f"From: {sender}", "To: support@example.org", f"Subject: {subject}", "Message-ID: <b@x>", *fields]
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


SPOKEN = {
    "exim": (
        words("Mail Delivery System <Mailer-Daemon@host.example.net>", "Mail delivery failed: returning message to sender",
              f"This is a permanent error. The following address(es) failed:\n\n  {WHO}\n    550 5.1.1 User unknown\n"),
        "hard", True,
    ),
    "exim, still trying": (
        words("Mail Delivery System <Mailer-Daemon@host.example.net>", "Warning: message 1abc delayed 24 hours",
              f"The address to which the message has not yet been delivered is:\n\n  {WHO}\n\nNo action is required."),
        "soft", False,
    ),
    "a corporate server": (
        words("System Administrator <postmaster@corp.example.net>", "Undeliverable: your order",
              f"The following recipient(s) cannot be reached:\n\n      {WHO} on 3/2/2026\n  The account does not exist.\n #5.1.1"),
        "hard", True,
    ),
    "a large provider": (
        words("Mail Delivery Subsystem <mailer-daemon@mail.example.net>", "Delivery Status Notification (Failure)",
              f"Your message wasn't delivered to {WHO} because the address couldn't be found.", f"X-Failed-Recipients: {WHO}"),
        "hard", True,
    ),
    "a large provider, still trying": (
        words("Mail Delivery Subsystem <mailer-daemon@mail.example.net>", "Delivery Status Notification (Delay)",
              f"There was a temporary problem delivering to {WHO}. It will be retried.", f"X-Failed-Recipients: {WHO}"),
        "soft", False,
    ),
    "a full mailbox": (
        words("MAILER-DAEMON@mx.example.net", "failure notice", f"<{WHO}>:\n452 4.2.2 Mailbox is full\n"),
        "soft", True,
    ),
    "a null sender": (
        words("Mail System <noreply@mx.example.net>", "Could not deliver",
              f"Your message to <{WHO}> could not be delivered.\nReason: mailbox unavailable (550)", "Return-Path: <>"),
        "hard", True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("server", SPOKEN)
def test_a_bounce_without_a_report_is_understood_by_its_words(server: str) -> None:
    raw, kind, given_up = SPOKEN[server]
    bounce = found(raw)
    assert (bounce.kind, bounce.given_up, list(bounce.recipients)) == (kind, given_up, [WHO])

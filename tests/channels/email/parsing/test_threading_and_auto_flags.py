"""Thread hints, authors and automatic mail."""

from __future__ import annotations

import pytest

from channels.contract import Inbound
from channels.email.facts import authentication, threading
from channels.email.facts.auto_submitted import robot_reasons, silence_reasons
from channels.email.facts.writer import find_writer
from channels.email.mime.parse_mail import Mail, parse_mail
from channels.email.normalise import normalise

TOKEN = "k3v9x2m7qw8rt5"


def mail(*fields: str, body: str = "hello", sender: str = "sara@example.com", to: str = "support@example.org") -> bytes:
    head = [f"From: {sender}", f"To: {to}", "Message-ID: <1@example.com>", *fields]
    return ("\r\n".join(head) + "\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body).encode()


def one(raw: bytes, own: str = "support@example.org") -> Inbound:
    found = normalise(raw, account="support", own_addresses=[own])
    assert isinstance(found, Inbound)
    return found


def parsed(*fields: str, sender: str = "sara@example.com") -> Mail:
    return parse_mail(mail(*fields, sender=sender))


# --- threads ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To"])
def test_a_reply_token_is_found_wherever_the_address_stands(field: str) -> None:
    assert one(mail(f"{field}: Support <support+{TOKEN.upper()}@example.org>")).thread.reply_tokens == (TOKEN,)


def test_a_plus_suffix_that_is_no_token_gives_no_token() -> None:
    assert one(mail(to="support+news@example.org")).thread.reply_tokens == ()
    assert one(mail(to="support+b.k3v9x2m7qw8rt5@example.org")).thread.reply_tokens == ()


def test_our_own_ids_come_from_in_reply_to_first_then_from_the_newest_reference() -> None:
    thread = one(
        mail(
            "In-Reply-To: <p.aaaaaaaaaa@example.org>",
            "References: <first@example.com> <p.BBBBBBBBBB@example.org> <p.aaaaaaaaaa@example.org>",
        )
    ).thread
    assert thread.message_tokens == ("aaaaaaaaaa", "bbbbbbbbbb")
    assert thread.remote_ids == ("<p.aaaaaaaaaa@example.org>", "<p.BBBBBBBBBB@example.org>", "<first@example.com>")


@pytest.mark.parametrize(
    ("subject", "numbers"),
    [
        ("Re: [#123] x", (123,)),
        ("پاسخ: [#۱۲۳] سفارش", (123,)),
        ("رد: [#١٢٣] طلب", (123,)),
        ("[Ticket #7] [#8]", (7, 8)),
        ("پاسخ: [\u200f#\u200e۱۲۳] x", (123,)),
        ("order #123", ()),
        ("[123]", ()),
        ("[#12345678901234]", ()),
    ],
)
def test_ticket_numbers_are_read_in_any_digits(subject: str, numbers: tuple[int, ...]) -> None:
    assert threading.numbers(subject) == numbers


@pytest.mark.parametrize(
    "subject",
    [
        "Re: order",
        "RE: Fwd: order",
        "AW: WG: order",
        "پاسخ: order",
        "ارجاع: پاسخ: order",
        "Re[2]: order",
        "RE:order",
        "Re: [#12] order",
        "[#۱۲] Re: order",
        "SV: VS: order",
        "回复：order",
        "هدایت: order",
        "[EXT] Re: order",
    ],
)
def test_prefixes_and_numbers_are_stripped_when_subjects_are_compared(subject: str) -> None:
    assert threading.bare_subject(subject) == "order"


def test_a_subject_that_only_looks_like_a_prefix_stays() -> None:
    assert threading.bare_subject("Reception: order") == "Reception: order"
    assert threading.bare_subject("درخواست: لغو") == "درخواست: لغو"


def test_the_address_the_customer_wrote_to_is_known_without_its_token() -> None:
    assert one(mail(to=f"other@example.com, Support+{TOKEN}@example.org")).reply_via == "support@example.org"
    assert one(mail("Delivered-To: support@example.org", to="list@example.net")).reply_via == "support@example.org"
    assert one(mail(to="other@example.com")).reply_via is None


# --- programs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        ["Auto-Submitted: auto-replied"],
        ["Auto-Submitted: auto-generated (vacation)"],
        ["Precedence: auto_reply"],
        ["X-Autoreply: yes"],
        ["X-Autorespond: x"],
        ["X-Autoresponder: once a day"],
        ["X-Auto-Reply: yes"],
        ["X-Responder: vacation"],
        ["X-POST-MessageClass: 9; Autoresponder"],
        ["Delivered-To: Autoresponder"],
        ["X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent"],
        ["Return-Path: <>"],
        ["Subject: Automatic reply: order", "In-Reply-To: <a@desk.example>"],
        ["Subject: Abwesenheitsnotiz: order", "X-Auto-Response-Suppress: All"],
        ["Subject: =?utf-8?b?2b7Yp9iz2K4g2K7ZiNiv2qnYp9ix?=: x", "References: <a@desk.example>"],
    ],
)
def test_what_a_robot_wrote_is_known_by_its_header(fields: list[str]) -> None:
    assert robot_reasons(parsed(*fields))


@pytest.mark.parametrize(
    "field",
    [
        "X-Auto-Response-Suppress: All",
        "X-Auto-Response-Suppress: DR, OOF, AutoReply",
        "Precedence: bulk",
        "Precedence: list",
        "List-Id: <news.example.com>",
        "List-Unsubscribe: <mailto:x@example.com>",
        "Mailing-List: list a@b.example",
        "X-Loop: desk",
        "Subject: Automatic reply: order",
        "Subject: Out of Office: order",
        "Subject: Réponse automatique : order",
    ],
)
def test_a_person_may_have_written_what_no_robot_may_answer(field: str) -> None:
    assert silence_reasons(parsed(field))
    assert not robot_reasons(parsed(field))
    made = one(mail(field))
    assert (made.automatic, made.no_auto_reply) == (False, True)


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: no",
        "X-Auto-Reply: no",
        "Precedence: first-class",
        "X-Auto-Response-Suppress: none",
        "Subject: Question about the automatic door",
        "Subject: Re: out of stock",
        "List-Id:",
        "Return-Path: <sara@example.com>",
    ],
)
def test_what_a_person_wrote_is_not_flagged(field: str) -> None:
    assert not robot_reasons(parsed(field))
    assert not silence_reasons(parsed(field))


# --- who wrote it -------------------------------------------------------------------------------------

GROUP = "List-Id: Help <help.lists.example.com>"
OWN = {"support@example.org"}


def written_by(*fields: str, sender: str) -> tuple[str, str, str]:
    return tuple(find_writer(parsed(*fields, sender=sender), OWN))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("fields", "sender", "writer"),
    [
        ([], "Sara <sara@example.com>", ("Sara", "sara@example.com", "from")),
        (["Reply-To: other@example.net"], "Sara <sara@example.com>", ("Sara", "sara@example.com", "from")),
        (["Reply-To: Sara <sara@example.com>"], "Shop <support@example.org>", ("Sara", "sara@example.com", "reply-to")),
        (["Reply-To: sara@example.com"], "Shop <Support+form@Example.org>", ("", "sara@example.com", "reply-to")),
        (["Reply-To: Sara <sara@example.com>"], "Form <no-reply@shop.example>", ("Sara", "sara@example.com", "reply-to")),
        ([], "Courier <noreply@courier.example>", ("Courier", "noreply@courier.example", "from")),
        ([GROUP, "Reply-To: Sara <sara@example.com>"], "Sara via Help <help@lists.example.com>",
         ("Sara", "sara@example.com", "reply-to")),
        ([GROUP, "X-Original-Sender: sara@example.com"], "'Sara Ray' via Help <help@lists.example.com>",
         ("Sara Ray", "sara@example.com", "x-original-sender")),
        ([GROUP, "X-Original-From: Sara <sara@example.com>"], "x via Help <help@lists.example.com>",
         ("Sara", "sara@example.com", "x-original-from")),
        ([GROUP, "Reply-To: help@lists.example.com"], "Sara <sara@example.com>", ("Sara", "sara@example.com", "from")),
        (["Reply-To: support@example.org, Sara <sara@example.com>"], "Site <support@example.org>",
         ("Sara", "sara@example.com", "reply-to")),
        (["Reply-To: ava@second.example"], "Ava via phone <ava@example.com>", ("Ava via phone", "ava@example.com", "from")),
    ],
)  # fmt: skip
def test_the_person_behind_a_group_or_a_form_is_found(
    fields: list[str], sender: str, writer: tuple[str, str, str]
) -> None:
    assert written_by(*fields, sender=sender) == writer


def test_whoever_another_field_names_is_vouched_for_by_nobody() -> None:
    fields = ("Reply-To: Sara <sara@example.com>", "Authentication-Results: mx.example.org; dmarc=pass")
    raw = mail(*fields, sender="no-reply@shop.example")
    form = normalise(raw, account="support", trusted_servers=["mx.example.org"])
    assert isinstance(form, Inbound)
    assert (form.authentication, form.details["named_by"]) == ("unknown", "reply-to")


def test_our_own_mail_coming_back_is_recognised_and_another_desks_is_not() -> None:
    ours = one(mail().replace(b"<1@example.com>", f"<P.{TOKEN.upper()}@EXAMPLE.org>".encode()))
    assert ours.automatic
    assert ours.thread.message_tokens == (TOKEN,)
    theirs = one(mail().replace(b"<1@example.com>", f"<p.{TOKEN}@other.example>".encode()))
    assert not theirs.automatic
    assert theirs.thread.message_tokens == ()


# --- who the sender really is -------------------------------------------------------------------------


def test_authentication_is_believed_only_from_the_configured_server() -> None:
    found = parsed(
        "Authentication-Results: mx.example.org (trusted); dmarc=fail (p=none) header.from=example.com; spf=softfail; dkim=none",
        "Authentication-Results: mx.evil.example; dmarc=pass; spf=pass",
    )
    assert authentication.authentication_results(found, ["mx.example.org"]) == {
        "dmarc": "fail",
        "spf": "softfail",
        "dkim": "none",
    }
    assert authentication.warning(authentication.authentication_results(found, ["mx.example.org"])) == "dmarc"
    assert authentication.authentication_results(found, []) == {}
    assert authentication.authentication_results(found, ["mx.other.example"]) == {}


def test_one_passing_signature_among_failing_ones_is_enough() -> None:
    found = parsed("Authentication-Results: mx; dkim=fail; dkim=pass; spf=fail")
    assert authentication.warning(authentication.authentication_results(found, ["mx"])) is None


def test_a_failed_check_is_a_warning_on_the_message() -> None:
    raw = mail("Authentication-Results: mx.example.org; spf=fail; dkim=none")
    found = normalise(raw, account="support", trusted_servers=["mx.example.org"])
    assert isinstance(found, Inbound)
    assert found.details["warning"] == {"authentication": "spf"}
    untold = normalise(raw, account="support")
    assert isinstance(untold, Inbound)
    assert "warning" not in untold.details


# --- tone ---------------------------------------------------------------------------------------------

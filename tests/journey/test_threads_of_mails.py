"""Real mails find their ticket in the given order; strangers are let in nowhere; bounces find the very message."""

from __future__ import annotations

import re
import shutil

import pytest

from channels.email.identity import OVERSIZED, stand_in
from helpdesk.contacts import queries as contacts
from helpdesk.database.engine import open_database
from helpdesk.journey import merge, status
from tests.support.mail_house import answer, mail, mail_story


@pytest.fixture
def desk(database, tmp_path):
    return mail_story(database, tmp_path)


async def asked_and_answered(desk, **more):
    """A ticket with one mail in and one out: its number, who answered, the entry, the mail that left."""
    number, mina = await desk.gets(mail(**more)), await desk.person()
    entry = await desk.answers(number, mina, "We are looking.")
    (sent,) = await desk.posts()
    return number, mina, entry, sent


async def line(desk, number):
    return (await desk.timeline(number))[-1]


def without(message, *names):
    for name in names:
        del message[name]
    return message


# --- threading ------------------------------------------------------------------------------------


async def test_a_reply_comes_back_by_its_signed_address_alone(desk):
    number, *_, sent = await asked_and_answered(desk)
    back = without(answer(sent, "And when?", number=2), "In-Reply-To", "References", "Subject")
    back["Subject"] = "something else entirely"
    assert await desk.gets(back) == number
    assert not (await line(desk, number)).stranger


async def test_the_signed_address_works_however_a_server_writes_it(desk):
    number, *_, sent = await asked_and_answered(desk)
    back = without(answer(sent, "And when?", number=2), "In-Reply-To", "References", "To")
    back["To"] = "undisclosed-recipients:;"
    address = re.search(r"[\w.+-]+@[\w.]+", str(sent["Reply-To"]))[0]
    raw = f"Delivered-To: {address.upper()}\r\n".encode() + back.as_bytes()
    assert await desk.gets(raw) == number


async def test_our_own_id_alone_leads_back(desk):
    number, *_, sent = await asked_and_answered(desk)
    back = without(answer(sent, "And when?", number=2), "To", "References", "Subject")
    back["To"], back["Subject"] = "support@desk.example", "new words above"
    assert await desk.gets(back) == number


async def test_an_id_of_the_customers_own_mail_leads_back(desk):
    number = await desk.gets(mail())
    more = mail("One thing more", id="<2@customers.example>", headers={"References": "<1@customers.example>"})
    assert await desk.gets(more) == number


async def test_the_number_in_the_subject_leads_back_only_for_who_takes_part(desk):
    number, *_ = await asked_and_answered(desk)
    mine = mail("Again", subject=f"پاسخ: سفارش [#{number}]", id="<3@customers.example>")
    assert await desk.gets(mine) == number
    guess = mail(
        "Tell me all", sender="eve@elsewhere.example", subject=f"Re: Order [#{number}]", id="<4@elsewhere.example>"
    )
    assert await desk.gets(guess) != number


async def test_a_stranger_with_a_valid_reference_is_flagged_and_gets_no_history(desk):
    number, mina, _, sent = await asked_and_answered(desk)
    forwarded = answer(sent, "I am her colleague", number=5, sender="Omid <omid@elsewhere.example>")
    assert await desk.gets(forwarded) == number
    assert (await line(desk, number)).stranger
    await desk.answers(number, mina, "To Sara alone")
    (next_mail,) = await desk.posts()
    assert "omid@elsewhere.example" not in f"{next_mail['To']} {next_mail['Cc']}"
    assert (await desk.ticket(number)).address == "email:sara@customers.example"


async def test_a_changed_subject_changes_nothing(desk):
    number, *_, sent = await asked_and_answered(desk)
    back = without(answer(sent, "By the way", number=2), "Subject")
    back["Subject"] = "Something new: AW: FW: [ext] bill"
    assert await desk.gets(back) == number


async def test_a_mail_without_any_hint_is_a_ticket_of_its_own(desk):
    number, *_, sent = await asked_and_answered(desk)
    back = without(answer(sent, "No headers", number=2), "In-Reply-To", "References", "To", "Subject")
    back["To"] = "support@desk.example"
    assert await desk.gets(back) != number


async def test_rewritten_ids_do_not_matter_while_address_or_number_stand(desk):
    number, *_, sent = await asked_and_answered(desk)
    rewritten = without(answer(sent, "From Exchange", number=2), "In-Reply-To", "References")
    rewritten["In-Reply-To"] = "<DM6PR01MB1234.namprd01.prod.outlook.example>"
    assert await desk.gets(rewritten) == number
    by_number = without(answer(sent, "From a list", number=3), "In-Reply-To", "References", "To")
    by_number["To"] = "support@desk.example"
    by_number["References"] = "<0100018f@email.ses.example>"
    assert await desk.gets(by_number) == number


async def test_a_forged_token_leads_nowhere(desk):
    number, *_, sent = await asked_and_answered(desk)
    token = re.search(r"\+([a-z0-9]+)@", str(sent["Reply-To"]))[1]
    forged = token[:-1] + ("a" if token[-1] != "a" else "b")
    intruder = mail(
        "Let me in",
        sender="eve@elsewhere.example",
        to=f"support+{forged}@desk.example",
        id="<6@elsewhere.example>",
        headers={"In-Reply-To": f"<p.{forged}@desk.example>"},
    )
    assert await desk.gets(intruder) != number


async def test_the_first_hint_wins_over_a_weaker_one(desk):
    number, *_, sent = await asked_and_answered(desk)
    other = await desk.gets(mail("Another matter", id="<other@customers.example>", subject="Bill"))
    back = without(answer(sent, "About the order", number=2), "In-Reply-To", "References", "Subject")
    back["In-Reply-To"] = "<other@customers.example>"
    back["Subject"] = f"Re: [#{other}]"
    assert await desk.gets(back) == number


async def test_a_reply_to_the_survey_comes_back_to_its_ticket(desk):
    number, mina, *_ = await asked_and_answered(desk)
    await desk.database.write(
        status.set_status, desk.book, ticket_id=number, status="resolved", by=mina, now=desk.time()
    )
    desk.time.passes(minutes=11)
    (survey,) = await desk.posts()
    assert survey["Auto-Submitted"]
    assert await desk.gets(answer(survey, "ممنون!", number=7)) == number
    assert (await desk.ticket(number)).status == "resolved"
    assert await desk.gets(answer(survey, "It is broken again, please look.", number=8)) == number
    assert (await desk.ticket(number)).status == "open"


async def test_replies_to_a_merged_ticket_arrive_at_the_other_by_every_hint(desk):
    number, mina, _, sent = await asked_and_answered(desk)
    other = await desk.gets(mail("The same again", id="<other@customers.example>", subject="Order, second mail"))
    await desk.database.write(merge.merge, desk.book, ticket_id=number, into=other, person_id=mina, now=desk.time())
    assert await desk.gets(answer(sent, "by address and ids", number=2)) == other
    plain = mail("by number", subject=f"[#{number}]", id="<n@customers.example>")
    assert await desk.gets(plain) == other
    known = mail("by a known id", id="<k@customers.example>", headers={"References": "<1@customers.example>"})
    assert await desk.gets(known) == other


async def test_the_answer_goes_out_from_the_address_the_customer_wrote_to_with_its_copies(database, tmp_path):
    box = {"name": "support", "address": "support@desk.example", "aliases": ["sales@desk.example"]}
    desk = mail_story(database, tmp_path, channel={"mailboxes": [box]})
    first = mail(to="sales@desk.example, Omid <omid@customers.example>", headers={"Cc": "nora@customers.example"})
    number, mina = await desk.gets(first), await desk.person()
    await desk.answers(number, mina, "سلام، در راه است.", quote=True)
    (sent,) = await desk.posts()
    assert "sales@desk.example" in str(sent["From"])
    assert sent["Reply-To"].addresses[0].addr_spec.startswith("sales+")
    assert {one.addr_spec for one in sent["Cc"].addresses} == {"omid@customers.example", "nora@customers.example"}
    text = sent.get_body(("plain",)).get_content()
    assert "> Where is my order?" in text
    await desk.gets(answer(sent, "Thank you, and the bill?", number=2, sender="nora@customers.example"))
    assert not (await line(desk, number)).stranger


# --- bounces --------------------------------------------------------------------------------------


def bounce(of, sender, *, state="5.1.1", action="failed", recipient="sara@customers.example", id="<dsn@mx.example>"):  # noqa: A002
    original = f"Message-ID: {of['Message-ID']}\nSubject: {of['Subject']}\nFrom: {of['From']}\nTo: {of['To']}\n"
    return (
        (
            f"Return-Path: <>\nFrom: Mail Delivery System <mailer-daemon@mx.example>\nTo: {sender}\nSubject: Undelivered mail\n"
            f"Message-ID: {id}\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
            "--b\nContent-Type: text/plain\n\nYour mail could not be delivered.\n"
            "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
            f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {state}\nDiagnostic-Code: smtp; 550 {state} says no\n"
            f"--b\nContent-Type: text/rfc822-headers\n\n{original}\n--b--\n"
        )
        .replace("\n", "\r\n")
        .encode()
    )


async def two_answers(desk):
    number, mina, first, first_mail = await asked_and_answered(desk)
    second = await desk.answers(number, mina, "One more thing.")
    await desk.posts()
    return number, first, second, first_mail


async def deliveries_of(desk, number):
    return {one.id: one.delivery for one in await desk.timeline(number) if one.kind == "message" and one.outgoing}


async def test_a_bounce_finds_the_very_message_marks_the_address_and_revokes_the_stop(desk):
    number, first, second, first_mail = await two_answers(desk)
    clock = (await desk.clocks(number, "first_response"))[0]
    assert clock.stop_entry_id == first
    await desk.gets(bounce(first_mail, desk.mails[0].sender))
    assert await deliveries_of(desk, number) == {first: "failed", second: "sent"}
    clock = (await desk.clocks(number, "first_response"))[0]
    assert clock.stop_entry_id == second  # the later one did arrive
    told = [one.data for one in await desk.timeline(number) if one.kind == "delivery"]
    assert [(one["of"], one["state"]) for one in told] == [(first, "failed")]
    address = await desk.database.read(contacts.by_address, address="email:sara@customers.example")
    assert address.unreachable_at is not None
    await desk.gets(mail("I am here again", id="<9@customers.example>"))
    address = await desk.database.read(contacts.by_address, address="email:sara@customers.example")
    assert address.unreachable_at is None


async def test_a_bounce_of_the_only_answer_lets_the_clock_go_on(desk):
    number, _, entry, sent = await asked_and_answered(desk)
    await desk.gets(bounce(sent, desk.mails[0].sender))
    assert (await deliveries_of(desk, number))[entry] == "failed"
    clock = (await desk.clocks(number, "first_response"))[0]
    assert (clock.state, clock.stopped_at) == ("running", None)
    assert (await desk.ticket(number)).answered is False


async def test_a_warning_that_it_takes_longer_is_shown_and_changes_nothing(desk):
    number, _, entry, sent = await asked_and_answered(desk)
    await desk.gets(bounce(sent, desk.mails[0].sender, state="4.4.1", action="delayed"))
    assert (await deliveries_of(desk, number))[entry] == "sent"
    reason = next(one.delivery_reason for one in await desk.timeline(number) if one.id == entry)
    assert reason
    assert (await desk.clocks(number, "first_response"))[0].stop_entry_id == entry
    address = await desk.database.read(contacts.by_address, address="email:sara@customers.example")
    assert address.unreachable_at is None
    assert (await line(desk, number)).automatic


async def test_a_full_mailbox_given_up_is_no_answer_but_no_dead_address_either(desk):
    number, _, entry, sent = await asked_and_answered(desk)
    await desk.gets(bounce(sent, desk.mails[0].sender, state="4.2.2"))
    assert (await deliveries_of(desk, number))[entry] == "failed"
    assert (await desk.clocks(number, "first_response"))[0].state == "running"
    address = await desk.database.read(contacts.by_address, address="email:sara@customers.example")
    assert address.unreachable_at is None


async def test_a_bounce_of_a_copy_leaves_the_answer_standing(desk):
    number, mina = await desk.gets(mail(headers={"Cc": "omid@customers.example"})), await desk.person()
    entry = await desk.answers(number, mina)
    (sent,) = await desk.posts()
    await desk.gets(bounce(sent, desk.mails[0].sender, recipient="omid@customers.example"))
    assert (await deliveries_of(desk, number))[entry] == "sent"
    gone = await desk.database.read(contacts.by_address, address="email:omid@customers.example")
    assert gone.unreachable_at is not None


async def test_a_bounce_of_nothing_of_ours_is_kept_and_never_answered(database, tmp_path):
    desk = mail_story(database, tmp_path, settings={"automatic": {"acknowledgement": True}})
    forged = mail()
    number = await desk.gets(bounce(forged, "support@desk.example"))
    assert number is not None
    assert await desk.posts() == []
    assert await desk.clocks(number) == []


# --- robots among themselves ----------------------------------------------------------------------


@pytest.fixture
async def another(empty_desk, tmp_path):
    """A second desk, of another company, on a database of its own."""
    path = tmp_path / "other"
    path.mkdir()
    shutil.copy(empty_desk, path / "desk.db")
    database = await open_database(f"sqlite:///{path / 'desk.db'}")
    yield mail_story(database, path, domain="other.example", settings={"automatic": {"acknowledgement": True}})
    await database.close()


MARKS = ("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence")


@pytest.mark.parametrize("stripped", [False, True], ids=["marked", "marks taken off on the way"])
async def test_two_desks_that_acknowledge_end_within_three_mails(database, tmp_path, another, stripped):
    here = mail_story(database, tmp_path, settings={"automatic": {"acknowledgement": True}})
    start = mail("Our parcel?", sender="support@other.example", to="support@desk.example", id="<start@other.example>")
    await here.gets(start)
    count = 0
    for _ in range(10):
        for sender, receiver in ((here, another), (another, here)):
            for one in await sender.posts():
                count += 1
                await receiver.gets(without(one, *MARKS) if stripped else one)
    assert 1 <= count <= 3


# --- time -----------------------------------------------------------------------------------------


async def test_a_mail_of_years_ago_is_received_now_and_its_dates_are_kept(desk):
    old = mail(headers={"Date": "Tue, 02 Feb 2016 04:05:06 +0000"})
    number = await desk.gets(b"X-Pasokh-Stored:  3-Feb-2016 04:05:06 +0000\r\n" + old.as_bytes())
    first = (await desk.timeline(number))[0]
    assert first.at == desk.time()
    assert first.sent_at.isoformat() == "2016-02-02T04:05:06+00:00"
    assert first.data["stored_at"] == "2016-02-03T04:05:06+00:00"
    clock = (await desk.clocks(number, "first_response"))[0]
    assert clock.started_at == desk.time()
    assert await desk.looks() == 0


async def test_a_sender_can_not_say_when_the_mailbox_got_a_mail(desk):
    number = await desk.gets(mail(headers={"X-Pasokh-Stored": "03-Feb-2016 04:05:06 +0000"}))
    assert "stored_at" not in ((await desk.timeline(number))[0].data or {})


# --- too large ------------------------------------------------------------------------------------


async def test_the_note_of_a_mail_too_large_is_answered_once_in_the_language_of_its_subject(desk):
    head = (
        mail(subject="عکس‌های کاسهٔ شکسته", sender="نرگس <narges@customers.example>").as_bytes().partition(b"\r\n\r\n")[0]
    )
    number = await desk.gets(stand_in(OVERSIZED, 41_943_040, head))
    assert [(one.kind, one.author) for one in await desk.timeline(number)] == [
        ("note", "system"),
        ("message", "automation"),
    ]
    (sent,) = await desk.posts()
    assert sent["To"].addresses[0].addr_spec == "narges@customers.example"
    assert sent["Auto-Submitted"]
    assert "۴۰ مگابایت" in sent.get_body(("plain",)).get_content()
    again = stand_in(OVERSIZED, 41_943_040, head.replace(b"<1@", b"<2@"))
    await desk.gets(again)
    assert await desk.posts() == []
    smaller = answer(sent, "حالا کوچک‌تر", number=2, sender="narges@customers.example")
    assert await desk.gets(smaller) == number
    assert (await desk.clocks(number, "first_response"))[0].state == "running"

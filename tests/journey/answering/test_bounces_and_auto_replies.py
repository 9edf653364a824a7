"""What mail servers and robots send back: bounces find the very message, robots fall silent, old and huge mails."""

from __future__ import annotations

import shutil

import pytest

from channels.email.facts.raw_mail_id import OVERSIZED, stand_in
from helpdesk.contacts import queries as contacts
from helpdesk.database.engine import open_database
from helpdesk.tickets import queries
from tests.journey.receiving.test_mail_threading import asked_and_answered, line, without
from tests.support.mail.mail_desk import answer, mail, mail_story


@pytest.fixture
def desk(database, tmp_path):
    return mail_story(database, tmp_path)


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
    path = desk.mails[0].returns["omid@customers.example"]
    await desk.gets(bounce(sent, path, recipient="omid@customers.example"))
    assert (await deliveries_of(desk, number))[entry] == "sent"
    gone = await desk.database.read(contacts.by_address, address="email:omid@customers.example")
    assert gone.unreachable_at is not None


def spoofed(way, desk, sent):
    """Where somebody who got a copy can send a report: all they know of the answer."""
    token = str(sent["Message-ID"]).partition(".")[2].partition("@")[0]
    return {
        "our address": "support@desk.example",
        "the reply address": str(sent["Reply-To"]),
        "a return path made of the id": f"support+b.{token}@desk.example",
        "their own return path": desk.mails[0].returns["omid@customers.example"],
    }[way]


WAYS = ["our address", "the reply address", "a return path made of the id", "their own return path"]


@pytest.mark.parametrize("way", WAYS)
async def test_a_report_that_a_copy_could_have_written_undoes_no_answer(desk, way):
    number, mina = await desk.gets(mail(headers={"Cc": "omid@customers.example"})), await desk.person()
    entry = await desk.answers(number, mina)
    (sent,) = await desk.posts()
    await desk.gets(bounce(sent, spoofed(way, desk, sent)))
    assert (await deliveries_of(desk, number))[entry] == "uncertain"
    (clock,) = await desk.clocks(number, "first_response")
    assert (clock.state, clock.stop_entry_id) == ("stopped", entry)
    address = await desk.database.read(contacts.by_address, address="email:sara@customers.example")
    assert address.unreachable_at is None
    told = [one.data for one in await desk.timeline(number) if one.kind == "delivery" and "of" in (one.data or {})]
    assert [(one["of"], one["state"], one["unproven"]) for one in told] == [(entry, "uncertain", True)]


async def test_a_true_report_after_a_forged_one_still_counts(desk):
    number, _, entry, sent = await asked_and_answered(desk)
    await desk.gets(bounce(sent, "support@desk.example", id="<forged@mx.example>"))
    await desk.gets(bounce(sent, desk.mails[0].sender))
    assert (await deliveries_of(desk, number))[entry] == "failed"


async def test_a_mailbox_without_plus_addresses_learns_of_failures_and_believes_none(database, tmp_path):
    box = {"name": "support", "address": "support@desk.example", "plus": False}
    desk = mail_story(database, tmp_path, channel={"mailboxes": [box]})
    number, _, entry, sent = await asked_and_answered(desk)
    assert desk.mails[0].sender == "support@desk.example"
    await desk.gets(bounce(sent, "support@desk.example"))
    assert (await deliveries_of(desk, number))[entry] == "uncertain"


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


# --- one mailbox, one organisation ----------------------------------------------------------------


def acknowledging(database, tmp_path, **limits):
    return mail_story(database, tmp_path, settings={"automatic": {"acknowledgement": True, **limits}})


async def acknowledged(desk, senders):
    """How many of these senders, each with a matter of their own, heard from a robot."""
    for place, sender in enumerate(senders):
        await desk.gets(mail("Another matter", sender=sender, id=f"<{place}@x.example>", subject=f"Matter {place}"))
    return len(await desk.posts())


async def test_what_stands_behind_a_plus_makes_no_other_mailbox(database, tmp_path):
    desk = acknowledging(database, tmp_path)
    assert await acknowledged(desk, [f"bot+case{n}@loop.example" for n in range(9)]) == 4


async def test_automatic_mail_to_one_organisation_is_capped(database, tmp_path):
    desk = acknowledging(database, tmp_path, per_organisation_a_day=3)
    assert await acknowledged(desk, [f"case{n}@loop.example" for n in range(6)]) == 3


async def test_mailboxes_where_everybody_has_one_are_no_organisation(database, tmp_path):
    desk = acknowledging(database, tmp_path, per_organisation_a_day=3)
    assert await acknowledged(desk, [f"person{n}@gmail.com" for n in range(6)]) == 6


async def test_files_of_a_report_are_kept_with_it(desk):
    number, _, _, sent = await asked_and_answered(desk)
    report = bounce(sent, desk.mails[0].sender)
    picture = (
        b"--b\r\nContent-Type: image/png; name=screen.png\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Disposition: attachment; filename=screen.png\r\n\r\niVBORw0KGgo=\r\n--b--\r\n"
    )
    await desk.gets(report.replace(b"\r\n--b--\r\n", b"\r\n" + picture))
    entry = next(one for one in reversed(await desk.timeline(number)) if one.kind == "message" and not one.outgoing)
    files = await desk.database.read(queries.attachments_of, entry_ids=[entry.id])
    assert [file.name for file in files] == ["screen.png"]


async def test_a_report_that_only_guesses_a_number_is_marked(desk):
    number, _, entry, _ = await asked_and_answered(desk)
    guess = (
        "Return-Path: <>\nFrom: mailer-daemon@elsewhere.example\nTo: support@desk.example\n"
        f"Subject: Undelivered: [#{number}]\nX-Failed-Recipients: sara@customers.example\n"
        "Message-ID: <guess@elsewhere.example>\nAuto-Submitted: auto-replied\n\nPlease pay to another account.\n"
    )
    await desk.gets(guess.replace("\n", "\r\n").encode())
    reports = [one for one in await desk.timeline(number) if one.author == "system" and one.kind == "message"]
    assert [(one.data or {}).get("unproven") for one in reports] == ["number"]
    assert (await deliveries_of(desk, number))[entry] == "uncertain"
    assert (await desk.clocks(number, "first_response"))[0].state == "stopped"

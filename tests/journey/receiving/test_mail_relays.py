"""Relays give our mails another id, Outlook keeps threads its own way: answers and returned mails are tied all the same."""

from __future__ import annotations

import base64

import pytest

from tests.journey.receiving.test_mail_threading import asked_and_answered, line, without
from tests.support.mail.mail_desk import answer, mail_story


@pytest.fixture
def desk(database, tmp_path):
    return mail_story(database, tmp_path)


# --- relays that give a mail another Message-ID ---------------------------------------------------


BOX = {"name": "support", "address": "support@desk.example", "display_name": "Desk", "plus": False}
NO_PLUS = {"mailboxes": [BOX]}


def relayed(sent):
    """Our mail as a relay hands it on: under another id, everything else as it was."""
    back = without(sent, "Message-ID", "Reply-To")
    back["Message-ID"] = "<0100018f-relay@relay.example>"
    return back


async def test_an_answer_to_a_mail_that_a_relay_renamed_is_tied_by_its_references(database, tmp_path):
    desk = mail_story(database, tmp_path, channel=NO_PLUS)
    number, *_, sent = await asked_and_answered(desk)
    back = without(answer(relayed(sent), "And when?", number=2), "Subject")
    back["Subject"] = "Re: Order"
    back.replace_header("References", " ".join(str(back["References"]).split()[1:]))  # without the customer's own id
    assert await desk.gets(back) == number
    assert not (await line(desk, number)).stranger


async def test_the_token_stands_before_what_is_answered(desk):
    *_, sent = await asked_and_answered(desk)
    token, newest = str(sent["References"]).split()[-2:]
    assert token.startswith("<r.")
    assert newest == sent["In-Reply-To"] == "<1@customers.example>"
    assert token[3:].partition("@")[0] in sent["Message-ID"]


def report(returned, recipient="sara@customers.example"):
    """A bounce as a relay's server writes it."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in returned)
    return (
        "From: MAILER-DAEMON@relay.example\r\nTo: support@desk.example\r\nMessage-ID: <b@relay.example>\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\nno such user\r\n"
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--x\r\nContent-Type: text/rfc822-headers\r\n\r\n{lines}\r\n--x--\r\n"
    ).encode()


@pytest.mark.parametrize("named", ["References", "Subject"])
async def test_a_bounce_of_a_mail_that_a_relay_renamed_is_tied_to_it(database, tmp_path, named):
    desk = mail_story(database, tmp_path, channel=NO_PLUS)
    number, _, entry, sent = await asked_and_answered(desk)
    returned = [(name, value) for name, value in relayed(sent).items() if name in ("Message-ID", named)]
    await desk.gets(report(returned))
    shown = {item.id: item for item in await desk.timeline(number)}
    assert shown[entry].delivery == "uncertain"  # anybody could have written this report: it fails nothing


async def test_a_bounce_about_somebody_we_did_not_write_to_is_tied_to_nothing(desk):
    number, _, entry, sent = await asked_and_answered(desk)
    await desk.gets(report([("Subject", sent["Subject"])], recipient="eve@elsewhere.example"))
    assert {item.id: item for item in await desk.timeline(number)}[entry].delivery == "sent"


# --- Outlook's own thread fields ------------------------------------------------------------------


async def test_outlooks_thread_fields_are_kept_and_extended(desk):
    index = base64.b64encode(bytes([1, 1, 0xDB, 0x80, 0, 0]) + bytes(range(16))).decode()
    *_, sent = await asked_and_answered(desk, headers={"Thread-Index": index, "Thread-Topic": "سفارش"})
    octets = base64.b64decode(str(sent["Thread-Index"]))
    assert (octets[:22], len(octets)) == (base64.b64decode(index), 27)
    assert sent["Thread-Topic"] == "سفارش"


@pytest.mark.parametrize("index", ["nonsense", "AAAA", "A" * 3000])
async def test_a_thread_index_that_is_none_is_not_sent_on(desk, index):
    *_, sent = await asked_and_answered(desk, headers={"Thread-Index": index})
    assert sent["Thread-Index"] is None

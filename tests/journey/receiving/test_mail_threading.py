"""Real mails find their ticket in the given order; strangers are let in nowhere."""

from __future__ import annotations

import re

import pytest

from helpdesk.journey.lifecycle import merge, status
from tests.support.mail.mail_desk import answer, mail, mail_story


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
        status.set_status, desk.context, ticket_id=number, status="resolved", by=mina, now=desk.time()
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
    await desk.database.write(
        merge.merge_into, desk.context, ticket_id=number, into=other, person_id=mina, now=desk.time()
    )
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


# --- numbers in subjects --------------------------------------------------------------------------


async def resolve(desk, number, mina):
    await desk.database.write(
        status.set_status, desk.context, ticket_id=number, status="resolved", by=mina, now=desk.time()
    )


async def test_numbers_in_subjects_do_not_pile_up(desk):
    number, mina, _, sent = await asked_and_answered(desk, subject="Order [#77]")
    assert sent["Subject"] == f"Re: Order [#77] [#{number}]"  # 77 may be another desk's own number
    for place in (2, 3):
        await resolve(desk, number, mina)
        desk.time.passes(days=9)
        later = await desk.gets(answer(sent, "It is broken again.", number=place))
        assert (await desk.ticket(later)).follows_id == number
        assert (await desk.ticket(later)).subject.endswith("Re: Order [#77]")
        await desk.answers(later, mina, "Once more.")
        sent = next(mail_ for mail_ in await desk.posts() if mail_["Auto-Submitted"] is None)  # a survey leaves, too
        assert str(sent["Subject"]).endswith(f"Re: Order [#77] [#{later}]")
        number = later


async def test_a_stored_subject_with_the_old_number_is_sent_without_it(desk):
    from helpdesk.journey.outgoing.outbound import reply_subject

    assert reply_subject("Re: سفارش [#۱۲] [# 15]", 15, 12) == "Re: سفارش [#15]"
    assert reply_subject("Order [#9]", 15, 12) == "Re: Order [#9] [#15]"
    assert reply_subject("Order [Ticket #15]", 15) == "Re: Order [#15]"


@pytest.mark.parametrize("days", [1, 9])
async def test_an_ended_ticket_found_first_does_not_hide_a_living_one(desk, days):
    old, mina, *_ = await asked_and_answered(desk)
    living = await desk.gets(mail("Something else", id="<2@customers.example>", subject="Bill"))
    await resolve(desk, old, mina)
    desk.time.passes(days=days)
    both = mail("And when?", id="<3@customers.example>", subject=f"Re: Order [#{old}] [#{living}]")
    assert await desk.gets(both) == living
    assert (await desk.ticket(old)).status == "resolved"


async def test_an_answer_to_a_settled_ticket_reopens_it_whatever_number_the_subject_has(desk):
    old, mina, _, sent = await asked_and_answered(desk)
    living = await desk.gets(mail("Something else", id="<2@customers.example>", subject="Bill"))
    await resolve(desk, old, mina)
    desk.time.passes(days=1)
    back = without(answer(sent, "Not yet.", number=3), "Subject")
    back["Subject"] = f"Re: Bill [#{living}]"
    assert await desk.gets(back) == old
    assert (await desk.ticket(old)).status == "open"


async def test_a_strangers_living_ticket_is_no_way_out_of_an_ended_one(desk):
    old, mina, *_ = await asked_and_answered(desk)
    other = await desk.gets(mail("Mine", id="<2@x.example>", sender="Eve <eve@x.example>", subject="Bill"))
    await resolve(desk, old, mina)
    desk.time.passes(days=9)
    both = mail("And when?", id="<3@customers.example>", subject=f"Re: Order [#{old}] [#{other}]")
    new = await desk.gets(both)
    assert new not in (old, other)
    assert (await desk.ticket(new)).follows_id == old

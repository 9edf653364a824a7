"""What arrives lands on one ticket, in order, once; what can't be understood is kept and shown."""

from __future__ import annotations

from datetime import timedelta

from channels.contract import DeliveryError
from helpdesk.intake import actions as intake
from helpdesk.intake import queries as arrived
from helpdesk.tickets.lists import ticket_search
from tests.support.desk.memory_channel import letter


async def test_a_first_message_opens_a_ticket_with_a_running_clock(desk):
    number = await desk.writes("Where is my order?", subject="Order", name="Sara")
    ticket = await desk.ticket(number)
    assert (ticket.status, ticket.subject, ticket.contact_name, ticket.snippet) == (
        "new",
        "Order",
        "Sara",
        "Where is my order?",
    )
    first, resolution = await desk.clocks(number)
    assert (first.kind, first.due_at) == ("first_response", desk.time.now + timedelta(minutes=30))
    assert resolution.kind == "resolution"
    assert ticket.deadline == first.due_at


async def test_the_same_message_again_is_no_second_one(desk):
    number = await desk.writes("Hello", id="same")
    assert await desk.writes("Hello", id="same") == number
    assert len(await desk.timeline(number)) == 1


async def test_an_answer_to_our_message_comes_back_to_its_ticket_by_token(desk):
    number, mina = await desk.writes(), await desk.person()
    await desk.answers(number, mina)
    desk.time.passes(seconds=20)
    await desk.sends()
    token = desk.channel.sent[0].token
    assert await desk.writes("Thanks, and when?", reply_tokens=[token]) == number


async def test_a_forged_token_opens_a_ticket_of_its_own(desk):
    number, mina = await desk.writes(), await desk.person()
    await desk.answers(number, mina)
    desk.time.passes(seconds=20)
    await desk.sends()
    forged = desk.channel.sent[0].token[:-1] + ("a" if desk.channel.sent[0].token[-1] != "a" else "b")
    assert await desk.writes("Let me in", sender="eve@elsewhere.example", message_tokens=[forged]) != number


async def test_a_stranger_with_the_right_number_gets_a_ticket_of_their_own(desk):
    number = await desk.writes()
    assert await desk.writes("me too", sender="eve@elsewhere.example", numbers=[number]) != number
    assert await desk.writes("me again", numbers=[number]) == number


async def test_a_stranger_with_a_valid_reference_is_added_and_flagged(desk):
    number = await desk.writes("Hello", id="first")
    assert await desk.writes("I am her brother", sender="b@elsewhere.example", remote_ids=["first"]) == number
    line = (await desk.timeline(number))[-1]
    assert line.stranger
    assert (await desk.ticket(number)).address == "memory:sara@customers.example"


async def test_a_message_nobody_understands_is_kept_and_the_next_is_taken(desk):
    await desk.app.desk_for("memory").accept("main", "bad", b"not json", order_key="x")
    number = await desk.writes("I come after it")
    assert number is not None
    held = await desk.database.read(arrived.quarantine)
    assert [(one.external_id, one.error) for one in held] == [("bad", "this is not JSON")]


async def test_a_bug_is_tried_again_with_back_off_and_then_held_and_can_be_replayed(desk):
    raw = letter("boom", explode=True, id="boom")
    await desk.app.desk_for("memory").accept("main", "boom", raw, order_key="s")
    for wait in (*desk.app.settings.intake.retry_seconds, 0):
        await desk.work()
        desk.time.passes(seconds=wait)
    figures = await desk.database.read(arrived.figures)
    assert figures == {"new": 0, "quarantined": 1}
    held = (await desk.database.read(arrived.quarantine))[0]
    await desk.database.write(intake.replay, intake_id=held.id)
    assert (await desk.database.read(arrived.figures))["new"] == 1


async def test_a_later_message_of_a_conversation_waits_for_an_earlier_one_that_is_tried_again(desk):
    raw = letter("boom", explode=True, id="boom")
    await desk.app.desk_for("memory").accept("main", "boom", raw, order_key="sara@customers.example")
    assert await desk.writes("after it") is None
    assert await desk.writes("somebody else", sender="ali@customers.example") is not None


async def test_a_thank_you_does_not_reopen_but_a_question_does(desk):
    from helpdesk.journey.lifecycle import status

    number, mina = await desk.writes(id="q"), await desk.person()
    await desk.answers(number, mina)
    await desk.database.write(
        status.set_status, desk.context, ticket_id=number, status="resolved", by=mina, now=desk.time()
    )
    desk.time.passes(hours=1)
    assert await desk.writes("thanks!", thanks=True, remote_ids=["q"]) == number
    assert (await desk.ticket(number)).status == "resolved"
    assert await desk.writes("it came back", remote_ids=["q"]) == number
    ticket = await desk.ticket(number)
    assert (ticket.status, ticket.cycle) == ("open", 2)
    desk.time.passes(days=1)


async def test_after_the_window_a_message_opens_a_ticket_that_follows_the_old_one(desk):
    from helpdesk.journey.lifecycle import status

    number, mina = await desk.writes(id="q"), await desk.person()
    await desk.database.write(
        status.set_status, desk.context, ticket_id=number, status="resolved", by=mina, now=desk.time()
    )
    desk.time.passes(days=8)
    later = await desk.writes("again", remote_ids=["q"])
    assert later != number
    assert (await desk.ticket(later)).follows_id == number


async def test_automatic_mail_opens_no_clock_and_reopens_nothing(desk):
    number = await desk.writes("I am on holiday", automatic=True, id="auto")
    assert await desk.clocks(number) == []
    assert (await desk.ticket(number)).automatic


async def test_files_of_a_message_are_kept_by_their_hash(desk):
    from helpdesk.tickets import queries

    number = await desk.writes("see file", files={"bill.txt": "twelve"})
    line = (await desk.timeline(number))[0]
    files = await desk.database.read(queries.attachments_of, entry_ids=[line.id])
    assert [(one.name, desk.app.files.read(one.hash)) for one in files] == [("bill.txt", b"twelve")]


async def test_words_are_found_in_any_spelling(desk):
    number = await desk.writes("كاسه‌هاي آبي نرسیده", subject="سفارش ۴۵۱۰")
    for question in ("کاسه های", "4510", "آبی", "sara@customers", f"#{number}", "کاسه"):
        assert await desk.database.read(ticket_search.search_tickets, question=question) == [number], question
    assert await desk.database.read(ticket_search.search_tickets, question="بشقاب") == []


async def test_our_own_message_that_comes_back_is_not_taken_for_a_customers(desk):
    number, mina = await desk.writes(), await desk.person()
    await desk.answers(number, mina)
    desk.time.passes(seconds=20)
    await desk.sends()
    echo = desk.channel.remote_id(desk.channel.sent[0])
    await desk.writes("I am looking into it.", id=echo)
    assert len(await desk.timeline(number)) == 4  # question, assignment, answer, the change to open


async def test_a_reply_leaves_after_the_time_to_undo_and_then_says_so(desk):
    number, mina = await desk.writes(), await desk.person()
    entry = await desk.answers(number, mina)
    assert await desk.sends() == 0
    desk.time.passes(seconds=15)
    assert await desk.sends() == 1
    line = next(one for one in await desk.timeline(number) if one.id == entry)
    assert (line.delivery, line.sent_at) == ("sent", desk.time.now)
    assert desk.channel.sent[0].subject.endswith(f"[#{number}]")


async def test_an_uncertain_delivery_is_shown_and_not_repeated(desk):
    number, mina = await desk.writes(), await desk.person()
    entry = await desk.answers(number, mina)
    desk.channel.answers = [DeliveryError("cut after DATA", uncertain=True)]
    desk.time.passes(seconds=15)
    await desk.sends()
    desk.time.passes(days=2)
    assert await desk.sends() == 0
    line = next(one for one in await desk.timeline(number) if one.id == entry)
    assert line.delivery == "uncertain"
    assert len(await desk.clocks(number, "first_response")) == 1
    assert (await desk.clocks(number, "first_response"))[0].state == "stopped"


async def test_a_picture_without_words_is_named_in_the_list(desk):
    number = await desk.writes("", files={"bowl.jpg": "x"})
    assert (await desk.ticket(number)).snippet == "📎 bowl.jpg"

"""Edits, deletions and reactions: through the outbox, in order, and claimed only once the remote did them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from channels.contract import DeliveryError
from helpdesk.errors import Conflict, Forbidden, Invalid
from helpdesk.journey.answering import edit_sent, reply
from helpdesk.journey.lifecycle import clocks
from helpdesk.outbox import actions as outbox
from helpdesk.tickets import queries
from helpdesk.tickets.threading import ticket_candidates
from helpdesk.workers.outbox_worker import recover


async def answered(desk, text="The parcel leaves today.", **more):
    """A ticket with an answer that has left; gives ticket, its author and the entry."""
    mina, ticket_id = await desk.person(), await desk.writes(**more)
    entry_id = await desk.answers(ticket_id, mina, text)
    desk.time.passes(seconds=20)
    await desk.sends()
    return ticket_id, mina, entry_id


async def amends(desk, verb, entry_id, person_id, **more):
    return await desk.database.write(
        verb, desk.context, entry_id=entry_id, person_id=person_id, now=desk.time(), **more
    )


async def entry_of(desk, entry_id):
    return await desk.database.read(queries.entry, entry_id=entry_id)


async def test_an_edited_answer_says_the_new_words_once_they_have_left_and_keeps_the_old_ones(desk):
    _, mina, entry_id = await answered(desk)
    line = await amends(desk, edit_sent.edit_message, entry_id, mina, text="The parcel leaves tomorrow.")
    waiting = await entry_of(desk, entry_id)
    assert waiting.text == "The parcel leaves today."
    assert waiting.data["pending"]["text"] == "The parcel leaves tomorrow."
    desk.time.passes(minutes=1)
    await desk.sends()
    entry = await entry_of(desk, entry_id)
    assert desk.channel.changes == [("edit", entry.remote_id, "The parcel leaves tomorrow.")]
    assert entry.text == "The parcel leaves tomorrow."
    assert [one["text"] for one in entry.data["edits"]] == ["The parcel leaves today."]
    assert "pending" not in entry.data
    assert (await entry_of(desk, line)).data["state"] == "sent"


async def test_an_edit_the_remote_refuses_changes_nothing_and_says_why(desk):
    _, mina, entry_id = await answered(desk)
    line = await amends(desk, edit_sent.edit_message, entry_id, mina, text="Too late.")
    desk.channel.answers = [DeliveryError("message can't be edited", permanent=True)]
    await desk.sends()
    entry = await entry_of(desk, entry_id)
    assert entry.text == "The parcel leaves today."
    assert entry.delivery == "sent"
    assert (entry.data["refused"]["what"], entry.data["refused"]["reason"]) == ("edit", "message can't be edited")
    assert "pending" not in entry.data
    assert (await entry_of(desk, line)).data["state"] == "failed"


async def test_a_withdrawn_answer_stays_visible_to_agents_and_not_to_its_customer(desk):
    desk.channel.chat = True
    ticket_id, mina, entry_id = await answered(desk)
    await amends(desk, edit_sent.delete_message, entry_id, mina)
    seen = {"channel": "memory", "conversation": "sara@customers.example"}
    assert len(await desk.database.read(ticket_candidates.transcript, **seen)) == 2
    await desk.sends()
    entry = await entry_of(desk, entry_id)
    assert desk.channel.changes == [("withdraw", entry.remote_id)]
    assert entry.data["withdrawn_at"] == desk.time().isoformat()
    assert entry.text == "The parcel leaves today."
    assert [one["text"] for one in await desk.database.read(ticket_candidates.transcript, **seen)] == [
        "Where is my order?"
    ]
    assert (await desk.ticket(ticket_id)).snippet == "Where is my order?"
    with pytest.raises(Conflict):
        await amends(desk, edit_sent.edit_message, entry_id, mina, text="Again")


async def test_a_deleted_first_answer_proves_none_and_its_clock_goes_on_from_the_question(desk):
    ticket_id, mina, entry_id = await answered(desk)
    (stopped,) = await desk.clocks(ticket_id, "first_response")
    assert stopped.state == "stopped"
    await amends(desk, edit_sent.delete_message, entry_id, mina)
    await desk.sends()
    desk.time.passes(minutes=90)
    await desk.looks()
    await desk.database.write(reply_recount, desk.context, ticket_id=ticket_id, now=desk.time())
    (clock,) = await desk.clocks(ticket_id, "first_response")
    assert (clock.state, clock.stop_entry_id, clock.started_at) == ("running", None, stopped.started_at)
    assert clock.breached_at == stopped.due_at
    assert not (await desk.ticket(ticket_id)).answered


async def test_another_answer_still_stands_when_one_is_deleted(desk):
    ticket_id, mina, entry_id = await answered(desk)
    desk.time.passes(minutes=5)
    second = await desk.answers(ticket_id, mina, "It leaves at noon.")
    desk.time.passes(minutes=1)
    await desk.sends()
    await amends(desk, edit_sent.delete_message, entry_id, mina)
    await desk.sends()
    (clock,) = await desk.clocks(ticket_id, "first_response")
    assert (clock.state, clock.stop_entry_id) == ("stopped", second)
    assert (await desk.ticket(ticket_id)).snippet == "It leaves at noon."


def reply_recount(tx, context, *, ticket_id, now):

    clocks.recompute_clocks(tx, context, ticket_id=ticket_id, now=now)


async def test_neither_an_edit_nor_a_reaction_stops_or_starts_a_clock(desk):
    ticket_id, mina, entry_id = await answered(desk)
    desk.time.passes(minutes=5)
    await desk.writes("And when?", numbers=[ticket_id])
    (question,) = [one for one in await desk.timeline(ticket_id) if one.text == "And when?"]
    await amends(desk, edit_sent.edit_message, entry_id, mina, text="Tomorrow.")
    await amends(desk, edit_sent.react_to_message, question.id, mina, emoji="👍")
    await desk.sends()
    await desk.database.write(reply_recount, desk.context, ticket_id=ticket_id, now=desk.time())
    (clock,) = await desk.clocks(ticket_id, "next_response")
    assert clock.state == "running"
    assert len(await desk.clocks(ticket_id, "first_response")) == 1


async def test_who_waits_for_a_customer_without_an_answer_waits_no_more(desk):
    ticket_id, mina, entry_id = await answered(desk)
    from helpdesk.journey.lifecycle import status

    await desk.database.write(
        status.set_status, desk.context, ticket_id=ticket_id, status="waiting", by=mina, now=desk.time()
    )
    await amends(desk, edit_sent.delete_message, entry_id, mina)
    await desk.sends()
    assert (await desk.ticket(ticket_id)).status == "open"


async def test_a_message_in_pieces_is_edited_into_its_first_and_the_others_go(desk):
    desk.channel.parts = 3
    _, mina, entry_id = await answered(desk, "A very long answer")
    await amends(desk, edit_sent.edit_message, entry_id, mina, text="A short one")
    desk.channel.answers = [None, None, DeliveryError("try later")]
    await desk.sends()
    desk.time.passes(hours=1)
    await desk.sends()
    first = (await entry_of(desk, entry_id)).remote_id
    assert desk.channel.changes == [
        ("edit", first, "A short one"), ("withdraw", f"{first}.2"), ("withdraw", f"{first}.3"),
    ]  # fmt: skip
    assert (await entry_of(desk, entry_id)).text == "A short one"


async def test_what_is_left_of_a_message_in_pieces_is_said(desk):
    desk.channel.parts = 2
    _, mina, entry_id = await answered(desk, "A very long answer")
    await amends(desk, edit_sent.edit_message, entry_id, mina, text="A short one")
    desk.channel.answers = [None, DeliveryError("message can't be deleted", permanent=True)]
    await desk.sends()
    entry = await entry_of(desk, entry_id)
    assert entry.text == "A short one"
    assert entry.data["refused"]["reason"] == "message can't be deleted"


async def test_new_words_that_do_not_fit_are_refused_with_the_remote_s_reason(desk):
    desk.channel.parts = 2
    _, mina, entry_id = await answered(desk, "A very long answer")
    await amends(desk, edit_sent.edit_message, entry_id, mina, text="Even longer")
    desk.channel.answers = [DeliveryError("at most 4096 characters", permanent=True)]
    await desk.sends()
    entry = await entry_of(desk, entry_id)
    assert (entry.text, desk.channel.changes) == ("A very long answer", [])
    assert entry.data["refused"]["reason"] == "at most 4096 characters"


async def test_all_pieces_of_a_withdrawn_message_go_and_none_twice(desk):
    desk.channel.parts = 3
    _, mina, entry_id = await answered(desk)
    await amends(desk, edit_sent.delete_message, entry_id, mina)
    desk.channel.answers = [None, DeliveryError("try later")]
    await desk.sends()
    assert "withdrawn_at" not in (await entry_of(desk, entry_id)).data
    desk.time.passes(hours=1)
    await desk.sends()
    first = (await entry_of(desk, entry_id)).remote_id
    assert [one[1] for one in desk.channel.changes] == [first, f"{first}.2", f"{first}.3"]
    assert "withdrawn_at" in (await entry_of(desk, entry_id)).data


async def test_an_answer_to_a_later_piece_finds_the_ticket(desk):
    desk.channel.parts = 2
    ticket_id, _, entry_id = await answered(desk)
    first = (await entry_of(desk, entry_id)).remote_id
    assert await desk.writes("Thank you", sender="sara@customers.example", remote_ids=[f"{first}.2"]) == ticket_id
    await desk.writes("👍", kind="reaction", target=f"{first}.2")
    assert (await desk.timeline(ticket_id))[-1].data["of"] == entry_id


async def test_a_wish_whose_sender_died_is_done_again_and_never_uncertain(desk):
    _, mina, entry_id = await answered(desk)
    await amends(desk, edit_sent.edit_message, entry_id, mina, text="Tomorrow.")
    await desk.database.write(
        outbox.claim, worker="dead", channels=["memory"], now=desk.time(), lease=timedelta(seconds=9), most=4
    )
    desk.time.passes(seconds=10)
    await desk.database.write(recover, context=desk.context, now=desk.time())
    desk.channel.answers = [DeliveryError("no answer came", uncertain=True)]
    await desk.sends()
    desk.time.passes(hours=1)
    await desk.sends()
    assert (await entry_of(desk, entry_id)).text == "Tomorrow."


async def test_changes_leave_after_the_messages_before_them_in_the_same_chat(desk):
    ticket_id, mina, entry_id = await answered(desk)
    await desk.answers(ticket_id, mina, "And one more thing")
    await amends(desk, edit_sent.delete_message, entry_id, mina)
    assert await desk.sends() == 0  # the second answer can still be taken back
    desk.time.passes(seconds=20)
    await desk.sends()
    assert len(desk.channel.sent) == 2
    assert desk.channel.changes[0][0] == "withdraw"


async def test_a_reaction_is_put_on_changed_and_taken_away(desk):
    mina, ticket_id = await desk.person(), await desk.writes()
    (question,) = await desk.timeline(ticket_id)
    await amends(desk, edit_sent.react_to_message, question.id, mina, emoji="👍")
    assert (await entry_of(desk, question.id)).data["ours"]["wanted"] == "👍"
    await desk.sends()
    assert (await entry_of(desk, question.id)).data["ours"] == {"emoji": "👍"}
    await amends(desk, edit_sent.react_to_message, question.id, mina, emoji="🙏")
    desk.channel.answers = [DeliveryError("REACTION_INVALID", permanent=True)]
    await desk.sends()
    assert (await entry_of(desk, question.id)).data["ours"] == {"emoji": "👍", "reason": "REACTION_INVALID"}
    await amends(desk, edit_sent.react_to_message, question.id, mina, emoji="")
    await desk.sends()
    assert (await entry_of(desk, question.id)).data["ours"] == {"emoji": ""}
    assert desk.channel.changes == [("react", "in-1", "👍"), ("react", "in-1", "")]
    (clock,) = await desk.clocks(ticket_id, "first_response")
    assert clock.state == "running"
    with pytest.raises(Invalid):
        await amends(desk, edit_sent.react_to_message, question.id, mina, emoji="<b>")


async def test_only_the_author_changes_the_words_and_strangers_to_the_ticket_delete_nothing(desk):
    _, _, entry_id = await answered(desk)
    omid, leila = await desk.person("Omid"), await desk.person("Leila", "supervisor")
    with pytest.raises(Forbidden):
        await amends(desk, edit_sent.edit_message, entry_id, leila, text="My words in your mouth")
    with pytest.raises(Forbidden):
        await amends(desk, edit_sent.delete_message, entry_id, omid)
    await amends(desk, edit_sent.delete_message, entry_id, leila)


async def test_what_has_not_arrived_can_be_undone_but_not_changed(desk):
    mina, ticket_id = await desk.person(), await desk.writes()
    entry_id = await desk.answers(ticket_id, mina)
    for verb, more in ((edit_sent.edit_message, {"text": "Other words"}), (edit_sent.delete_message, {})):
        with pytest.raises(Conflict):
            await amends(desk, verb, entry_id, mina, **more)


async def test_only_those_who_answer_for_it_send_a_failed_message_again(desk):
    mina, ticket_id = await desk.person(), await desk.writes()
    omid, leila = await desk.person("Omid"), await desk.person("Leila", "supervisor")
    entry_id = await desk.answers(ticket_id, mina)
    desk.time.passes(seconds=20)
    for person_id in (mina, leila):
        desk.channel.answers = [DeliveryError("no", permanent=True)]
        await desk.sends()
        with pytest.raises(Forbidden):
            await amends(desk, reply.send_again, entry_id, omid)
        await amends(desk, reply.send_again, entry_id, person_id)

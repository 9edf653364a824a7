"""The rule of the first human response and its deadly cases, on the running desk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from channels.contract import DeliveryError
from helpdesk.errors import Conflict, Forbidden
from helpdesk.journey.answering import reply
from helpdesk.journey.lifecycle import status, survey
from helpdesk.tickets.lists import ticket_lists


async def resolve(desk, number, by, to="resolved"):
    await desk.database.write(status.set_status, desk.context, ticket_id=number, status=to, by=by, now=desk.time())


async def first(desk, number):
    return (await desk.clocks(number, "first_response"))[-1]


async def test_t1_a_robot_does_not_stop_the_clock_a_person_does(tmp_path, database):
    from tests.support.desk.desk_story import story

    desk = story(database, tmp_path, settings={"automatic": {"acknowledgement": True}})
    number, mina = await desk.writes(), await desk.person()
    robot = (await desk.timeline(number))[-1]
    assert (robot.author, robot.automatic) == ("automation", True)
    assert (await first(desk, number)).state == "running"
    desk.time.passes(minutes=9)
    answer = await desk.answers(number, mina)
    clock = await first(desk, number)
    assert (clock.stop_entry_id, clock.person_id, clock.working_seconds) == (answer, mina, 540)
    assert clock.not_counted == [robot.id]


async def test_t2_resolved_without_an_answer_the_first_response_stays_empty(desk):
    number, mina = await desk.writes(), await desk.person()
    await resolve(desk, number, mina)
    clock = await first(desk, number)
    assert (clock.state, clock.stopped_at, clock.fire_at) == ("unanswered", None, None)
    assert (await desk.timeline(number))[-1].kind == "survey"


async def test_t6_an_answer_that_never_arrived_is_no_answer_and_a_later_success_counts_at_its_time(desk):
    number, mina = await desk.writes(), await desk.person()
    entry = await desk.answers(number, mina)
    desk.channel.answers = [DeliveryError("no such mailbox", permanent=True, unreachable=True)]
    desk.time.passes(minutes=2)
    await desk.sends()
    clock = await first(desk, number)
    assert (clock.state, clock.stop_entry_id) == ("running", None)
    assert (await desk.ticket(number)).answered is False
    desk.time.passes(minutes=3)
    await desk.database.write(reply.send_again, desk.context, entry_id=entry, person_id=mina, now=desk.time())
    await desk.sends()
    clock = await first(desk, number)
    assert (clock.state, clock.stopped_at, clock.stop_entry_id) == ("stopped", desk.time.now, entry)


async def test_t6_a_bounce_revokes_the_stop_and_marks_the_address(desk):
    from helpdesk.contacts import queries as contacts

    number, mina = await desk.writes(), await desk.person()
    entry = await desk.answers(number, mina)
    desk.time.passes(minutes=1)
    await desk.sends()
    token = desk.channel.sent[0].token
    failed = {"state": "failed", "permanent": True, "reason": "550 no such user"}
    await desk.writes(
        "Delivery failed",
        sender="postmaster@elsewhere.example",
        delivery=failed,
        message_tokens=[token],
        automatic=True,
    )
    assert (await first(desk, number)).state == "running"
    lines = await desk.timeline(number)
    assert next(one for one in lines if one.id == entry).delivery == "failed"
    address = await desk.database.read(contacts.by_address, address="memory:sara@customers.example")
    assert address.unreachable_at is not None
    await desk.writes("I am back")
    address = await desk.database.read(contacts.by_address, address="memory:sara@customers.example")
    assert address.unreachable_at is None


async def test_t6_a_mailbox_that_stayed_full_revokes_the_stop_and_keeps_the_address(desk):
    from helpdesk.contacts import queries as contacts

    number, mina = await desk.writes(), await desk.person()
    await desk.answers(number, mina)
    desk.time.passes(minutes=1)
    await desk.sends()
    given_up = {"state": "failed", "permanent": False, "reason": "452 mailbox full"}
    await desk.writes(
        "Not delivered",
        sender="postmaster@elsewhere.example",
        delivery=given_up,
        message_tokens=[desk.channel.sent[0].token],
        automatic=True,
    )
    assert (await first(desk, number)).state == "running"
    address = await desk.database.read(contacts.by_address, address="memory:sara@customers.example")
    assert address.unreachable_at is None


async def test_t11_reopening_makes_cycle_two_with_a_clock_of_its_own(desk):
    number, mina = await desk.writes(id="q"), await desk.person()
    await desk.answers(number, mina)
    await resolve(desk, number, mina)
    desk.time.passes(hours=2)
    await desk.writes("broken again", remote_ids=["q"])
    clocks = await desk.clocks(number, "first_response")
    assert [(one.cycle, one.state) for one in clocks] == [(1, "stopped"), (2, "running")]
    assert clocks[1].started_at == desk.time.now


async def test_t12_vacation_mail_neither_reopens_nor_starts_a_clock(desk):
    number, mina = await desk.writes(id="q"), await desk.person()
    await desk.answers(number, mina)
    await resolve(desk, number, mina)
    before = len(await desk.clocks(number))
    assert await desk.writes("I am away", automatic=True, remote_ids=["q"]) == number
    assert (await desk.ticket(number)).status == "resolved"
    assert len(await desk.clocks(number)) == before


async def test_t14_a_late_watcher_fires_once_with_the_right_times(desk):
    number = await desk.writes()
    due = desk.time.now + timedelta(minutes=30)
    desk.time.passes(hours=3)
    while await desk.looks():
        pass
    clock = await first(desk, number)
    assert (clock.breached_at, clock.warned_at) == (due, due - timedelta(minutes=7, seconds=30))
    said = [one.data for one in await desk.timeline(number) if one.kind == "change"]
    breaches = [one for one in said if one["change"] == "breached" and one["clock"] == "first_response"]
    assert [one["at"] for one in breaches] == [due.isoformat()]
    assert await desk.looks() == 0


async def test_a_warning_comes_at_three_quarters_of_the_target(desk):
    number = await desk.writes()
    desk.time.passes(minutes=22, seconds=30)
    assert await desk.looks() == 1
    said = [one.data["change"] for one in await desk.timeline(number) if one.kind == "change"]
    assert said == ["warned"]
    assert await desk.looks() == 0


async def test_the_next_response_runs_from_the_oldest_unanswered_message(desk):
    number, mina = await desk.writes(id="q"), await desk.person()
    await desk.answers(number, mina)
    started = desk.time.passes(minutes=5)
    await desk.writes("and the colour?", remote_ids=["q"])
    desk.time.passes(minutes=5)
    await desk.writes("hello?", remote_ids=["q"])
    clocks = await desk.clocks(number, "next_response")
    assert [(one.started_at, one.due_at) for one in clocks] == [(started, started + timedelta(minutes=60))]
    await desk.answers(number, mina)
    assert (await desk.clocks(number, "next_response"))[0].state == "stopped"


async def test_undo_takes_the_answer_back_and_the_clock_goes_on(desk):
    number, mina = await desk.writes(), await desk.person()
    entry = await desk.answers(number, mina, then="resolved")
    desk.time.passes(seconds=10)
    await desk.database.write(reply.undo_reply, desk.context, entry_id=entry, person_id=mina, now=desk.time())
    desk.time.passes(hours=1)
    assert await desk.sends() == 0
    clock = await first(desk, number)
    assert (clock.state, (await desk.ticket(number)).status) == ("running", "new")
    with pytest.raises(Conflict):
        await desk.database.write(reply.undo_reply, desk.context, entry_id=entry, person_id=mina, now=desk.time())


async def test_only_the_author_can_take_an_answer_back(desk):
    number, mina, omid = await desk.writes(), await desk.person(), await desk.person("Omid")
    entry = await desk.answers(number, mina)
    with pytest.raises(Forbidden):
        await desk.database.write(reply.undo_reply, desk.context, entry_id=entry, person_id=omid, now=desk.time())


async def test_sending_stops_when_something_new_arrived_while_writing(desk):
    number, mina = await desk.writes(id="q"), await desk.person()
    seen = (await desk.timeline(number))[-1].id
    await desk.writes("one more thing", remote_ids=["q"])
    with pytest.raises(Conflict):
        await desk.answers(number, mina, seen=seen)


async def test_waiting_pauses_the_resolution_clock_and_an_answer_resumes_it(desk):
    number, mina = await desk.writes(id="q"), await desk.person()
    desk.time.passes(minutes=60)
    await desk.answers(number, mina, then="waiting")
    paused = (await desk.clocks(number, "resolution"))[0]
    assert (paused.state, paused.working_seconds, paused.due_at) == ("paused", 3600, None)
    desk.time.passes(minutes=120)
    await desk.writes("here is the photo", remote_ids=["q"])
    running = (await desk.clocks(number, "resolution"))[0]
    assert running.state == "running"
    assert running.due_at == desk.time.now + timedelta(minutes=420)


async def test_the_list_shows_the_nearest_deadline_first_and_pages_by_key(desk):
    mina = await desk.person()
    numbers = []
    for minute in range(5):
        numbers.append(await desk.writes(f"question {minute}", sender=f"c{minute}@customers.example"))
        desk.time.passes(minutes=1)
    view = {"view": "all", "person_id": mina, "now": desk.time(), "most": 2}
    pages, after = [], None
    while True:
        page = await desk.database.read(ticket_lists.page, **view, after=after)
        pages.append([row.id for row in page.rows])
        after = page.after and ticket_lists.After.parse(str(page.after))
        if after is None:
            break
    assert pages == [numbers[:2], numbers[2:4], numbers[4:]]
    assert (await desk.database.read(ticket_lists.counts, person_id=mina, now=desk.time()))["unassigned"] == 5


async def test_a_sad_tap_is_stored_once_and_asks_for_a_call_back(desk):
    from helpdesk.surveys import queries as surveys

    number, mina = await desk.writes(), await desk.person()
    await desk.answers(number, mina, then="resolved")
    desk.time.passes(minutes=11)
    await desk.sends()
    invitation = next(one for one in desk.channel.sent if one.kind == "survey")
    assert [face.score for face in invitation.faces] == ["happy", "neutral", "sad"]
    assert invitation.automatic
    token = invitation.faces[0].url.partition("/s/")[2].partition("?")[0]
    for _ in range(2):
        await desk.database.write(survey.record_answer, desk.context, token=token, score="sad", now=desk.time())
    await desk.database.write(
        survey.record_reasons, desk.context, token=token, reasons=["slow"], words="Nobody called.", now=desk.time()
    )
    answers = [one for one in await desk.timeline(number) if one.kind == "survey" and one.author == "customer"]
    assert [one.data["score"] for one in answers] == ["sad", "sad"]
    tasks = await desk.database.read(surveys.follow_ups_of, ticket_id=number)
    assert [one.due_at for one in tasks] == [desk.time.now + timedelta(minutes=30)]
    ticket = await desk.ticket(number)
    assert (ticket.status, ticket.sad_at) == ("resolved", desk.time.now)


async def test_t13_a_tap_can_be_changed_for_two_days_and_given_for_fourteen(desk):
    number, mina = await desk.writes(), await desk.person()
    await desk.answers(number, mina, then="resolved")
    desk.time.passes(minutes=11)
    await desk.sends()
    token = desk.channel.sent[-1].faces[0].url.partition("/s/")[2].partition("?")[0]
    await desk.database.write(survey.record_answer, desk.context, token=token, score="happy", now=desk.time())
    desk.time.passes(hours=47)
    await desk.database.write(survey.record_answer, desk.context, token=token, score="neutral", now=desk.time())
    desk.time.passes(hours=2)
    with pytest.raises(Conflict):
        await desk.database.write(survey.record_answer, desk.context, token=token, score="sad", now=desk.time())
    assert (await desk.ticket(number)).status == "resolved"


async def test_two_desks_that_acknowledge_each_other_end_within_three_messages(tmp_path, database):
    from tests.support.desk.desk_story import story

    desk = story(database, tmp_path, settings={"automatic": {"acknowledgement": True}})
    for count in range(10):  # the other desk marks nothing and answers everything from a new thread
        await desk.writes(f"Your message {count} arrived", sender="robot@elsewhere.example")
        await desk.sends()
    assert len(desk.channel.sent) <= 4
    await desk.writes("marked", sender="marked@elsewhere.example", automatic=True)
    await desk.sends()
    assert not any(one.to.address.startswith("memory:marked") for one in desk.channel.sent)

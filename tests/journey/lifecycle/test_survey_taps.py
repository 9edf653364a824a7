"""One tap in a mail is one answer; a program that loads every link of it has given none."""

from __future__ import annotations

import pytest

from helpdesk.journey.lifecycle import status, survey, survey_taps
from helpdesk.surveys import queries
from helpdesk.tickets.events.message_events import SurveyNotSent
from helpdesk.tickets.events.stored_events import event_of


async def _asked(desk):
    """A resolved ticket and the token of its survey, which has left."""
    mina, ticket_id = await desk.person(), await desk.writes()
    await desk.answers(ticket_id, mina, then="resolved")
    desk.time.passes(hours=1)
    await desk.sends()
    return ticket_id, next(one for one in desk.channel.sent if one.kind == "survey").survey


async def _loads(desk, token, score):
    return await desk.database.write(survey_taps.record_loaded, desk.context, token=token, score=score, now=desk.time())


async def _settles(desk):
    return await desk.database.write(survey_taps.settle, desk.context, now=desk.time())


async def _stored(desk, ticket_id):
    (found,) = await desk.database.read(queries.of_ticket, ticket_id=ticket_id)
    follow_ups = await desk.database.read(queries.follow_ups_of, ticket_id=ticket_id)
    return found.score, len(follow_ups)


async def test_a_sad_tap_is_kept_at_once_and_its_call_back_waits_for_a_minute(desk):
    ticket_id, token = await _asked(desk)
    assert await _loads(desk, token, "sad") == "kept"
    assert await _stored(desk, ticket_id) == ("sad", 0)
    desk.time.passes(seconds=59)
    assert await _settles(desk) == 0
    desk.time.passes(seconds=1)
    assert await _settles(desk) == 1
    assert await _stored(desk, ticket_id) == ("sad", 1)
    assert (await desk.ticket(ticket_id)).sad_at is not None
    assert await desk.database.read(survey_taps.next_settling) is None


@pytest.mark.parametrize("faces", [("happy", "neutral", "sad"), ("sad", "neutral", "happy"), ("sad", "sad", "happy")])
async def test_a_program_that_loads_every_link_has_answered_nothing(desk, faces):
    ticket_id, token = await _asked(desk)
    for face in faces:
        desk.time.passes(seconds=5)
        last = await _loads(desk, token, face)
    assert last == "choose"
    desk.time.passes(minutes=2)
    await _settles(desk)
    assert await _stored(desk, ticket_id) == (None, 0)
    lines = [entry.data["change"] for entry in await desk.timeline(ticket_id) if entry.kind == "change"]
    assert "taps_taken_back" in lines
    assert "follow_up" not in lines
    assert await _loads(desk, token, "happy") == "kept"  # the person comes later


async def test_a_loaded_page_never_changes_an_answer(desk):
    ticket_id, token = await _asked(desk)
    await _loads(desk, token, "happy")
    desk.time.passes(minutes=5)
    await _settles(desk)
    assert await _loads(desk, token, "sad") == "choose"
    assert await _stored(desk, ticket_id) == ("happy", 0)
    await desk.database.write(survey.record_answer, desk.context, token=token, score="sad", now=desk.time())
    assert await _loads(desk, token, "happy") == "choose"
    assert await _stored(desk, ticket_id) == ("sad", 1)


async def test_what_a_person_presses_within_the_minute_is_sure_at_once(desk):
    ticket_id, token = await _asked(desk)
    await _loads(desk, token, "sad")
    await desk.database.write(survey.record_answer, desk.context, token=token, score="sad", now=desk.time())
    assert await _stored(desk, ticket_id) == ("sad", 1)
    assert await _loads(desk, token, "happy") == "choose"
    assert await _stored(desk, ticket_id) == ("sad", 1)


async def test_why_no_survey_was_sent_is_a_line(desk):
    ticket_id, _ = await _asked(desk)
    second = await desk.writes("Another thing")
    assert second != ticket_id
    await desk.database.write(
        status.set_status, desk.context, ticket_id=second, status="resolved", by=None, now=desk.time()
    )
    events = [event_of(entry.data) for entry in await desk.timeline(second) if entry.kind == "change"]
    assert [event.why for event in events if isinstance(event, SurveyNotSent)] == ["cool_down"]

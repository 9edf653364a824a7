"""Taps that a survey's page makes when it is loaded: one is an answer, contradicting ones are a program that reads links.

A person who taps a face in a mail has answered, with nothing else to press. A program that loads every link of a mail
does the same within moments. So such a tap sets an empty answer and never changes one; another face within a minute
takes it back, and what a sad answer brings about waits for that minute.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection

from helpdesk.database.engine import hint
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import survey as answers
from helpdesk.surveys import actions, queries
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries as ticket_queries
from helpdesk.tickets.events.message_events import TapsTakenBack

UNSURE = timedelta(minutes=1)


def record_loaded(
    tx: Connection, context: DeskContext, *, token: str, score: str, now: datetime
) -> Literal["kept", "choose"]:
    """A page that was loaded says which face its link names. `choose`: the visitor has to press one themselves."""
    survey = answers.find_survey(tx, context, token=token, now=now)
    unsure = survey.loaded_at is not None and now < survey.loaded_at + UNSURE
    if survey.score == score:
        return "kept"
    if survey.score is None and not unsure:
        answers.record_answer(tx, context, token=token, score=score, now=now, loaded=True)
        return "kept"
    if survey.score is not None and unsure:
        actions.take_back_answer(tx, survey_id=survey.id, now=now)
        ticket = ticket_queries.surviving_ticket(tx, ticket_id=survey.ticket_id)
        event = TapsTakenBack(survey=survey.id, was=survey.score)
        tickets.record_event(tx, event, ticket_id=ticket.id, now=now, author="system")
        hint(tx, "survey", ticket.id)
    return "choose"


def settle(tx: Connection, context: DeskContext, *, now: datetime, most: int = 100) -> int:
    """Taps nothing has contradicted for a minute are answers: a sad one gets its call back. Returns how many."""
    settled = queries.loaded_before(tx, moment=now - UNSURE, most=most)
    for survey in settled:
        answers.confirm(tx, context, survey=survey, now=now)
    return len(settled)


def next_settling(tx: Connection) -> datetime | None:
    """When the next tap is sure."""
    first = queries.first_loaded(tx)
    return None if first is None else first + UNSURE

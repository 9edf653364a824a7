"""Survey answers given on the channel itself: a face, or words."""

from __future__ import annotations

from dataclasses import replace

import structlog
from sqlalchemy import Connection

from channels.contract import Inbound, SurveyAnswer
from helpdesk.errors import DeskError, Unavailable
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import survey
from helpdesk.journey.receiving.arrival import Arrival
from helpdesk.tickets import queries

log = structlog.get_logger("survey_answers")

log = structlog.get_logger("survey_answers")


def receive_survey_answer(tx: Connection, context: DeskContext, arrival: Arrival, inbound: Inbound) -> int | None:
    """A face or words given on the channel itself. A forged or late answer changes no survey; see `as_written`."""
    answer = inbound.survey
    if answer is None:
        return None
    try:
        return _record(tx, context, arrival, answer)
    except Unavailable:
        raise
    except DeskError as error:
        log.info("survey answer refused", channel=arrival.channel, why=type(error).__name__)
        return None


def as_message(inbound: Inbound) -> Inbound | None:
    """A face or words that no survey takes any more, as the message they came as. None: there is nothing to read."""
    if not inbound.text or inbound.author is None or inbound.survey is None:
        return None
    return replace(inbound, kind="message", gesture=not inbound.survey.words, survey=None)


def _record(tx: Connection, context: DeskContext, arrival: Arrival, answer: SurveyAnswer) -> int | None:
    token = answer.token
    if token is None and answer.call is not None:
        entry_id = queries.entry_by_remote_id(tx, channel=arrival.channel, remote_id=answer.call)
        if entry_id is None or answer.score is None:
            return None
        ticket = queries.ticket(tx, ticket_id=queries.entry(tx, entry_id=entry_id).ticket_id)
        token = survey.start_call_survey(tx, ticket=ticket, now=arrival.received_at)
        if token is None:
            return None
    if token is None:
        return None
    stored = survey.find_survey(tx, context, token=token, now=arrival.received_at)
    if answer.score is not None:
        survey.record_answer(tx, context, token=token, score=answer.score, now=arrival.received_at)
    if answer.words or answer.reasons:
        survey.record_reasons(
            tx, context, token=token, reasons=answer.reasons, words=answer.words, now=arrival.received_at
        )
    return queries.newest_entry(tx, ticket_id=queries.surviving_ticket(tx, ticket_id=stored.ticket_id).id)

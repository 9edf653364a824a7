"""The three stickers: invite on resolution, take a tap once, ask why, and call a sad customer back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from helpdesk.contacts import queries as contacts
from helpdesk.database.engine import hint
from helpdesk.errors import Conflict, Invalid, NotFound
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import follow_up
from helpdesk.journey.outgoing import automatic
from helpdesk.journey.outgoing.automatic import SurveyInvitation
from helpdesk.outbox import actions as outbox
from helpdesk.outbox import queries as outbox_queries
from helpdesk.surveys import actions, queries, rules
from helpdesk.surveys.queries import SurveyRow
from helpdesk.text import clean
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries as ticket_queries
from helpdesk.tickets.events.message_events import CalledBack, FollowUpCreated, SurveyNotSent
from helpdesk.tickets.rows import Json, NewEntry, TicketRow
from helpdesk.tickets.timeline import Timeline

FOLLOW_UP_MINUTES = 30
MOST_WORDS = 2000
MOST_CHANGES = 20  # lines of one survey on its timeline


def send_invitation(
    tx: Connection, context: DeskContext, *, ticket: TicketRow, timeline: Timeline | None = None, now: datetime
) -> int | None:
    """Ask how it was, over the channel of the customer's last message. None: the rules say no."""
    why = rules.why_no_survey(
        _ending(tx, ticket), enabled=context.survey.enabled, cool_down=context.survey.cool_down, now=now
    )
    if why is not None:
        event = SurveyNotSent(why=why)
        if timeline is not None:
            timeline.record_event(tx, event, now=now, author="system")
        else:
            tickets.record_event(tx, event, ticket_id=ticket.id, now=now, author="system")
        return None
    token = new_token(context, ticket.channel)
    language = ticket.language or context.language
    text = context.render_text(
        "survey.txt", language, name=ticket.contact_name, number=ticket.id, subject=ticket.subject, desk=context.name
    )
    due_at = now + max(context.survey.delay(ticket.channel), context.time_to_undo(ticket.channel))
    entry_id = automatic.send_automatic(
        tx, context, ticket=ticket, text=text, now=now, due_at=due_at, data={"cycle": ticket.cycle},
        invitation=SurveyInvitation(token=token, faces=_faces(context, token, language)), timeline=timeline,
    )  # fmt: skip
    _record_invitation(tx, ticket, token, entry_id, now)
    return entry_id


def _record_invitation(tx: Connection, ticket: TicketRow, token: str, entry_id: int | None, now: datetime) -> None:
    actions.record_invitation(
        tx, ticket_id=ticket.id, cycle=ticket.cycle, entry_id=entry_id, contact_id=ticket.contact_id,
        channel=ticket.channel, person_id=ticket.assignee_id, team_id=ticket.team_id,
        token_hash=actions.token_hash(token), invited_at=now,
    )  # fmt: skip


def new_token(context: DeskContext, channel: str) -> str:
    """What a survey's link ends with: 192 random bits, in a text message 96, so that its words fit into one."""
    return secrets.token_urlsafe(12 if context.hours(channel) == "phone" else 24)


def start_call_survey(tx: Connection, *, ticket: TicketRow, now: datetime) -> str | None:
    """The token of a survey asked by keypad in the call itself. None: this cycle was asked already."""
    if any(survey.cycle == ticket.cycle for survey in queries.of_ticket(tx, ticket_id=ticket.id)):
        return None
    token = secrets.token_urlsafe(24)
    _record_invitation(tx, ticket, token, None, now)
    return token


def _ending(tx: Connection, ticket: TicketRow) -> rules.Ending:
    invited, last_invited_at = queries.invited_before(
        tx, contact_id=ticket.contact_id, ticket_id=ticket.id, cycle=ticket.cycle
    )  # fmt: skip
    address = contacts.by_address(tx, address=ticket.address)
    return rules.Ending(
        cycle=ticket.cycle,
        spam=ticket.spam_at is not None,
        merged=ticket.merged_into_id is not None,
        automatic=ticket.automatic,
        invited_this_cycle=invited,
        last_invited_at=last_invited_at,
        unreachable=address is None or address.unreachable_at is not None,
    )


def _faces(context: DeskContext, token: str, language: str) -> list[dict[str, str]]:
    return [
        {
            "score": score,
            "label": context.render_text(f"face_{score}.txt", language).strip(),
            "url": f"{context.public_url}/s/{token}?face={score}",
            "picture": f"{context.public_url}/assets/stickers/{score}.png",
        }
        for score in rules.SCORES
    ]


def withdraw_invitation(tx: Connection, *, ticket_id: int, cycle: int, now: datetime) -> None:
    """The ticket was opened again: an invitation that has not left does not leave."""
    for survey in queries.of_ticket(tx, ticket_id=ticket_id):
        if survey.cycle != cycle or survey.entry_id is None:
            continue
        waiting = outbox_queries.of_entry(tx, entry_id=survey.entry_id)
        if waiting is not None and waiting.state == "queued":
            outbox.cancel(tx, entry_id=survey.entry_id, now=now, tried=True)
            tickets.set_delivery(tx, entry_id=survey.entry_id, state="undone")
            actions.mark_withdrawn(tx, survey_id=survey.id)


def record_answer(
    tx: Connection, context: DeskContext, *, token: str, score: str, now: datetime, loaded: bool = False
) -> SurveyRow:
    """Store a tap, the first or a changed one; returns the survey. Raises NotFound, Conflict when it is too late.

    `loaded`: a page that was loaded made it; what a sad one brings about waits until it is sure.
    """
    if score not in rules.SCORES:
        raise Invalid("There are three faces: happy, neutral and sad.", "face")
    survey = find_survey(tx, context, token=token, now=now)
    if survey.score == score:
        if survey.loaded_at is not None and not loaded:
            confirm(tx, context, survey=survey, now=now)
        return survey
    _limit_changes(tx, survey)
    first = survey.answered_at is None
    actions.record_answer(tx, survey_id=survey.id, score=score, now=now, first=first, loaded=loaded)
    ticket = ticket_queries.surviving_ticket(tx, ticket_id=survey.ticket_id)
    data = {"score": score, "was": survey.score, "survey": survey.id, "cycle": survey.cycle}
    tickets.add_entry(tx, _answer_entry(survey, ticket, now, data))
    if loaded:
        hint(tx, "clocks")
    elif score == "sad":
        _create_follow_up(tx, context, survey, ticket, now)
    hint(tx, "survey", ticket.id)
    return queries.known_token(tx, token_hash=survey.token_hash)


def confirm(tx: Connection, context: DeskContext, *, survey: SurveyRow, now: datetime) -> None:
    """The answer of a page is a person's: a sad one gets its call back."""
    actions.mark_sure(tx, survey_id=survey.id)
    if survey.score == "sad":
        ticket = ticket_queries.surviving_ticket(tx, ticket_id=survey.ticket_id)
        _create_follow_up(tx, context, survey, ticket, now)
        hint(tx, "survey", ticket.id)


def _answer_entry(survey: SurveyRow, ticket: TicketRow, now: datetime, data: Json, comment: str = "") -> NewEntry:
    return NewEntry(
        ticket_id=ticket.id, at=now, kind="survey", author="customer", public=True, contact_id=survey.contact_id,
        channel=survey.channel, text=comment, data=data,
    )  # fmt: skip


def _limit_changes(tx: Connection, survey: SurveyRow) -> None:
    """Whoever has the link may change their mind, but not fill a timeline. Raises Conflict."""
    ticket = ticket_queries.surviving_ticket(tx, ticket_id=survey.ticket_id)
    lines = ticket_queries.timeline(tx, ticket_id=ticket.id, most=MOST_CHANGES * 3)
    if (
        sum(1 for line in lines if line.kind == "survey" and (line.data or {}).get("survey") == survey.id)
        >= MOST_CHANGES
    ):
        raise Conflict("This answer was changed very often; it stays as it is now.")


class AnswerFixed(Conflict):
    """The survey was answered, and the time in which the answer can be changed is over."""


def find_survey(tx: Connection, context: DeskContext, *, token: str, now: datetime) -> SurveyRow:
    """The survey behind a link that can still be answered. Raises NotFound, Conflict when it is too late."""
    survey = queries.by_token(tx, token_hash=actions.token_hash(token))
    if survey is None:
        raise NotFound("This survey link is not one of ours.")
    if not rules.may_answer(
        invited_at=survey.invited_at,
        answered_at=survey.answered_at,
        answerable=context.survey.answerable,
        changeable=context.survey.changeable,
        now=now,
    ):
        if survey.answered_at is not None:
            raise AnswerFixed("This survey is closed. Thank you all the same.")
        raise Conflict("This survey is closed. Thank you all the same.")
    return survey


def record_reasons(
    tx: Connection, context: DeskContext, *, token: str, reasons: Sequence[str], words: str, now: datetime
) -> SurveyRow:
    """Store why, after a tap. Raises Conflict before it."""
    survey = find_survey(tx, context, token=token, now=now)
    if survey.score is None:
        raise Conflict("Choose a face first.")
    comment = clean(words).strip()[:MOST_WORDS]
    chosen = [reason[:64] for reason in reasons][:12]
    if list(survey.reasons or []) == chosen and (survey.words or "") == comment:
        return survey
    _limit_changes(tx, survey)
    actions.record_reasons(tx, survey_id=survey.id, reasons=chosen, words=comment)
    ticket = ticket_queries.surviving_ticket(tx, ticket_id=survey.ticket_id)
    data = {"score": survey.score, "reasons": chosen, "survey": survey.id, "cycle": survey.cycle}
    tickets.add_entry(tx, _answer_entry(survey, ticket, now, data, comment))
    hint(tx, "survey", ticket.id)
    return queries.known_token(tx, token_hash=survey.token_hash)


def _create_follow_up(
    tx: Connection, context: DeskContext, survey: SurveyRow, ticket: TicketRow, now: datetime
) -> None:
    """Whoever has the ticket now is to call; nobody has it: whoever is free."""
    due_at = context.targets.calendar("written")[1].due_at(now, FOLLOW_UP_MINUTES)
    fresh = actions.create_follow_up(
        tx, survey_id=survey.id, ticket_id=ticket.id, owner_id=ticket.assignee_id, due_at=due_at, now=now
    )
    if fresh:
        follow_up.refresh_deadline(tx, ticket_id=ticket.id)
        tickets.change(tx, ticket_id=ticket.id, changed_at=now)
        event = FollowUpCreated(to=ticket.assignee_id, due_at=due_at.isoformat() if due_at else None)
        tickets.record_event(tx, event, ticket_id=ticket.id, now=now, author="automation")


def complete_follow_up(
    tx: Connection, *, ticket_id: int, follow_up_id: int, outcome: str, person_id: int | None, now: datetime
) -> None:
    """Close the follow-up of a sad customer with its outcome."""
    words = clean(outcome).strip()
    if not words:
        raise Invalid("Write in a few words how the call back went.", "outcome")
    actions.complete_follow_up(tx, follow_up_id=follow_up_id, ticket_id=ticket_id, outcome=words, now=now)
    follow_up.refresh_deadline(tx, ticket_id=ticket_id)
    tickets.change(tx, ticket_id=ticket_id, changed_at=now)
    event = CalledBack(outcome=words)
    tickets.record_event(tx, event, ticket_id=ticket_id, now=now, author="agent", person_id=person_id)

"""Reads of surveys and follow-ups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, cast

from sqlalchemy import Connection, func, select

from helpdesk.database.metadata import Row
from helpdesk.surveys.models import follow_ups, surveys


class SurveyRow(Protocol):
    """A survey of one cycle of a ticket. `score` None: not answered yet."""

    id: int
    ticket_id: int
    cycle: int
    entry_id: int | None
    contact_id: int
    channel: str
    person_id: int | None
    team_id: int | None
    token_hash: str
    invited_at: datetime
    answered_at: datetime | None
    score: str | None
    reasons: list[str] | None
    words: str | None
    loaded_at: datetime | None


def by_token(tx: Connection, *, token_hash: str) -> SurveyRow | None:
    """The survey a link belongs to."""
    row = tx.execute(select(surveys).where(surveys.c.token_hash == token_hash)).first()
    return cast("SurveyRow | None", row)


def known_token(tx: Connection, *, token_hash: str) -> SurveyRow:
    """The same, for a survey known to exist."""
    survey = by_token(tx, token_hash=token_hash)
    assert survey is not None
    return survey


def of_ticket(tx: Connection, *, ticket_id: int) -> Sequence[Row]:
    """Every survey of a ticket, by cycle."""
    return tx.execute(select(surveys).where(surveys.c.ticket_id == ticket_id).order_by(surveys.c.cycle)).all()


def by_ids(tx: Connection, *, survey_ids: Sequence[int]) -> Sequence[Row]:
    """These surveys."""
    return tx.execute(select(surveys).where(surveys.c.id.in_(list(survey_ids)))).all()


def of_contact(tx: Connection, *, contact_id: int, most: int = 8) -> Sequence[Row]:
    """A customer's answered surveys, newest first."""
    return tx.execute(
        select(surveys)
        .where(surveys.c.contact_id == contact_id, surveys.c.score.is_not(None))
        .order_by(surveys.c.id.desc())
        .limit(most)
    ).all()


def invited_before(tx: Connection, *, contact_id: int, ticket_id: int, cycle: int) -> tuple[bool, datetime | None]:
    """Whether a survey was sent about this cycle of a ticket, and when its customer was last asked about any."""
    here = select(surveys.c.id).where(surveys.c.ticket_id == ticket_id, surveys.c.cycle == cycle).exists()
    last = select(func.max(surveys.c.invited_at)).where(surveys.c.contact_id == contact_id).scalar_subquery()
    row = tx.execute(select(here, last)).one()
    return bool(row[0]), row[1]


def of_tickets(tx: Connection, *, ticket_ids: Sequence[int]) -> Sequence[Row]:
    """The surveys of some tickets."""
    return tx.execute(select(surveys).where(surveys.c.ticket_id.in_(list(ticket_ids))).order_by(surveys.c.id)).all()


def follow_ups_of(tx: Connection, *, ticket_id: int) -> Sequence[Row]:
    """The call-backs of a ticket."""
    return tx.execute(select(follow_ups).where(follow_ups.c.ticket_id == ticket_id).order_by(follow_ups.c.id)).all()


def loaded_before(tx: Connection, *, moment: datetime, most: int) -> Sequence[SurveyRow]:
    """Surveys whose page answered by itself no later than `moment`, the earliest first."""
    statement = select(surveys).where(surveys.c.loaded_at <= moment).order_by(surveys.c.loaded_at).limit(most)
    return cast("Sequence[SurveyRow]", tx.execute(statement.with_for_update()).all())


def first_loaded(tx: Connection) -> datetime | None:
    """When the earliest such answer was given that is not sure yet."""
    return tx.execute(select(func.min(surveys.c.loaded_at)).where(surveys.c.loaded_at.is_not(None))).scalar()

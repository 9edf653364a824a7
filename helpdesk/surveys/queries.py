"""Reads of surveys and follow-ups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from helpdesk.database.metadata import Row
from helpdesk.surveys.models import follow_ups, surveys


def by_token(tx: Connection, *, token_hash: str) -> Row | None:
    """The survey a link belongs to."""
    return tx.execute(select(surveys).where(surveys.c.token_hash == token_hash)).first()


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


def last_invited(tx: Connection, *, contact_id: int) -> datetime | None:
    """When a customer was last asked."""
    return tx.execute(select(func.max(surveys.c.invited_at)).where(surveys.c.contact_id == contact_id)).scalar()


def of_tickets(tx: Connection, *, ticket_ids: Sequence[int]) -> Sequence[Row]:
    """The surveys of some tickets."""
    return tx.execute(select(surveys).where(surveys.c.ticket_id.in_(list(ticket_ids))).order_by(surveys.c.id)).all()


def follow_ups_of(tx: Connection, *, ticket_id: int) -> Sequence[Row]:
    """The call-backs of a ticket."""
    return tx.execute(select(follow_ups).where(follow_ups.c.ticket_id == ticket_id).order_by(follow_ups.c.id)).all()

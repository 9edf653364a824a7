"""Reads of surveys and follow-ups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from helpdesk.database.metadata import Line
from helpdesk.surveys.models import follow_ups, surveys


def by_token(tx: Connection, *, token_hash: str) -> Line | None:
    """The survey a link belongs to."""
    return tx.execute(select(surveys).where(surveys.c.token_hash == token_hash)).first()


def of_ticket(tx: Connection, *, ticket_id: int) -> Sequence[Line]:
    """Every survey of a ticket, by cycle."""
    return tx.execute(select(surveys).where(surveys.c.ticket_id == ticket_id).order_by(surveys.c.cycle)).all()


def of_contact(tx: Connection, *, contact_id: int, most: int = 8) -> Sequence[Line]:
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


def overdue(tx: Connection, *, ticket_ids: Sequence[int], now: datetime) -> frozenset[int]:
    """Those of some tickets whose customer should have been called back by now."""
    late = and_(follow_ups.c.done_at.is_(None), follow_ups.c.due_at <= now)
    found = tx.execute(select(follow_ups.c.ticket_id).where(follow_ups.c.ticket_id.in_(list(ticket_ids)), late))
    return frozenset(found.scalars())


def follow_ups_of(tx: Connection, *, ticket_id: int) -> Sequence[Line]:
    """The call-backs of a ticket."""
    return tx.execute(select(follow_ups).where(follow_ups.c.ticket_id == ticket_id).order_by(follow_ups.c.id)).all()

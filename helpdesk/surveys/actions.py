"""Writes of survey invitations, answers and follow-ups. The journey writes their timeline entries."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from helpdesk.database.dialect import ignoring, insert_ignore, new_id
from helpdesk.errors import NotFound
from helpdesk.surveys.models import follow_ups, surveys

_FOLLOW_UP = ignoring(follow_ups)


def token_hash(token: str) -> str:
    """The stored hash of a survey link's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def record_invitation(tx: Connection, **values: Any) -> int:
    """A new invitation with these column values; returns its id."""
    return new_id(tx, insert(surveys), values)


def mark_withdrawn(tx: Connection, *, survey_id: int) -> None:
    """Delete an invitation that was never sent."""
    tx.execute(delete(surveys).where(surveys.c.id == survey_id))


def record_answer(
    tx: Connection, *, survey_id: int, score: str, now: datetime, first: bool, loaded: bool = False
) -> None:
    """Store a score; `loaded`: its page gave it by itself."""
    values: dict[str, Any] = {"score": score, "loaded_at": now if loaded else None}
    if first:
        values["answered_at"] = now
    tx.execute(update(surveys).where(surveys.c.id == survey_id).values(**values))


def take_back_answer(tx: Connection, *, survey_id: int, now: datetime) -> None:
    """Forget an answer that a program gave; for a while no page answers by itself."""
    values = {"score": None, "answered_at": None, "loaded_at": now}
    tx.execute(update(surveys).where(surveys.c.id == survey_id).values(**values))


def mark_sure(tx: Connection, *, survey_id: int) -> None:
    """An answer of a page, or that there is none, is sure."""
    tx.execute(update(surveys).where(surveys.c.id == survey_id).values(loaded_at=None))


def record_reasons(tx: Connection, *, survey_id: int, reasons: Sequence[str], words: str) -> None:
    """Store reasons and words."""
    tx.execute(update(surveys).where(surveys.c.id == survey_id).values(reasons=list(reasons), words=words or None))


def create_follow_up(
    tx: Connection, *, survey_id: int, ticket_id: int, owner_id: int | None, due_at: datetime | None, now: datetime
) -> bool:
    """Open the follow-up of a sad answer. False: there is one already."""
    return insert_ignore(
        tx,
        _FOLLOW_UP,
        {"survey_id": survey_id, "ticket_id": ticket_id, "owner_id": owner_id, "created_at": now, "due_at": due_at},
    )


def complete_follow_up(tx: Connection, *, follow_up_id: int, ticket_id: int, outcome: str, now: datetime) -> None:
    """Close a follow-up of this ticket with its outcome. Raises NotFound when it is closed already or another's."""
    done = tx.execute(
        update(follow_ups)
        .where(follow_ups.c.id == follow_up_id, follow_ups.c.ticket_id == ticket_id, follow_ups.c.done_at.is_(None))
        .values(done_at=now, outcome=outcome)
    )
    if done.rowcount != 1:
        raise NotFound("This follow-up is closed already.")


def assign_follow_ups(tx: Connection, *, ticket_id: int, to: int | None) -> None:
    """Assign a ticket's open follow-ups with the ticket."""
    waiting = (follow_ups.c.ticket_id == ticket_id) & follow_ups.c.done_at.is_(None)
    tx.execute(update(follow_ups).where(waiting).values(owner_id=to))


def move_follow_ups(tx: Connection, *, survey_ids: Sequence[int], to_id: int) -> None:
    """Move the follow-ups of these surveys to another ticket."""
    tx.execute(update(follow_ups).where(follow_ups.c.survey_id.in_(list(survey_ids))).values(ticket_id=to_id))


def reassign_surveys(tx: Connection, *, contact_id: int, to: int) -> list[int]:
    """Every survey of a contact goes to another one. Returns them, for `give_back`."""
    mine = list(tx.scalars(select(surveys.c.id).where(surveys.c.contact_id == contact_id)))
    tx.execute(update(surveys).where(surveys.c.contact_id == contact_id).values(contact_id=to))
    return mine


def restore_surveys(
    tx: Connection, *, keep: int, gone: int, survey_ids: Sequence[int], ticket_ids: Sequence[int]
) -> None:
    """Undo `hand_over`; what was asked since on tickets that went back goes along."""
    theirs = surveys.c.id.in_(list(survey_ids)) | surveys.c.ticket_id.in_(list(ticket_ids))
    tx.execute(update(surveys).where(surveys.c.contact_id == keep, theirs).values(contact_id=gone))

"""What waits to be understood, what could not be, and the figures to compare with the servers'."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select, text

from helpdesk.database.metadata import Moment, Row
from helpdesk.intake.models import cursors, intake

_earlier = intake.alias("earlier")
_NOW, _LATEST = bindparam("now", type_=Moment), bindparam("latest", type_=Moment)
_DUE = (
    select(intake)
    .where(
        intake.c.state == "new",
        (intake.c.due_at <= _NOW) | (intake.c.due_at > _LATEST),
        intake.c.id > bindparam("after"),
        ~select(_earlier.c.id)
        .where(
            _earlier.c.state == "new",
            _earlier.c.channel == intake.c.channel,
            _earlier.c.account == intake.c.account,
            _earlier.c.order_key == intake.c.order_key,
            _earlier.c.id < intake.c.id,
            _earlier.c.due_at > _NOW,
            _earlier.c.due_at <= _LATEST,
        )
        .exists(),
    )
    .order_by(intake.c.id)
    .limit(bindparam("most"))
)

_FIGURES = select(  # the states stand in the statement, so that the partial indexes are seen
    *(
        select(func.count()).select_from(intake).where(text(f"state = '{state}'")).scalar_subquery().label(state)
        for state in ("new", "quarantined")
    )
)


def due(tx: Connection, *, now: datetime, most: int, longest: timedelta, after: int = 0) -> Sequence[Row]:
    """Messages to work on in the order they came; none behind an earlier one of its conversation that waits.

    A due time further ahead than `longest`, the longest wait there is, was set by a wrong clock: it counts as due.
    """
    return tx.execute(_DUE, {"now": now, "latest": now + longest, "most": most, "after": after}).all()


def next_due(tx: Connection, *, after: datetime | None = None) -> datetime | None:
    """When the next waiting message wants to be tried; with `after`, of those that can't be tried before."""
    waiting = select(func.min(intake.c.due_at)).where(intake.c.state == "new")
    return tx.execute(waiting if after is None else waiting.where(intake.c.due_at > after)).scalar()


def raw(tx: Connection, *, intake_id: int) -> Row | None:
    """One message as it arrived, or None."""
    return tx.execute(select(intake).where(intake.c.id == intake_id)).first()


def quarantine(tx: Connection, *, before: int = 2**62, most: int = 50) -> Sequence[Row]:
    """What could not be understood, newest first, without the raw form."""
    columns = [column for column in intake.c if column.name != "raw"]
    return tx.execute(
        select(*columns, func.length(intake.c.raw).label("size"))
        .where(intake.c.state == "quarantined", intake.c.id < before)
        .order_by(intake.c.id.desc())
        .limit(most)
    ).all()


def figures(tx: Connection) -> dict[str, int]:
    """How many messages wait and how many are in quarantine."""
    return {str(state): count for state, count in tx.execute(_FIGURES).mappings().one().items()}


def accepted_count(tx: Connection, *, channel: str, account: str) -> int:
    """How many messages of an account were ever taken in."""
    return tx.execute(
        select(func.count()).select_from(intake).where(intake.c.channel == channel, intake.c.account == account)
    ).scalar_one()


def load_cursor(tx: Connection, *, channel: str, account: str, key: str) -> str | None:
    """The cursor kept last."""
    return tx.execute(
        select(cursors.c.value).where(cursors.c.channel == channel, cursors.c.account == account, cursors.c.key == key)
    ).scalar()


def still_new(tx: Connection, *, intake_ids: Sequence[int]) -> set[int]:
    """Which of these nobody else has worked meanwhile; they are held until the end of the transaction."""
    statement = select(intake.c.id).where(intake.c.id.in_(list(intake_ids)), intake.c.state == "new")
    return set(tx.execute(statement.with_for_update()).scalars())

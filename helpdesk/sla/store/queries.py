"""Reads of cycles and clocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, text

from helpdesk.database.metadata import Row
from helpdesk.sla.store.models import RUNNING, clocks, cycles

_OF_TICKET = select(clocks).where(clocks.c.ticket_id == bindparam("ticket_id")).order_by(clocks.c.id)
_GOING = _OF_TICKET.where(clocks.c.state == "running", clocks.c.kind != "queue_wait")  # a caller waits, no question
_RUNNING = select(func.count()).select_from(clocks).where(text(RUNNING))  # literal, so that the partial index is seen


def running_clocks(tx: Connection, *, ticket_id: int) -> Sequence[Row]:
    """The clocks that run."""
    return tx.execute(_GOING, {"ticket_id": ticket_id}).all()


def clocks_of(tx: Connection, *, ticket_id: int) -> Sequence[Row]:
    """Every clock of a ticket in the order they started."""
    return tx.execute(_OF_TICKET, {"ticket_id": ticket_id}).all()


def cycles_of(tx: Connection, *, ticket_id: int) -> Sequence[Row]:
    """Every cycle of a ticket in order."""
    return tx.execute(select(cycles).where(cycles.c.ticket_id == ticket_id).order_by(cycles.c.number)).all()


def to_fire(tx: Connection, *, now: datetime, most: int = 500) -> Sequence[Row]:
    """Clocks whose warning or due time has come, the earliest first."""
    return tx.execute(
        select(clocks).where(clocks.c.fire_at <= now).order_by(clocks.c.fire_at).limit(most).with_for_update()
    ).all()


def running(tx: Connection) -> int:
    """How many clocks run."""
    return tx.execute(_RUNNING).scalar_one()


def next_fire(tx: Connection) -> datetime | None:
    """When the next clock wants to be looked at."""
    return tx.execute(select(func.min(clocks.c.fire_at)).where(clocks.c.fire_at.is_not(None))).scalar()


def figures(tx: Connection) -> dict[str, int]:
    """How many clocks run, and how many of them have run out."""
    return {
        "running": running(tx),
        "breached": tx.execute(_RUNNING.where(clocks.c.breached_at.is_not(None))).scalar_one(),
    }

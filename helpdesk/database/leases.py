"""One worker at a time for a thing: a lease with renewal."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Table, Text, delete, update

from helpdesk.database.dialect import ignoring, insert_ignore
from helpdesk.database.metadata import Moment, metadata

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", Moment, nullable=False),
)

_FIRST = ignoring(leases)


def acquire(tx: Connection, *, name: str, holder: str, now: datetime, seconds: float) -> bool:
    """Take or renew the lease `name` for `seconds`. False: somebody else has it."""
    until = now + timedelta(seconds=seconds)
    if insert_ignore(tx, _FIRST, {"name": name, "holder": holder, "until": until}):
        return True
    wrong = leases.c.until > now + timedelta(seconds=10 * seconds)  # by a clock that was ahead
    mine = (leases.c.holder == holder) | (leases.c.until <= now) | wrong
    statement = update(leases).where(leases.c.name == name, mine).values(holder=holder, until=until)
    return tx.execute(statement).rowcount == 1


def release(tx: Connection, *, name: str, holder: str) -> None:
    """Give the lease back so that the next one need not wait."""
    tx.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))

"""Keeping what arrived, and saying what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, update

from helpdesk.database.dialects import ignoring, insert_ignore, upsert, upserting
from helpdesk.database.engine import hint
from helpdesk.errors import Conflict, NotFound
from helpdesk.intake.models import cursors, intake
from helpdesk.intake.rules import storable

_KEEP = ignoring(intake)
_CURSOR = upserting(cursors, ["channel", "account", "key"], ["value", "changed_at"])
_STATE = update(intake).where(intake.c.id == bindparam("key")).values(state=bindparam("v_state"), error=None)


def keep(
    tx: Connection,
    *,
    channel: str,
    account: str,
    external_id: str,
    raw: bytes,
    order_key: str,
    received_at: datetime,
    now: datetime,
) -> bool:
    """Keep a raw message. False: it is here already."""
    fresh = insert_ignore(
        tx,
        _KEEP,
        {
            "channel": channel,
            "account": storable(account),
            "external_id": storable(external_id),  # a mail may call itself anything
            "order_key": storable(order_key),
            "received_at": received_at,
            "state": "new",
            "attempts": 0,
            "due_at": now,
            "raw": raw,
        },
    )
    if fresh:
        hint(tx, "intake")
    return fresh


def done(tx: Connection, *, intake_ids: Sequence[int], state: str = "done") -> None:
    """These became entries (`done`) or had nothing to show (`ignored`)."""
    if intake_ids:
        tx.execute(_STATE, [{"key": one, "v_state": state} for one in intake_ids])


def hold(tx: Connection, *, intake_ids: Sequence[int], now: datetime, until: datetime) -> set[int]:
    """Let messages that are due wait, and their conversations with them; returns those nobody else held already."""
    statement = (
        update(intake)
        .where(intake.c.id.in_(list(intake_ids)), intake.c.state == "new", intake.c.due_at <= now)
        .values(due_at=until)
        .returning(intake.c.id)
    )
    return set(tx.execute(statement).scalars())


def failed(
    tx: Connection,
    *,
    intake_id: int,
    error: str,
    now: datetime,
    attempts: int,
    waits: Sequence[int],
    for_good: bool = False,
) -> bool:
    """Try again after `waits` (seconds, one per try), then hold it in quarantine. `attempts` counts this one.

    True: quarantined.
    """
    held = for_good or attempts > len(waits)
    values: dict[str, Any] = {"attempts": attempts, "error": storable(error[:2000])}
    if held:
        values["state"] = "quarantined"
    else:
        values["due_at"] = now + timedelta(seconds=waits[attempts - 1])
    tx.execute(update(intake).where(intake.c.id == intake_id).values(**values))
    hint(tx, "quarantine" if held else "intake")
    return held


def replay(tx: Connection, *, intake_id: int, now: datetime) -> None:
    """Take a quarantined message in again. Raises NotFound, Conflict when it is not in quarantine."""
    statement = (
        update(intake)
        .where(intake.c.id == intake_id, intake.c.state == "quarantined")
        .values(state="new", attempts=0, due_at=now, error=None)
    )
    if tx.execute(statement).rowcount != 1:
        from helpdesk.intake import queries

        if queries.raw(tx, intake_id=intake_id) is None:
            raise NotFound(f"Nothing with number {intake_id} was taken in.")
        raise Conflict("This message is not in quarantine any more.")
    hint(tx, "intake")


def remember(tx: Connection, *, channel: str, account: str, key: str, value: str, now: datetime) -> None:
    """Keep how far an account has been read."""
    upsert(tx, _CURSOR, {"channel": channel, "account": account, "key": key, "value": value, "changed_at": now})

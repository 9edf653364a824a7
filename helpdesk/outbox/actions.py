"""Queueing what must leave, claiming it with a lease, and writing what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, insert, literal, select, text, update

from helpdesk.database.dialect import new_id
from helpdesk.database.engine import hint
from helpdesk.database.metadata import Moment, Row
from helpdesk.errors import Conflict
from helpdesk.outbox.models import outbox
from helpdesk.outbox.recipient_addresses import mailbox_of, organisation_of

_QUEUE = insert(outbox)
_earlier = outbox.alias("earlier")


def queue(
    tx: Connection,
    *,
    entry_id: int,
    ticket_id: int,
    channel: str,
    account: str,
    address: str,
    automatic: bool,
    payload: Mapping[str, Any],
    now: datetime,
    due_at: datetime,
) -> int:
    """Put a message in the queue; it leaves at `due_at`, after earlier ones to the same address."""
    values = {
        "entry_id": entry_id,
        "ticket_id": ticket_id,
        "channel": channel,
        "account": account,
        "address": address,
        "order_key": f"{channel}|{account}|{address}",
        "automatic": automatic,
        "mailbox": mailbox_of(address) if automatic else None,
        "domain": organisation_of(address) if automatic else None,
        "payload": dict(payload),
        "state": "queued",
        "attempts": 0,
        "created_at": now,
        "due_at": due_at,
    }
    row_id: int = new_id(tx, _QUEUE, values)
    hint(tx, "outbox")
    return row_id


def claim(
    tx: Connection, *, worker: str, channels: Sequence[str], now: datetime, lease: timedelta, most: int
) -> Sequence[Row]:
    """Take due messages to send now, at most one per address, in order. They are ours until the lease ends."""
    waiting_before = (
        select(_earlier.c.id)
        .where(
            _earlier.c.order_key == outbox.c.order_key,
            _earlier.c.id < outbox.c.id,
            _earlier.c.state.in_(("queued", "sending")),
        )
        .exists()
    )
    claimed = (
        tx.execute(
            select(outbox.c.id)
            .where(
                outbox.c.state == "queued",
                outbox.c.due_at <= now,
                outbox.c.channel.in_(list(channels)),
                ~waiting_before,
            )
            .order_by(outbox.c.due_at, outbox.c.id)
            .limit(most)
            .with_for_update(skip_locked=True, of=outbox)
        )
        .scalars()
        .all()
    )
    if not claimed:
        return []
    _lease(tx, claimed, worker=worker, now=now, lease=lease)
    return tx.execute(select(outbox).where(outbox.c.id.in_(claimed)).order_by(outbox.c.id)).all()


def _lease(tx: Connection, row_ids: Sequence[int], *, worker: str, now: datetime, lease: timedelta) -> None:
    tx.execute(
        update(outbox)
        .where(outbox.c.id.in_(row_ids))
        .values(
            state="sending",
            lease_until=now + lease,
            lease_by=worker,
            attempts=outbox.c.attempts + 1,
            # the time for all tries counts from the first one, and from now where a clock was ahead
            created_at=case(
                ((outbox.c.attempts == 0) | (outbox.c.created_at > now), literal(now, Moment)),
                else_=outbox.c.created_at,
            ),
        )
    )


def settle(
    tx: Connection, *, row_id: int, state: str, now: datetime, error: str | None = None, worker: str | None = None
) -> bool:
    """Write how a try ended: sent, failed, uncertain. False: the lease had been lost to another."""
    statement = update(outbox).where(outbox.c.id == row_id)
    if worker is not None:
        statement = statement.where(outbox.c.state == "sending", outbox.c.lease_by == worker)
    values = {"state": state, "error": error, "done_at": now, "lease_until": None, "lease_by": None}
    hint(tx, "outbox")
    return tx.execute(statement.values(**values)).rowcount == 1


def reschedule(
    tx: Connection, *, row_id: int, due_at: datetime, error: str, worker: str, payload: Mapping[str, Any] | None = None
) -> bool:
    """Try again later, with `payload` when less is left to do. False: the lease had been lost, and others decide."""
    values: dict[str, Any] = {"state": "queued", "due_at": due_at, "error": error}
    if payload is not None:
        values["payload"] = dict(payload)
    statement = (
        update(outbox)
        .where(outbox.c.id == row_id, outbox.c.state == "sending", outbox.c.lease_by == worker)
        .values(lease_until=None, lease_by=None, **values)
    )
    hint(tx, "outbox")
    return tx.execute(statement).rowcount == 1


def requeue(tx: Connection, *, row_id: int, now: datetime) -> None:
    """Back into the queue: nothing of it was done, or doing it twice does no harm."""
    statement = update(outbox).where(outbox.c.id == row_id, outbox.c.state == "sending")
    tx.execute(statement.values(state="queued", due_at=now, lease_until=None, lease_by=None))
    hint(tx, "outbox")


def release_abandoned(tx: Connection, *, now: datetime, lease: timedelta) -> Sequence[Row]:
    """Messages whose sender died while sending: nobody knows whether they left.

    A lease that ends far later than any that is given now was given by a clock that was ahead.
    """
    over = (outbox.c.lease_until <= now) | (outbox.c.lease_until > now + 10 * lease)
    at_work = text("outbox.state IN ('queued', 'sending')")  # in the words of the partial index
    statement = select(outbox).where(at_work, outbox.c.state == "sending", over)
    return tx.execute(statement.with_for_update()).all()


def correct_due_times(tx: Connection, *, now: datetime, first: timedelta, longest: timedelta) -> int:
    """Make due what a wrong clock has put off: further ahead than the longest wait before the `first` try or a later one.

    Returns how many.
    """
    ahead = (outbox.c.due_at > now + longest) | (outbox.c.attempts == 0)
    statement = update(outbox).where(outbox.c.state == "queued", outbox.c.due_at > now + min(first, longest), ahead)
    return tx.execute(statement.values(due_at=now)).rowcount


def cancel(tx: Connection, *, entry_id: int, now: datetime, tried: bool = False) -> None:
    """Undo a message that has not left; with `tried` also one that no try could deliver. Raises Conflict when under way."""
    waiting = (outbox.c.entry_id == entry_id) & (outbox.c.state == "queued")
    statement = update(outbox).where(waiting if tried else waiting & (outbox.c.attempts == 0))
    if tx.execute(statement.values(state="undone", done_at=now)).rowcount < 1:
        raise Conflict("This message has left already.")
    hint(tx, "outbox")


def record_bounce(tx: Connection, *, entry_id: int, error: str) -> None:
    """What had left came back: it can be sent again."""
    statement = update(outbox).where(outbox.c.entry_id == entry_id, outbox.c.state == "sent")
    tx.execute(statement.values(state="bounced", error=error))


def send_again(tx: Connection, *, entry_id: int, now: datetime) -> None:
    """Send a failed, bounced or uncertain message once more, under the same remote id. Raises Conflict otherwise."""
    statement = (
        update(outbox)
        .where(outbox.c.entry_id == entry_id, outbox.c.state.in_(("failed", "uncertain", "bounced")))
        .values(state="queued", due_at=now, created_at=now, attempts=0, error=None, done_at=None)
    )
    if tx.execute(statement).rowcount < 1:
        raise Conflict("This message is not waiting to be sent again.")
    hint(tx, "outbox")

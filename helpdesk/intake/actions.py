"""Keeping what arrived, and saying what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from channels.contract import ANY, Cursor, Moved
from helpdesk.database.dialect import ignoring, insert_ignore, upsert, upserting
from helpdesk.database.engine import hint
from helpdesk.database.metadata import AT_ONCE
from helpdesk.errors import Conflict, Invalid, NotFound
from helpdesk.intake import queries
from helpdesk.intake.models import cursors, intake
from helpdesk.intake.rules import id_of_other, storable

Fingerprint = Callable[[bytes], str | None]  # `Channel.fingerprint`
_KEEP = ignoring(intake)
_CURSOR = upserting(cursors, ["channel", "account", "key"], ["value", "changed_at"])
_FIRST = ignoring(cursors)
SHORTEST_WORD = 16  # characters
_ON = (
    update(cursors)
    .where(
        cursors.c.channel == bindparam("k_channel"),
        cursors.c.account == bindparam("k_account"),
        cursors.c.key == bindparam("k_key"),
        cursors.c.value == bindparam("was"),
    )
    .values(value=bindparam("v_value"), changed_at=bindparam("v_at"))
)
_STATE = update(intake).where(intake.c.id == bindparam("key")).values(state=bindparam("v_state"), error=None)


def store(
    tx: Connection,
    *,
    channel: str,
    account: str,
    external_id: str,
    raw: bytes,
    order_key: str,
    received_at: datetime,
    fingerprint: Fingerprint | None = None,
) -> bool:
    """Keep a raw message. False: it is here already.

    Where its id is taken, `fingerprint` tells whether by the same message; another one is kept beside it, and so is
    a message behind a note that it could not be had.
    """
    row = {
        "channel": channel,
        "account": storable(account),
        "external_id": storable(external_id),  # a mail may call itself anything
        "order_key": storable(order_key),
        "received_at": received_at,
        "state": "new",
        "attempts": 0,
        "due_at": AT_ONCE,
        "raw": raw,
    }
    fresh = insert_ignore(tx, _KEEP, row)
    if not fresh and fingerprint is not None and (known := _known_raw(tx, row)):
        own = fingerprint(raw)
        if own is not None and own != fingerprint(known):
            fresh = insert_ignore(tx, _KEEP, {**row, "external_id": id_of_other(str(row["external_id"]), own)})
    if fresh:
        hint(tx, "intake")
    return fresh


def _known_raw(tx: Connection, row: Mapping[str, Any]) -> bytes | None:
    """What is stored under the id of `row`; empty where it was erased."""
    same = [intake.c[name] == row[name] for name in ("channel", "account", "external_id")]
    stored: bytes | None = tx.execute(select(intake.c.raw).where(*same)).scalar()
    return stored


def mark_done(tx: Connection, *, intake_ids: Sequence[int], state: str = "done") -> None:
    """These became entries (`done`) or had nothing to show (`ignored`)."""
    if intake_ids:
        tx.execute(_STATE, [{"key": intake_id, "v_state": state} for intake_id in intake_ids])


def lock_until(
    tx: Connection, *, intake_ids: Sequence[int], now: datetime, until: datetime, longest: timedelta
) -> set[int]:
    """Let messages that are due wait, and their conversations with them; returns those nobody else held already."""
    is_due = (intake.c.due_at <= now) | (intake.c.due_at > now + longest)
    statement = (
        update(intake)
        .where(intake.c.id.in_(list(intake_ids)), intake.c.state == "new", is_due)
        .values(due_at=until)
        .returning(intake.c.id)
    )
    return set(tx.execute(statement).scalars())


def mark_failed(
    tx: Connection,
    *,
    intake_id: int,
    error: str,
    now: datetime,
    attempts: int,
    waits: Sequence[int],
    for_good: bool = False,
) -> bool:
    """Try again after `waits` (seconds, one per try), then hold it in quarantine.

    `attempts` counts this one, unless the message had no part in what failed.

    True: quarantined.
    """
    held = for_good or attempts > len(waits)
    values: dict[str, Any] = {"attempts": attempts, "error": storable(error[:2000])}
    if held:
        values["state"] = "quarantined"
    else:
        values["due_at"] = now + timedelta(seconds=(waits or (60,))[max(attempts, 1) - 1])
    tx.execute(update(intake).where(intake.c.id == intake_id).values(**values))
    hint(tx, "quarantine" if held else "intake")
    return held


def replay(tx: Connection, *, intake_id: int) -> None:
    """Take a quarantined message in again. Raises NotFound, Conflict when it is not in quarantine."""
    statement = (
        update(intake)
        .where(intake.c.id == intake_id, intake.c.state == "quarantined")
        .values(state="new", attempts=0, due_at=AT_ONCE, error=None)
    )
    if tx.execute(statement).rowcount != 1:
        if queries.raw(tx, intake_id=intake_id) is None:
            raise NotFound("Nothing with number {number} was taken in.", number=intake_id)
        raise Conflict("This message is not in quarantine any more.")
    hint(tx, "intake")


def store_with_cursor(tx: Connection, cursor: Cursor, row: Mapping[str, Any], *, now: datetime) -> bool:
    """Keep a raw message (`row`: what `store` wants) and, when it is new, a cursor with it. False: it is here already.

    Raises Moved.
    """
    fresh = store(tx, **row)
    if fresh:
        where = {name: row[name] for name in ("channel", "account")}
        save_cursor(tx, key=cursor.key, value=cursor.value, was=cursor.was, now=now, **where)
    return fresh


def save_cursor(
    tx: Connection, *, channel: str, account: str, key: str, value: str, now: datetime, was: str | None = ANY
) -> None:
    """Keep how far an account has been read; with `was` only while that is what it says. Raises Moved."""
    values = {"channel": channel, "account": account, "key": key, "value": value, "changed_at": now}
    if was == ANY:
        upsert(tx, _CURSOR, values)
        return
    done = insert_ignore(tx, _FIRST, values) if was is None else _moved_on(tx, values, was)
    if not done:
        raise Moved(key)


def _moved_on(tx: Connection, values: dict[str, Any], was: str) -> bool:
    here = {f"k_{name}": values[name] for name in ("channel", "account", "key")}
    return tx.execute(_ON, {**here, "was": was, "v_value": values["value"], "v_at": values["changed_at"]}).rowcount == 1


def forget(tx: Connection, *, channel: str, account: str, word: str) -> int:
    """Drop what a channel remembers with this word in its key or value, and empty the raw forms under that order key.

    Returns how many it were. The word must be long: it is somebody's id.
    """
    if len(word) < SHORTEST_WORD:
        raise Invalid("This is too short to be somebody's id.", "word")
    here = (cursors.c.channel == channel) & (cursors.c.account == account)
    named = cursors.c.key.contains(word, autoescape=True) | cursors.c.value.contains(word, autoescape=True)
    dropped: int = tx.execute(delete(cursors).where(here, named)).rowcount
    raws = (intake.c.channel == channel) & (intake.c.account == account) & (intake.c.order_key == word)
    emptied: int = tx.execute(update(intake).where(raws, intake.c.state != "new").values(raw=b"")).rowcount
    return dropped + emptied

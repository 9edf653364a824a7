"""The database seen from the edge: whole units are read or written, one call each.

A unit is a plain function of a `Connection`. It runs to its end in one place (a thread on SQLite, a
greenlet on PostgreSQL), so nothing waits between its statements. `hint` leaves a wake-up that is
delivered after the commit and may be lost: whoever waits for one also looks by himself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection, Executable
from sqlalchemy.exc import PendingRollbackError

from helpdesk.database.metadata import Row
from helpdesk.errors import Invalid, Unavailable
from helpdesk.errors import gettext_noop as _

P = ParamSpec("P")
T = TypeVar("T")
Hint = tuple[str, Any]
Listener = Callable[[list[Hint]], None]
BROKEN = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
)


class Busy(Unavailable):
    """Somebody else has held the database for too long."""

    def __init__(self) -> None:
        super().__init__(_("The desk's database is busy. Nothing was changed; try again in a moment."))


class StorageFailed(Unavailable):
    """The disk below the database is full, or the database does not answer."""

    def __init__(self) -> None:
        super().__init__(
            _("The desk's storage is full or does not answer. Nothing was changed; try again in a moment.")
        )


class TransactionLost(StorageFailed):
    """The database gave up a transaction by itself: nothing that the unit did before this moment is kept."""


def storage_failure(error: BaseException) -> Unavailable | None:
    """What an error of SQLite's driver says about the storage below the database; None: nothing."""
    if isinstance(error, PendingRollbackError):  # somebody went on after the transaction was lost
        return TransactionLost()
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the higher bits hold the details
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Busy()
    return StorageFailed() if code in BROKEN else None


def raise_storage_failure(tx: Connection, error: sqlite3.Error) -> None:
    """Raise Unavailable for an error of a statement that is the storage's fault; return for any other."""
    require_transaction(tx, error)
    failure = storage_failure(error)
    if failure is not None:
        raise failure from error


def require_transaction(tx: Connection, error: BaseException | None = None) -> None:
    """Raise TransactionLost when the transaction has ended without us, and keep every later statement from running.

    SQLite rolls back a whole transaction when a statement finds the disk full (SQLITE_FULL), broken (SQLITE_IOERR)
    or has no memory (SQLITE_NOMEM). What ran then would be committed statement by statement.
    """
    if tx.dialect.name != "sqlite":
        return
    if not tx.invalidated:
        driver: Any = tx.connection.driver_connection
        if driver.in_transaction:
            return
        tx.invalidate(error)
    raise TransactionLost from error


def hint(tx: Connection, topic: str, data: Any = None) -> None:
    """Wake whoever listens to `topic` once this unit is committed."""
    tx.info.setdefault("hints", []).append((topic, data))


class Database(Protocol):
    """What both engines offer."""

    kind: str

    async def read(self, unit: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kw: P.kwargs) -> T:
        """Run `unit` on one consistent state of the data; nothing it writes is kept."""

    async def write(self, unit: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kw: P.kwargs) -> T:
        """Run `unit` in a transaction and return once it is on the disk."""

    def stream(self, query: Executable, /) -> AbstractAsyncContextManager[AsyncIterator[Row]]:
        """Rows of one consistent state, a few hundred in memory at once, for results of any length.

        `async with database.stream(query) as rows: async for row in rows: …`. Leaving the block, early or
        by an error, ends the query and gives the connection back. Neither readers nor the writer wait for it.
        """

    def listen(self, listener: Listener) -> None:
        """Hand `listener` the hints of every committed unit, on the event loop."""

    async def join(self) -> None:
        """From now on listeners hear the hints of the desk's other processes too, and these hear ours."""

    def shout(self, topic: str, data: Any) -> None:
        """Tell the listeners of the desk's other processes, if there are any. JSON, short; may be lost."""

    async def close(self) -> None:
        """Finish what runs and close."""


async def open_database(url: str) -> Database:
    """Open `sqlite:///path` or `postgresql://user@host/name`. Raises Invalid for anything else."""
    scheme, _, rest = url.partition("://")
    if scheme.split("+")[0] == "sqlite" and rest.startswith("/"):
        from helpdesk.database.sqlite import Sqlite

        path = Path(rest[1:])
        path.parent.mkdir(parents=True, exist_ok=True)
        return Sqlite(path)
    if scheme.split("+")[0] in ("postgresql", "postgres"):
        from helpdesk.database.postgres import Postgres  # loads twice as much as SQLite needs

        return Postgres(f"postgresql+asyncpg://{rest}")
    raise Invalid(f"the database address must start with sqlite:/// or postgresql://, not {scheme!r}", "database.url")

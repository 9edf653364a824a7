"""A SQLite writer on a disk that fails: at a chosen statement, or when the file may grow no further."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event, select

from helpdesk.database.sqlite import Sqlite
from helpdesk.intake.models import intake
from helpdesk.tickets.models import entries

CODES = {
    "full": (sqlite3.SQLITE_FULL, "database or disk is full"),
    "broken": (sqlite3.SQLITE_IOERR, "disk I/O error"),
    "memory": (sqlite3.SQLITE_NOMEM, "out of memory"),
}


@dataclass
class Disk:
    """What happens to the statements of the writer, from its next connection on."""

    code: str = "full"
    rolls_back: bool = True  # SQLite gives up the whole transaction, not the statement alone
    left: int | None = None  # statements that still succeed; None: all
    pages: int = 0  # the database may have so many; 0: no limit
    cache: int = 0  # pages of the cache; 0: the desk's own
    failures: int = 0

    def fail_after(self, statements: int) -> None:
        """Let the statement behind this many fail, once."""
        self.left = statements

    def heal(self) -> None:
        """Nothing fails any more."""
        self.left, self.pages = None, 0

    def step(self, connection: sqlite3.Connection) -> None:
        """One statement. Raises what the driver would raise."""
        if self.left is None:
            return
        self.left -= 1
        if self.left >= 0:
            return
        self.left = None
        self.failures += 1
        if self.rolls_back:
            sqlite3.Connection.rollback(connection)
        code, words = CODES[self.code]
        error = sqlite3.OperationalError(words)
        error.sqlite_errorcode = code
        raise error


def fail_on(disk: Disk, database: Any) -> None:
    """Put the writer of a database on this disk, before its first unit."""
    assert isinstance(database, Sqlite)
    assert database._writing is None, "the writer has a connection already"

    class FailingCursor(sqlite3.Cursor):
        def execute(self, *args: Any) -> Any:
            disk.step(self.connection)
            return super().execute(*args)

        def executemany(self, *args: Any) -> Any:
            disk.step(self.connection)
            return super().executemany(*args)

    class FailingConnection(sqlite3.Connection):
        def cursor(self, factory: Any = FailingCursor) -> Any:
            return super().cursor(factory)

        def execute(self, *args: Any) -> Any:
            return self.cursor().execute(*args)

        def commit(self) -> None:
            disk.step(self)
            super().commit()

    def connecting(_dialect: Any, _record: Any, _args: Any, options: dict[str, Any]) -> None:
        options["factory"] = FailingConnection

    def connected(connection: Any, _record: Any) -> None:
        if disk.pages:
            connection.execute(f"PRAGMA max_page_count={disk.pages}")
        if disk.cache:
            connection.execute(f"PRAGMA cache_size={disk.cache}")

    event.listen(database._write_engine, "do_connect", connecting)
    event.listen(database._write_engine, "connect", connected)


def limit_pages(tx: Any, disk: Disk, more: int | None) -> None:
    """Let the database grow by so many pages and no further; None: without a limit."""
    count = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
    disk.pages = 2**30 if more is None else count + more
    tx.exec_driver_sql(f"PRAGMA max_page_count={disk.pages}")


def contents(path: Path) -> dict[str, list[Any]]:
    """Everything a database file holds: table -> rows."""
    with sqlite3.connect(path) as base:
        names = [row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        rows = {name: base.execute(f'SELECT * FROM "{name}"').fetchall() for name in names if name != "words"}
    base.close()
    return rows


def misplaced(tx: Any) -> dict[str, tuple[str, int]]:
    """Accepted messages that are lost or doubled: external id -> state in the intake, times on a timeline."""
    messages = (entries.c.kind == "message") & (entries.c.author == "customer")
    times = Counter(tx.execute(select(entries.c.remote_id).where(messages)).scalars())
    rows = tx.execute(select(intake.c.external_id, intake.c.state)).all()
    wanted = {"new": 0, "done": 1}
    return {
        row.external_id: (row.state, times[row.external_id])
        for row in rows
        if times[row.external_id] != wanted.get(row.state)
    }

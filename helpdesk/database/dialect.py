"""Where SQLite and PostgreSQL must differ, apart from full-text search (fulltext.py)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

from helpdesk.database.engine import raise_storage_failure, require_transaction
from helpdesk.database.fast_insert import FastInsert

Ignore = dict[str, Insert]


def new_id(tx: Connection, statement: Insert | FastInsert, values: Mapping[str, Any]) -> int:
    """Run an insert of one row and return its id."""
    if isinstance(statement, FastInsert):
        done = statement.run(tx, values) if tx.dialect.name == "sqlite" else None
        if done is not None and done.lastrowid is not None:
            return done.lastrowid
        statement = statement.statement
    made = tx.execute(statement, values).inserted_primary_key
    assert made is not None
    return int(made[0])


def put(tx: Connection, into: FastInsert, values: Mapping[str, Any]) -> None:
    """Insert one row whose id nobody asks for."""
    if tx.dialect.name != "sqlite" or into.run(tx, values) is None:
        tx.execute(into.statement, values)


class Ignoring:
    """An insert that does nothing where a unique key stands already. Build once, run with `insert_ignore`."""

    def __init__(self, table: Table) -> None:
        self.short = FastInsert(table, ignoring=True)
        self.statements: Ignore = {
            "sqlite": sqlite.insert(table).on_conflict_do_nothing(),
            "postgresql": postgresql.insert(table).on_conflict_do_nothing(),
        }


def ignoring(table: Table) -> Ignoring:
    """See `Ignoring`."""
    return Ignoring(table)


def insert_ignore(tx: Connection, statement: Ignoring, values: Mapping[str, Any]) -> bool:
    """Run an `ignoring` insert. True: a row was written."""
    done = statement.short.run(tx, values) if tx.dialect.name == "sqlite" else None
    return (done if done is not None else tx.execute(statement.statements[tx.dialect.name], values)).rowcount == 1


def upserting(table: Table, keys: list[str], update: list[str]) -> Ignore:
    """An insert that overwrites `update` where the unique `keys` stand already. Run with `upsert`."""

    def made(kind: Any) -> Insert:
        statement = kind.insert(table)
        done: Insert = statement.on_conflict_do_update(
            index_elements=keys, set_={name: statement.excluded[name] for name in update}
        )
        return done

    return {"sqlite": made(sqlite), "postgresql": made(postgresql)}


def upsert(tx: Connection, statement: Ignore, values: Mapping[str, Any]) -> None:
    """Run an `upserting` insert."""
    tx.execute(statement[tx.dialect.name], values)


@contextmanager
def savepoint(tx: Connection, name: str = "part") -> Iterator[None]:
    """Undo only what was done inside when it raises; the transaction goes on."""
    require_transaction(tx)  # outside of one, SQLite would begin it here and commit it at the release
    run_directly(tx, f"SAVEPOINT {name}")
    try:
        yield
    except BaseException as error:
        require_transaction(tx, error)
        run_directly(tx, f"ROLLBACK TO SAVEPOINT {name}")
        run_directly(tx, f"RELEASE SAVEPOINT {name}")
        raise
    require_transaction(tx)
    run_directly(tx, f"RELEASE SAVEPOINT {name}")


def run_directly(tx: Connection, statement: str, values: Sequence[Any] = ()) -> None:
    """Run a statement by the shortest way: a savepoint for each message has to cost next to nothing.

    `values` are for SQLite alone. Raises what the driver raises, and TransactionLost.
    """
    if tx.dialect.name != "sqlite":
        tx.exec_driver_sql(statement)
        return
    driver: Any = tx.connection.driver_connection
    try:
        driver.execute(statement, values)
    except sqlite3.Error as error:
        raise_storage_failure(tx, error)
        raise

"""Where SQLite and PostgreSQL must differ, apart from full-text search (search.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

Ignore = dict[str, Insert]


def new_id(tx: Connection, statement: Insert, values: Mapping[str, Any]) -> int:
    """Run an insert of one row and return its id."""
    made = tx.execute(statement, values).inserted_primary_key
    assert made is not None
    return int(made[0])


def ignoring(table: Table) -> Ignore:
    """An insert that does nothing where a unique key stands already. Build once, run with `insert_ignore`."""
    return {
        "sqlite": sqlite.insert(table).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(table).on_conflict_do_nothing(),
    }


def insert_ignore(tx: Connection, statement: Ignore, values: Mapping[str, Any]) -> bool:
    """Run an `ignoring` insert. True: a row was written."""
    return tx.execute(statement[tx.dialect.name], values).rowcount == 1


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
    tx.exec_driver_sql(f"SAVEPOINT {name}")
    try:
        yield
    except BaseException:
        tx.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {name}")
        tx.exec_driver_sql(f"RELEASE SAVEPOINT {name}")
        raise
    tx.exec_driver_sql(f"RELEASE SAVEPOINT {name}")

"""The fast insert writes the same rows as SQLAlchemy."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, delete, insert, select, text
from sqlalchemy.exc import IntegrityError

from helpdesk.contacts.models import addresses, contacts
from helpdesk.database.dialect import Ignoring, insert_ignore, new_id, put
from helpdesk.database.fast_insert import FastInsert
from helpdesk.database.metadata import metadata
from helpdesk.database.sqlite import Sqlite
from helpdesk.intake.models import intake
from helpdesk.suggestions.models import suggested
from helpdesk.tickets.models import entries, tickets

AT = datetime(2026, 3, 2, 6, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
async def sqlite(empty_desk: Path, tmp_path: Path) -> AsyncIterator[Sqlite]:
    """The fast insert exists on SQLite only."""
    shutil.copy(empty_desk, tmp_path / "desk.db")
    opened = Sqlite(tmp_path / "desk.db")
    yield opened
    await opened.close()


SAMPLES = {
    int: 7,
    str: "پاسخ 'quoted' \"twice\" ?",
    bool: True,
    bytes: b"\0raw",
    datetime: AT,
    dict: {"الف": [1, None]},
}
HOT = [
    tickets,
    entries,
    contacts,
    addresses,
    suggested,
    intake,
    *(metadata.tables[one] for one in ("cycles", "clocks", "bodies", "remote_ids")),
]


def _value(column: Any) -> Any:
    try:
        kind = column.type.python_type
    except NotImplementedError:
        kind = datetime
    return SAMPLES.get(datetime if "MOMENT" in repr(column.type).upper() else kind, SAMPLES[dict])


def _rows(tx: Any, table: Table) -> list[Any]:
    return [tuple(row) for row in tx.exec_driver_sql(f'SELECT * FROM "{table.name}"')]


@pytest.mark.parametrize("table", HOT, ids=lambda table: table.name)
@pytest.mark.parametrize("complete", [True, False], ids=["every column", "what must be there"])
async def test_the_fast_insert_writes_the_same_rows(sqlite: Any, table: Table, complete: bool) -> None:
    wanted = [c for c in table.c if complete or (not c.nullable and c.default is None)]
    values = {c.name: _value(c) for c in wanted}

    def both(tx: Any) -> tuple[list[Any], list[Any]]:
        tx.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        tx.execute(insert(table), values)
        usual = _rows(tx, table)
        tx.execute(delete(table))
        assert FastInsert(table).run(tx, values) is not None, "the short way was not taken"
        return usual, _rows(tx, table)

    usual, short = await sqlite.read(both)
    assert usual == short


async def test_a_constraint_violation_raises_the_usual_error_and_keeps_the_transaction(sqlite: Any) -> None:
    into = FastInsert(contacts)

    def unit(tx: Any) -> int:
        made = new_id(tx, into, {"name": "Sara", "notes": "", "created_at": AT})
        with pytest.raises(IntegrityError):
            put(tx, into, {"id": made, "name": "Sara", "notes": "", "created_at": AT})
        return made

    made = await sqlite.write(unit)
    assert (
        await sqlite.read(lambda tx: tx.execute(select(contacts.c.name).where(contacts.c.id == made)).scalar())
        == "Sara"
    )


async def test_existing_rows_are_skipped_and_missing_values_are_errors(sqlite: Any) -> None:
    keep = Ignoring(intake)
    row = {"channel": "email", "account": "a", "external_id": "1", "received_at": AT, "due_at": AT, "raw": b"x"}

    def unit(tx: Any) -> tuple[bool, bool]:
        return insert_ignore(tx, keep, row), insert_ignore(tx, keep, row)

    assert await sqlite.write(unit) == (True, False)
    with pytest.raises(IntegrityError):
        await sqlite.write(insert_ignore, keep, {**row, "external_id": "2", "raw": None})
    assert await sqlite.read(lambda tx: tx.execute(text("SELECT count(*) FROM intake")).scalar()) == 1

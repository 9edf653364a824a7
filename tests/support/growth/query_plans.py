"""Statements that a desk runs, and which of them read a growing table from end to end, by the plan of its database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event, text

from helpdesk.database.engine import Database

SMALL = frozenset(  # what does not grow with customers and years: the shop's own people, cursors, leases
    {"people", "teams", "memberships", "cursors", "leases", "alembic_version"}
)
BROWSED = frozenset(  # whole indexes that a page walks from its newest end, where nearly every row is one of the page's
    {"ix_tickets_changed"}
)
READS = ("SELECT", "UPDATE", "DELETE", "WITH")
PARTIAL = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'",
    "postgresql": "SELECT indexname FROM pg_indexes WHERE indexdef LIKE '% WHERE %'",
}
# A SEARCH without an index is the least or greatest of all rows.
SQLITE_SCAN = re.compile(
    r"(?:SCAN (?P<table>\w+)(?: USING (?:COVERING )?INDEX (?P<index>\w+))?|SEARCH (?P<whole>\w+))$"
)


def engines(database: Any) -> list[Engine]:
    """The engines below a database."""
    if database.kind == "sqlite":
        return [database._read_engine, database._write_engine]
    return [database._engine.sync_engine]


@dataclass
class Recorder:
    """Every distinct statement with the parameters it first had."""

    statements: dict[str, Any] = field(default_factory=dict)

    def note(self, _tx: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        """Hear one statement."""
        if not many and statement.lstrip().upper().startswith(READS):
            self.statements.setdefault(statement, parameters)


@contextmanager
def recorded(database: Database) -> Iterator[Recorder]:
    """Every statement that runs on the database meanwhile."""
    recorder = Recorder()
    for engine in engines(database):
        event.listen(engine, "before_cursor_execute", recorder.note)
    try:
        yield recorder
    finally:
        for engine in engines(database):
            event.remove(engine, "before_cursor_execute", recorder.note)


def scanning(tx: Connection, recorder: Recorder) -> list[str]:
    """The statements that read a growing table from end to end, each with the line of its plan."""
    partial = set(tx.execute(text(PARTIAL[tx.dialect.name])).scalars())
    if tx.dialect.name == "postgresql":  # then a scan is chosen only where no index serves, however few rows there are
        for way in ("seqscan", "mergejoin", "hashjoin"):
            tx.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    find = _sqlite if tx.dialect.name == "sqlite" else _postgres
    return [
        f"{line}: {statement}"
        for statement, parameters in recorder.statements.items()
        for line in find(tx, statement, parameters, partial)
    ]


def _sqlite(tx: Connection, statement: str, parameters: Any, partial: set[str]) -> Iterator[str]:
    for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
        match = SQLITE_SCAN.match(row[3])
        name = (match["table"] or match["whole"]) if match else "CONSTANT"
        if name in SMALL | {"CONSTANT"} or _derived(statement, name):
            continue
        if match and match["index"] not in partial | BROWSED:
            yield row[3]


def _derived(statement: str, name: str) -> bool:
    """Whether a name is a subquery's: what it reads has lines of its own."""
    return bool(re.search(rf"\)\s+AS\s+{name}\b", statement))


def _postgres(tx: Connection, statement: str, parameters: Any, partial: set[str]) -> Iterator[str]:
    (plan,) = tx.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    for node in _nodes(plan["Plan"]):
        name, index = node.get("Relation Name", ""), node.get("Index Name", "")
        if node["Node Type"] == "Seq Scan" and name not in SMALL:
            yield f"Seq Scan on {name}"
        elif index and "Index Cond" not in node and index not in partial | BROWSED and not _small(index):
            yield f"{node['Node Type']} of all of {index}"


def _small(index: str) -> bool:
    return any(index.endswith(f"_{name}") or f"_{name}_" in index for name in SMALL)


def _nodes(plan: Any) -> Iterator[Any]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)

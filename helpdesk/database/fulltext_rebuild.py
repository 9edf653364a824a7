"""Makes the full-text index anew while the desk runs.

PostgreSQL replaces row by row. The contentless index of SQLite forgets nothing, so a second one is filled
beside it and takes its place at the end. A rebuild that was stopped goes on where it stood.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, text

from helpdesk.database.dialect import run_directly
from helpdesk.database.fulltext import DDL, LONGEST, vector_text

_NOTE_CHANGES = (  # by a trigger: entries may be changed by another process
    "CREATE TRIGGER IF NOT EXISTS note_words_changed AFTER UPDATE OF text ON entries "
    "BEGIN INSERT OR IGNORE INTO words_changed VALUES (new.id); END"
)
_BEGIN = (
    DDL["sqlite"][0].replace("TABLE words ", "TABLE IF NOT EXISTS words_next "),
    "CREATE TABLE IF NOT EXISTS words_changed (entry_id INTEGER PRIMARY KEY)",
    _NOTE_CHANGES,
)
_FINISH = (
    "DROP TRIGGER note_words_changed",
    "DROP TABLE words_changed",
    "DROP TABLE words",
    "ALTER TABLE words_next RENAME TO words",
)
_REPLACE = text(
    "INSERT INTO words (entry_id, vector) VALUES (:entry_id, to_tsvector('simple', :text)) "
    "ON CONFLICT (entry_id) DO UPDATE SET vector = excluded.vector"
)
_REMOVE = text("DELETE FROM words WHERE entry_id = ANY(:entry_ids)")


def begin(tx: Connection) -> int:
    """Start a rebuild or go on with one. Returns the last entry that a stopped rebuild reached, 0 for none."""
    if tx.dialect.name == "postgresql":
        return 0
    for statement in _BEGIN:
        tx.exec_driver_sql(statement)
    last: int | None = tx.exec_driver_sql("SELECT max(id) FROM words_next_docsize").scalar()
    return last or 0


def replace(tx: Connection, *, folded: Mapping[int, str], entry_ids: Iterable[int]) -> None:
    """Index entries by these folded texts; those of `entry_ids` without a text are found no more."""
    if tx.dialect.name == "postgresql":
        gone = [entry_id for entry_id in entry_ids if entry_id not in folded]
        if gone:
            tx.execute(_REMOVE, {"entry_ids": gone})
        if folded:
            tx.execute(_REPLACE, [{"entry_id": key, "text": vector_text(words)} for key, words in folded.items()])
        return
    for entry_id, words in folded.items():
        run_directly(tx, "INSERT INTO words_next (rowid, text) VALUES (?, ?)", (entry_id, words[:LONGEST]))


def changed(tx: Connection) -> list[int]:
    """Entries whose text changed since the rebuild began."""
    if tx.dialect.name == "postgresql":
        return []  # each was locked while it was indexed
    return list(tx.exec_driver_sql("SELECT entry_id FROM words_changed").scalars())


def finish(tx: Connection) -> None:
    """Let the new index take the place of the old one."""
    if tx.dialect.name == "postgresql":
        return
    for statement in _FINISH:
        tx.exec_driver_sql(statement)

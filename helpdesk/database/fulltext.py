"""Full-text search, the one place where SQLite (FTS5) and PostgreSQL (tsvector) speak differently.

Texts and questions come folded already (`helpdesk.text.key`); here they are only split at spaces.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, text

from helpdesk.database.dialect import run_directly

DDL = {
    "sqlite": (
        "CREATE VIRTUAL TABLE words USING fts5(text, content='', detail=none, tokenize='unicode61 remove_diacritics 0')",
    ),
    "postgresql": (
        "CREATE TABLE words (entry_id BIGINT PRIMARY KEY, vector tsvector NOT NULL)",
        "CREATE INDEX ix_words_vector ON words USING gin (vector)",
    ),
}
_ADD = text(
    "INSERT INTO words (entry_id, vector) VALUES (:entry_id, to_tsvector('simple', :text)) "
    "ON CONFLICT (entry_id) DO UPDATE SET vector = words.vector || excluded.vector"
)
_FIND = {
    "sqlite": text("SELECT rowid FROM words WHERE words MATCH :question ORDER BY rowid DESC LIMIT :most"),
    "postgresql": text(
        "SELECT entry_id FROM words WHERE vector @@ to_tsquery('simple', :question) ORDER BY entry_id DESC LIMIT :most"
    ).bindparams(bindparam("question")),
}
_WORD = re.compile(r"\w+")
LONGEST = 20_000  # characters of one entry that are searchable


def create(tx: Connection) -> None:
    """Make the index of an empty database."""
    for statement in DDL[tx.dialect.name]:
        tx.exec_driver_sql(statement)


def add(tx: Connection, *, entry_id: int, folded: str) -> None:
    """Make the folded text of an entry findable, beside what it was found by before."""
    if tx.dialect.name == "postgresql":
        tx.execute(_ADD, {"entry_id": entry_id, "text": vector_text(folded)})
    else:
        run_directly(tx, "INSERT INTO words (rowid, text) VALUES (?, ?)", (entry_id, folded[:LONGEST]))


def vector_text(folded: str) -> str:
    """Words for a tsvector, split here: its parser would keep addresses and host names whole."""
    return " ".join(_WORD.findall(folded[:LONGEST]))


def find(tx: Connection, *, folded: str, most: int) -> Sequence[int]:
    """The newest entries that have all words, the last one as a beginning. No words: nothing."""
    words = _WORD.findall(folded)
    if not words:
        return []
    if tx.dialect.name == "sqlite":
        question = " ".join(f'"{word}"' for word in words) + " *"
    else:
        question = " & ".join(words) + ":*"
    ids = tx.execute(_FIND[tx.dialect.name], {"question": question, "most": most}).scalars().all()
    return list(ids)

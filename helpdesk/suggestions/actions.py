"""Writes of suggestions: what the engine proposed for a message, and which proposal a person sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from helpdesk.database.dialect import put
from helpdesk.database.fast_insert import FastInsert
from helpdesk.suggestions.models import suggested, taken

Proposal = Sequence[tuple[str, float, Sequence[str]]]
_SUGGESTED = FastInsert(suggested)
LONGEST_QUESTION = 20_000  # characters of a message that are matched


def record_suggestions(
    tx: Connection, suggest: Callable[[str, str], Proposal], *, entry_id: int, text: str, language: str
) -> None:
    """Store the suggestions for a customer's message, if any."""
    matches = suggest(text[:LONGEST_QUESTION], language)
    if matches:
        items = [[article, round(confidence, 3), list(words)] for article, confidence, words in matches]
        put(tx, _SUGGESTED, {"entry_id": entry_id, "items": items})


def suggestions_of(tx: Connection, *, entry_ids: Sequence[int]) -> list[tuple[str, float, list[str]]]:
    """The suggestions for the newest of these messages that has any; best first."""
    mine = suggested.c.entry_id.in_(entry_ids)
    items = tx.execute(select(suggested.c["items"]).where(mine).order_by(suggested.c.entry_id.desc()).limit(1)).scalar()
    return [(article, confidence, words) for article, confidence, words in items or []]


def record_accepted_suggestion(
    tx: Connection,
    *,
    entry_id: int,
    question_id: int | None,
    article: str,
    question: str,
    kept: float,
    person_id: int,
    now: datetime,
) -> None:
    """Record that a person sent an article, and the share kept unchanged (0 to 1)."""
    tx.execute(
        insert(taken),
        {
            "entry_id": entry_id,
            "question_id": question_id,
            "article": article,
            "question": question,
            "kept": kept,
            "person_id": person_id,
            "at": now,
        },
    )


def accepted_suggestions(tx: Connection, *, most: int = 20_000) -> list[tuple[str, str]]:
    """Confirmed (question, article) pairs, oldest first: the engine learns them at every start."""
    rows = tx.execute(select(taken.c.question, taken.c.article).order_by(taken.c.id.desc()).limit(most)).all()
    return [(row.question, row.article) for row in reversed(rows)]

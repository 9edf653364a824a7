"""Keeping what the engine proposed for a question and what people took of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from helpdesk.database.dialect import put
from helpdesk.database.fast_insert import FastInsert
from helpdesk.suggestions.models import suggested, taken

Proposal = Sequence[tuple[str, float, Sequence[str]]]
_SUGGESTED = FastInsert(suggested)
LONGEST_QUESTION = 20_000  # characters of a message that are compared with the articles


def record_suggestions(
    tx: Connection, suggest: Callable[[str, str], Proposal], *, entry_id: int, text: str, language: str
) -> None:
    """Store the best articles for a customer's message; nothing when there are none."""
    matches = suggest(text[:LONGEST_QUESTION], language)
    if matches:
        items = [[article, round(confidence, 3), list(words)] for article, confidence, words in matches]
        put(tx, _SUGGESTED, {"entry_id": entry_id, "items": items})


def suggestions_of(tx: Connection, *, entry_ids: Sequence[int]) -> list[tuple[str, float, list[str]]]:
    """What was proposed for the newest of these messages for which anything was; best first."""
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
    """Record that a person sent an article, and how much of it stayed as it was (0 to 1)."""
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
    """(question, article) of what people took, oldest first: the engine is told them at every start."""
    rows = tx.execute(select(taken.c.question, taken.c.article).order_by(taken.c.id.desc()).limit(most)).all()
    return [(row.question, row.article) for row in reversed(rows)]

"""Table of suggestions: what the engine proposed for a message and what was sent of it."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, String, Table, Text

from helpdesk.database.metadata import Id, Json, Moment, metadata, primary_key

suggested = Table(
    "suggested",
    metadata,
    Column("entry_id", Id, ForeignKey("entries.id"), primary_key=True, autoincrement=False),
    Column("items", Json, nullable=False),  # [[article, confidence, [matched words]], …], best first
)

taken = Table(
    "taken",
    metadata,
    primary_key(),
    Column("entry_id", Id, ForeignKey("entries.id"), nullable=False),  # the answer that was sent
    Column("question_id", Id, ForeignKey("entries.id")),
    Column("article", String(128), nullable=False),
    Column("question", Text, nullable=False),
    Column("kept", Float, nullable=False),  # share of the suggestion that was sent unchanged, 0 to 1
    Column("person_id", Id),
    Column("at", Moment, nullable=False),
    Index("ix_taken_article", "article"),
)

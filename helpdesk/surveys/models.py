"""Tables of survey invitations with their answers, and of the follow-up call that a sad answer asks for."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from helpdesk.database.metadata import Id, Json, Moment, metadata, primary_key

surveys = Table(
    "surveys",
    metadata,
    primary_key(),
    Column("ticket_id", Id, ForeignKey("tickets.id"), nullable=False),
    Column("cycle", Integer, nullable=False),
    Column("entry_id", Id, ForeignKey("entries.id")),
    Column("contact_id", Id, ForeignKey("contacts.id"), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("person_id", Id),  # the agent it is about, frozen at sending
    Column("team_id", Id),
    Column("token_hash", String(64), nullable=False),
    Column("invited_at", Moment, nullable=False),
    Column("answered_at", Moment),  # the first tap
    Column("score", String(8)),  # happy neutral sad
    Column("reasons", Json),
    Column("words", Text),
    Column("loaded_at", Moment),  # a page gave the answer by itself then, or had it taken back: not sure for a minute
    UniqueConstraint("ticket_id", "cycle"),
    UniqueConstraint("token_hash"),
    Index("ix_surveys_contact", "contact_id", "invited_at"),
    Index(
        "ix_surveys_loaded",
        "loaded_at",
        sqlite_where=text("loaded_at IS NOT NULL"),
        postgresql_where=text("loaded_at IS NOT NULL"),
    ),
)

follow_ups = Table(
    "follow_ups",
    metadata,
    primary_key(),
    Column("ticket_id", Id, ForeignKey("tickets.id"), nullable=False),
    Column("survey_id", Id, ForeignKey("surveys.id"), nullable=False),
    Column("owner_id", Id),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("done_at", Moment),
    Column("outcome", Text),
    UniqueConstraint("survey_id"),
    Index("ix_follow_ups_ticket", "ticket_id"),
)

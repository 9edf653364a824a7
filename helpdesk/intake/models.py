"""What arrived, as it arrived, and how far each account has been read."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint, text

from helpdesk.database.metadata import Moment, metadata, primary_key

intake = Table(
    "intake",
    metadata,
    primary_key(),
    Column("channel", String(32), nullable=False),
    Column("account", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("order_key", Text, nullable=False, default=""),
    Column("received_at", Moment, nullable=False),
    Column("state", String(16), nullable=False, default="new"),  # new done ignored quarantined
    Column("attempts", Integer, nullable=False, default=0),
    Column("due_at", Moment, nullable=False),
    Column("error", Text),
    Column("raw", LargeBinary, nullable=False),
    UniqueConstraint("channel", "account", "external_id"),
    Index("ix_intake_new", "id", sqlite_where=text("state = 'new'"), postgresql_where=text("state = 'new'")),
    Index(
        "ix_intake_held",
        "id",
        sqlite_where=text("state = 'quarantined'"),
        postgresql_where=text("state = 'quarantined'"),
    ),
    Index(
        "ix_intake_order",
        "channel",
        "account",
        "order_key",
        "id",
        sqlite_where=text("state = 'new'"),
        postgresql_where=text("state = 'new'"),
    ),
)

cursors = Table(
    "cursors",
    metadata,
    Column("channel", String(32), primary_key=True),
    Column("account", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
)

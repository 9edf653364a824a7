"""What must leave, and what became of it."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, text

from helpdesk.database.metadata import Id, Json, Moment, metadata, primary_key

UNDER_WAY, UNSENT = "state IN ('queued', 'sending')", "state IN ('failed', 'uncertain')"

outbox = Table(
    "outbox",
    metadata,
    primary_key(),
    Column("entry_id", Id, ForeignKey("entries.id"), nullable=False),
    Column("ticket_id", Id, ForeignKey("tickets.id"), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("account", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("mailbox", Text),  # of automatic mail: the address without what stands behind a plus
    Column("domain", Text),  # of automatic mail, where it is one organisation's
    Column("order_key", Text, nullable=False),  # same key: leaves in order
    Column("automatic", Boolean, nullable=False, default=False),
    Column("payload", Json, nullable=False),
    # queued sending sent failed bounced uncertain undone
    Column("state", String(16), nullable=False, default="queued"),
    Column("attempts", Integer, nullable=False, default=0),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("lease_by", Text),
    Column("error", Text),
    Column("done_at", Moment),
    Index(
        "ix_outbox_queued",
        "due_at",
        "id",
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index(
        "ix_outbox_order",
        "order_key",
        "id",
        sqlite_where=text(UNDER_WAY),
        postgresql_where=text(UNDER_WAY),
    ),
    Index("ix_outbox_unsent", "state", "id", sqlite_where=text(UNSENT), postgresql_where=text(UNSENT)),
    Index("ix_outbox_entry", "entry_id"),
    Index(
        "ix_outbox_automatic_mailbox",
        "mailbox",
        "created_at",
        sqlite_where=text("automatic"),
        postgresql_where=text("automatic"),
    ),
    Index(
        "ix_outbox_automatic_domain",
        "domain",
        "created_at",
        sqlite_where=text("automatic"),
        postgresql_where=text("automatic"),
    ),
    Index(
        "ix_outbox_automatic_ticket",
        "ticket_id",
        "created_at",
        sqlite_where=text("automatic"),
        postgresql_where=text("automatic"),
    ),
)

unread = Table(  # tickets with an answer that its customer has not read yet, and when to look again
    "unread",
    metadata,
    Column("ticket_id", Id, ForeignKey("tickets.id"), primary_key=True, autoincrement=False),
    Column("due_at", Moment, nullable=False),
    Index("ix_unread_due_at", "due_at"),
)

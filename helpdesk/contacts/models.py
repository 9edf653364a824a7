"""Customers and the addresses they are reached at."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint

from helpdesk.database.metadata import Id, Moment, metadata, primary_key

contacts = Table(
    "contacts",
    metadata,
    primary_key(),
    Column("name", Text, nullable=False, default=""),
    Column("language", String(8)),
    Column("time_zone", String(64)),
    Column("notes", Text, nullable=False, default=""),
    Column("mark", String(32)),  # what policies may ask for: vip, …
    Column("created_at", Moment, nullable=False),
    Column("blocked_at", Moment),
    Column("merged_into_id", Id, ForeignKey("contacts.id")),
    sqlite_autoincrement=True,
)

addresses = Table(
    "addresses",
    metadata,
    primary_key(),
    Column("contact_id", Id, ForeignKey("contacts.id"), nullable=False),
    Column("address", Text, nullable=False),  # email:a@b.c, telegram:<bot>:<user>, phone:+98…, webchat:<visitor>
    Column("channel", String(32), nullable=False),
    Column("verified", Boolean, nullable=False, default=False),
    Column("created_at", Moment, nullable=False),
    Column("unreachable_at", Moment),  # cleared when it writes again
    Column("unreachable_reason", Text),
    UniqueConstraint("address"),
    Index("ix_addresses_contact_id", "contact_id"),
)

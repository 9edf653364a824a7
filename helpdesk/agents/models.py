"""Tables of people, teams, sessions, one-time links, sign-in attempts and the audit log."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint

from helpdesk.database.metadata import Id, Json, Moment, metadata, primary_key

people = Table(
    "people",
    metadata,
    primary_key(),
    Column("name", Text, nullable=False),
    Column("email", String(254), nullable=False),  # case-folded; the login name
    Column("role", String(16), nullable=False),
    Column("language", String(8)),  # None: the desk's
    Column("theme", String(8), nullable=False, default="system"),
    Column("password_hash", Text),  # None: sign-in by link only
    Column("extension", String(32)),  # of their telephone; calls answered there are theirs
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    UniqueConstraint("email"),
    UniqueConstraint("extension"),
    CheckConstraint("role IN ('agent', 'supervisor', 'administrator')", name="role"),
)

teams = Table(
    "teams",
    metadata,
    primary_key(),
    Column("name", String(80), nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("name"),
)

memberships = Table(
    "memberships",
    metadata,
    Column("team_id", Id, ForeignKey("teams.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True),
    Index("ix_memberships_person_id", "person_id"),
)

sessions = Table(
    "sessions",
    metadata,
    primary_key(),
    Column("token_hash", String(64), nullable=False),  # SHA-256 of 192 random bits
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("address", String(64), nullable=False, default=""),
    Column("device", String(200), nullable=False, default=""),
    Column("by_link", Boolean, nullable=False, default=False),  # a fresh one may choose a password without the old one
    UniqueConstraint("token_hash"),
    Index("ix_sessions_person_id", "person_id"),
    Index("ix_sessions_expires_at", "expires_at"),
)

one_time_links = Table(
    "one_time_links",
    metadata,
    primary_key(),
    Column("token_hash", String(64), nullable=False),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("made_by_id", Id, ForeignKey("people.id")),  # None: the command line
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    UniqueConstraint("token_hash"),
    Index("ix_one_time_links_person_id", "person_id"),
)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    primary_key(),
    Column("account", String(254), nullable=False),  # as typed, case-folded; need not exist
    Column("address", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_sign_in_attempts_account_at", "account", "at"),
    Index("ix_sign_in_attempts_address_at", "address", "at"),
    Index("ix_sign_in_attempts_at", "at"),
)

audit_log = Table(  # rows are added, never changed or removed
    "audit_log",
    metadata,
    primary_key(),
    Column("at", Moment, nullable=False),
    Column("person_id", Id, ForeignKey("people.id")),  # who did it; None: the command line or the desk itself
    Column("action", String(64), nullable=False),
    Column("about", Text, nullable=False, default=""),  # person:3, team:1
    Column("address", String(64), nullable=False, default=""),
    Column("data", Json, nullable=False, default=dict),
    Index("ix_audit_log_about", "about", "id"),
)

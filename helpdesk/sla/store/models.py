"""Cycles and their clocks: the record of who answered when, and why it counted."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, text

from helpdesk.database.metadata import Id, Json, Moment, metadata, primary_key

RUNNING = "state = 'running'"

cycles = Table(
    "cycles",
    metadata,
    Column("ticket_id", Id, ForeignKey("tickets.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("start_entry_id", Id, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("resolved_at", Moment),
    Column("bot_first_response_at", Moment),
)

clocks = Table(
    "clocks",
    metadata,
    primary_key(),
    Column("ticket_id", Id, ForeignKey("tickets.id"), nullable=False),
    Column("cycle", Integer, nullable=False),
    Column("kind", String(16), nullable=False),  # first_response next_response resolution queue_wait
    Column(
        "state", String(16), nullable=False, default="running"
    ),  # running paused stopped unanswered merged; queue_wait: left
    Column("start_entry_id", Id, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("target_minutes", Integer),  # none: the policy asks for nothing; queue_wait: its due time tells the seconds
    Column("due_at", Moment),
    Column("warn_at", Moment),
    Column("stop_entry_id", Id),
    Column("stopped_at", Moment),
    Column("person_id", Id),  # who answered
    Column("how", String(16)),  # typed, suggestion, call, …
    Column("working_seconds", Integer, nullable=False, default=0),  # used until the stop or the last pause
    Column("resumed_at", Moment),  # counting goes on from here after a pause
    Column("not_counted", Json),  # ids of outgoing entries in between that did not count
    Column("calendar", String(64), nullable=False),  # name and version it was computed with
    Column("policy", String(64), nullable=False),
    Column("warned_at", Moment),
    Column("breached_at", Moment),
    Column("fire_at", Moment),  # when the watcher must look next; none: never
    Index("ix_clocks_ticket", "ticket_id", "id"),
    Index("ix_clocks_running", "breached_at", "id", sqlite_where=text(RUNNING), postgresql_where=text(RUNNING)),
    Index(
        "ix_clocks_fire",
        "fire_at",
        sqlite_where=text("fire_at IS NOT NULL"),
        postgresql_where=text("fire_at IS NOT NULL"),
    ),
)

"""Tickets and their timeline. The timeline is the event log: no change without an entry."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from helpdesk.database.metadata import Id, Json, Moment, metadata, primary_key
from helpdesk.tickets.vocabulary import NEVER

SAD = "sad_at IS NOT NULL AND spam_at IS NULL"
TO_DO = f"active OR ({SAD})"  # somebody waits: for an answer, or for a call back

tickets = Table(
    "tickets",
    metadata,
    primary_key(),  # the number people see
    Column("subject", Text, nullable=False, default=""),
    Column("status", String(16), nullable=False, default="new"),  # new open waiting on_hold resolved closed
    Column("active", Boolean, nullable=False, default=True),  # not resolved, closed, spam or merged
    Column("contact_id", Id, ForeignKey("contacts.id"), nullable=False),
    Column("team_id", Id, ForeignKey("teams.id")),
    Column("assignee_id", Id, ForeignKey("people.id")),
    Column("priority", String(16), nullable=False, default="normal"),  # low normal high urgent
    Column("language", String(8)),
    Column("channel", String(32), nullable=False),  # where the next reply goes unless the agent says otherwise
    Column("account", Text, nullable=False, default=""),
    Column("address", Text, nullable=False, default=""),
    Column("conversation", Text),
    Column("reply_via", Text),  # our address the customer wrote to
    Column("snippet", Text, nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("customer_at", Moment),  # newest message of the customer
    Column("customer_entry_id", Id),
    Column("answered", Boolean, nullable=False, default=False),  # the newest public message is a person's
    Column("deadline", Moment, nullable=False, default=NEVER),  # nearest due time: running clocks, call back
    Column("deadline_kind", String(16)),  # which clock, or call_back
    Column("deadline_start", Moment),
    Column("cycle", Integer, nullable=False, default=0),
    Column("resolved_at", Moment),
    Column("closed_at", Moment),
    Column("spam_at", Moment),
    Column("automatic", Boolean, nullable=False, default=False),  # opened by a robot's mail: no clock, no survey
    Column("merged_into_id", Id, ForeignKey("tickets.id")),
    Column("follows_id", Id, ForeignKey("tickets.id")),  # opened by a message to an older, closed one
    Column("sad_at", Moment),  # the customer was unhappy and nobody has called back yet
    Column("call_back_at", Moment),  # when somebody should have, the earliest
    Column("person_wanted_at", Moment),  # the customer asked for a person: robots are silent in this cycle
    Index("ix_tickets_deadline", "active", "deadline", "id"),
    Index("ix_tickets_to_do", "deadline", "id", sqlite_where=text(TO_DO), postgresql_where=text(TO_DO)),
    Index(
        "ix_tickets_to_do_of", "assignee_id", "deadline", "id", sqlite_where=text(TO_DO), postgresql_where=text(TO_DO)
    ),
    Index(
        "ix_tickets_waiting",
        "active",
        "deadline",
        "id",
        sqlite_where=text("status IN ('waiting', 'on_hold')"),
        postgresql_where=text("status IN ('waiting', 'on_hold')"),
    ),
    Index("ix_tickets_longest", "active", "customer_at", "id"),
    Index("ix_tickets_changed", "changed_at", "id"),
    Index("ix_tickets_contact", "contact_id", "id"),
    Index("ix_tickets_conversation", "conversation", "channel", "account", "active", "id"),
    Index("ix_tickets_sad", "sad_at", "id", sqlite_where=text(SAD), postgresql_where=text(SAD)),
    sqlite_autoincrement=True,
)

entries = Table(
    "entries",
    metadata,
    primary_key(),
    Column("ticket_id", Id, ForeignKey("tickets.id"), nullable=False),
    Column("at", Moment, nullable=False),  # when we received or wrote it
    Column("kind", String(16), nullable=False),  # message note call survey change delivery reaction
    Column("author", String(16), nullable=False),  # customer agent bot automation survey system import
    Column("public", Boolean, nullable=False, default=False),
    Column("outgoing", Boolean, nullable=False, default=False),
    Column("person_id", Id, ForeignKey("people.id")),
    Column("contact_id", Id, ForeignKey("contacts.id")),
    Column("channel", String(32)),
    Column("account", Text),
    Column("address", Text),  # whom it came from or goes to
    Column("text", Text, nullable=False, default=""),
    Column("automatic", Boolean, nullable=False, default=False),
    Column("thanks", Boolean, nullable=False, default=False),
    Column("stranger", Boolean, nullable=False, default=False),  # its author takes no part in the ticket
    Column("remote_id", Text),
    Column("sent_at", Moment),  # the sender's own date (in) or when the remote took it (out)
    Column("delivery", String(16)),  # queued sent failed uncertain undone
    Column("delivery_reason", Text),
    Column("intake_id", Id),
    Column("data", Json),  # what the kind needs: change, recipients, suggestion taken, details of the channel
    Index("ix_entries_ticket", "ticket_id", "id"),
    sqlite_autoincrement=True,
)

bodies = Table(  # what an entry has beside its visible text
    "bodies",
    metadata,
    Column("entry_id", Id, ForeignKey("entries.id"), primary_key=True, autoincrement=False),
    Column("full_text", Text),
    Column("html", Text),
)

attachments = Table(
    "attachments",
    metadata,
    primary_key(),
    Column("entry_id", Id, ForeignKey("entries.id")),  # none while it waits in a draft
    Column("ticket_id", Id, ForeignKey("tickets.id")),
    Column("person_id", Id, ForeignKey("people.id")),  # who uploaded it
    Column("name", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("hash", String(64)),  # none: it was refused, `problem` says why
    Column("inline", Boolean, nullable=False, default=False),
    Column("content_id", Text),
    Column("problem", Text),
    Column("created_at", Moment, nullable=False),
    Index("ix_attachments_entry", "entry_id"),
)

remote_ids = Table(  # every id a remote knows an entry by
    "remote_ids",
    metadata,
    Column("channel", String(32), primary_key=True),
    Column("remote_id", Text, primary_key=True),
    Column("entry_id", Id, ForeignKey("entries.id"), nullable=False),
    sqlite_with_rowid=False,
)

participants = Table(  # whoever takes part beside the ticket's own contact
    "participants",
    metadata,
    Column("ticket_id", Id, ForeignKey("tickets.id"), primary_key=True),
    Column("contact_id", Id, ForeignKey("contacts.id"), primary_key=True),
    Column("welcome", Boolean, nullable=False, default=False),  # False: a stranger who wrote into it
    Column("address", Text),
)

conversations = Table(  # further chats that lead to a ticket: it was merged, moved, or goes on elsewhere
    "conversations",
    metadata,
    Column("channel", String(32), primary_key=True),
    Column("account", Text, primary_key=True),
    Column("conversation", Text, primary_key=True),
    Column("ticket_id", Id, ForeignKey("tickets.id"), primary_key=True),
    sqlite_with_rowid=False,
)

tags = Table(
    "tags",
    metadata,
    Column("ticket_id", Id, ForeignKey("tickets.id"), primary_key=True),
    Column("tag", String(64), primary_key=True),
    Index("ix_tags_tag", "tag", "ticket_id"),
)

reads = Table(
    "reads",
    metadata,
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True),
    Column("ticket_id", Id, ForeignKey("tickets.id"), primary_key=True),
    Column("entry_id", Id, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    primary_key(),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("ticket_id", Id, ForeignKey("tickets.id"), nullable=False),
    Column("kind", String(16), nullable=False),  # reply note
    Column("text", Text, nullable=False),
    Column("data", Json),
    Column("changed_at", Moment, nullable=False),
    UniqueConstraint("person_id", "ticket_id", "kind"),
    Index("ix_drafts_ticket", "ticket_id"),
)

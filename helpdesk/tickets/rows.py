"""The rows of tickets and timelines with their types: what is read, what is written, what may change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Protocol, TypedDict, Unpack

from helpdesk.tickets.vocabulary import NEVER, Author, Delivery, EntryKind, Priority, Status

Json = Mapping[str, Any]  # what an entry holds beside its columns: JSON, its keys as the entry's kind and channel want


class TicketChanges(TypedDict, total=False):
    """The columns of a ticket that change during its life."""

    subject: str
    status: Status
    active: bool
    team_id: int | None
    assignee_id: int | None
    priority: Priority
    channel: str
    account: str
    address: str
    conversation: str | None
    reply_via: str | None
    snippet: str
    changed_at: datetime
    customer_at: datetime | None
    customer_entry_id: int | None
    answered: bool
    deadline: datetime
    deadline_kind: str | None
    deadline_start: datetime | None
    cycle: int
    resolved_at: datetime | None
    closed_at: datetime | None
    spam_at: datetime | None
    automatic: bool
    merged_into_id: int | None
    sad_at: datetime | None
    call_back_at: datetime | None
    person_wanted_at: datetime | None


@dataclass(frozen=True, slots=True)
class TicketRow:
    """One ticket, with its customer's name and mark and the name of its team."""

    id: int
    subject: str
    status: Status
    active: bool
    contact_id: int
    team_id: int | None
    assignee_id: int | None
    priority: Priority
    language: str | None
    channel: str
    account: str
    address: str
    conversation: str | None
    reply_via: str | None
    snippet: str
    created_at: datetime
    changed_at: datetime
    customer_at: datetime | None
    customer_entry_id: int | None
    answered: bool
    deadline: datetime
    deadline_kind: str | None
    deadline_start: datetime | None
    cycle: int
    resolved_at: datetime | None
    closed_at: datetime | None
    spam_at: datetime | None
    automatic: bool
    merged_into_id: int | None
    follows_id: int | None
    sad_at: datetime | None
    call_back_at: datetime | None
    person_wanted_at: datetime | None
    contact_name: str
    contact_mark: str | None
    team_name: str | None

    def updated(self, **changes: Unpack[TicketChanges]) -> TicketRow:
        """The row as it is once these columns are written."""
        return replace(self, **changes)


JOINED = ("contact_name", "contact_mark", "team_name")
TICKET_COLUMNS = tuple(field.name for field in fields(TicketRow) if field.name not in JOINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """The columns a ticket begins with."""

    contact_id: int
    channel: str
    account: str
    address: str
    created_at: datetime
    changed_at: datetime
    customer_at: datetime | None
    subject: str = ""
    status: Status = "new"
    active: bool = True
    team_id: int | None = None
    priority: Priority = "normal"
    language: str | None = None
    conversation: str | None = None
    reply_via: str | None = None
    snippet: str = ""
    deadline: datetime = NEVER
    deadline_kind: str | None = None
    deadline_start: datetime | None = None
    cycle: int = 0
    automatic: bool = False
    follows_id: int | None = None
    spam_at: datetime | None = None
    person_wanted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """A line of the timeline about to be written; the columns mean what `models.entries` says."""

    ticket_id: int
    at: datetime
    kind: EntryKind
    author: Author
    public: bool = False
    outgoing: bool = False
    person_id: int | None = None
    contact_id: int | None = None
    channel: str | None = None
    account: str | None = None
    address: str | None = None
    text: str = ""
    automatic: bool = False
    thanks: bool = False
    stranger: bool = False
    remote_id: str | None = None
    sent_at: datetime | None = None
    delivery: Delivery | None = None
    intake_id: int | None = None
    data: Json | None = None


class EntryRow(Protocol):
    """One line of the timeline as it is read."""

    id: int
    ticket_id: int
    at: datetime
    kind: EntryKind
    author: Author
    public: bool
    outgoing: bool
    person_id: int | None
    contact_id: int | None
    channel: str | None
    account: str | None
    address: str | None
    text: str
    automatic: bool
    thanks: bool
    stranger: bool
    remote_id: str | None
    sent_at: datetime | None
    delivery: Delivery | None
    delivery_reason: str | None
    intake_id: int | None
    data: dict[str, Any] | None


class AttachmentRow(Protocol):
    """A file of an entry or a draft. `hash` None: it was refused, and `problem` says why."""

    id: int
    entry_id: int | None
    ticket_id: int | None
    person_id: int | None
    name: str
    content_type: str
    size: int
    hash: str | None
    inline: bool
    content_id: str | None
    problem: str | None
    created_at: datetime


class NewFile(TypedDict):
    """A stored file about to hang on an entry."""

    name: str
    content_type: str
    size: int
    hash: str | None
    inline: bool
    content_id: str | None
    problem: str | None
    created_at: datetime


class TicketSummary(Protocol):
    """What decides where a message goes: the status of a ticket, whose it is, and what it was merged into."""

    id: int
    status: Status
    active: bool
    resolved_at: datetime | None
    contact_id: int
    merged_into_id: int | None

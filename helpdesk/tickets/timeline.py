"""The timeline of a locked ticket: loaded once by a verb, and kept true while the verb writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from helpdesk.tickets import actions
from helpdesk.tickets.events.event import Event
from helpdesk.tickets.models import entries
from helpdesk.tickets.rows import NewEntry
from helpdesk.tickets.vocabulary import Author, Delivery, EntryKind

MOST_REFERENCES = 20


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """An entry without its text and its intake: what clocks, threading and rules ask of it."""

    id: int
    at: datetime
    kind: EntryKind
    author: Author
    person_id: int | None
    public: bool
    outgoing: bool
    automatic: bool
    thanks: bool
    channel: str | None
    remote_id: str | None
    delivery: Delivery | None
    data: dict[str, Any] | None


_NAMES = tuple(field.name for field in fields(TimelineEntry))
_ENTRIES = (
    select(*(entries.c[name] for name in _NAMES))
    .where(entries.c.ticket_id == bindparam("ticket_id"))
    .order_by(entries.c.id)
)


class Timeline:
    """Every entry of one ticket in order."""

    def __init__(self, ticket_id: int, loaded: Sequence[TimelineEntry]) -> None:
        self.ticket_id = ticket_id
        self.entries = list(loaded)

    @classmethod
    def load(cls, tx: Connection, *, ticket_id: int) -> Timeline:
        """Read it; the ticket should be locked."""
        return cls(ticket_id, [TimelineEntry(*row) for row in tx.execute(_ENTRIES, {"ticket_id": ticket_id})])

    @property
    def newest(self) -> int:
        """The id of the last entry, 0 when there is none."""
        return self.entries[-1].id if self.entries else 0

    def add_entry(self, tx: Connection, entry: NewEntry) -> int:
        """Write an entry; returns its id."""
        entry_id = actions.add_entry(tx, entry)
        values = {name: getattr(entry, name) for name in _NAMES if name not in ("id", "data")}
        data = None if entry.data is None else dict(entry.data)
        self.entries.append(TimelineEntry(id=entry_id, data=data, **values))
        return entry_id

    def record_event(
        self, tx: Connection, event: Event, *, now: datetime, author: Author, person_id: int | None = None
    ) -> int:
        """Write an event; returns the id of its entry."""
        return self.add_entry(
            tx,
            NewEntry(
                ticket_id=self.ticket_id, at=now, kind="change", author=author, person_id=person_id,
                data=event.to_json(),
            ),
        )  # fmt: skip

    def set_newest_remote_id(self, remote_id: str) -> None:
        """The id by which the remote knows the entry that has just been written."""
        self.entries[-1] = replace(self.entries[-1], remote_id=remote_id)

    def written_since(self, entry_id: int) -> bool:
        """Whether messages, calls, notes or a customer's reactions came after an entry."""
        return any(
            entry.kind in ("message", "call", "note") or (entry.kind == "reaction" and not entry.outgoing)
            for entry in self.entries
            if entry.id > entry_id
        )

    def answer_with(self, entry_id: int | None, channel: str) -> dict[str, Any] | None:
        """What a channel kept of a customer's message for the answer to it."""
        known = next((entry for entry in self.entries if entry.id == entry_id and entry.channel == channel), None)
        kept = (known.data or {}).get("answer_with") if known is not None else None
        return kept if isinstance(kept, dict) else None

    def references(self, channel: str) -> list[str]:
        """Remote ids of the messages on a channel, oldest first, the newest `MOST_REFERENCES`."""
        known = [
            entry.remote_id
            for entry in self.entries
            if entry.remote_id and entry.channel == channel and entry.kind in ("message", "survey")
        ]
        return known[-MOST_REFERENCES:]

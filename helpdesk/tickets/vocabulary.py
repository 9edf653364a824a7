"""The words a ticket and its timeline are stored with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Literal, get_args

Status = Literal["new", "open", "waiting", "on_hold", "resolved", "closed"]
Priority = Literal["low", "normal", "high", "urgent"]
EntryKind = Literal["message", "note", "call", "survey", "change", "delivery", "reaction"]
Author = Literal["customer", "agent", "bot", "automation", "survey", "system", "import"]
Delivery = Literal["queued", "sent", "read", "failed", "uncertain", "undone"]  # of an outgoing entry

STATUSES: Final[tuple[Status, ...]] = get_args(Status)
PRIORITIES: Final[tuple[Priority, ...]] = get_args(Priority)
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)  # a deadline that sorts after every real one
CALL_BACK: Final = "call_back"  # the deadline_kind beside the kinds of clocks
ENDED: Final[frozenset[str]] = frozenset({"resolved", "closed"})

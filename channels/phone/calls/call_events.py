"""Call events in one vocabulary for all switchboards.

Providers turn their events into facts; `build_record.py` turns the facts of one call into its record. Facts carry their own
time, so that the order in which they come means nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Literal

What = Literal[
    "opened",  # the first line of the call came up: `number` calls `to`
    "seen",  # a later event tells the same, less surely
    "dialled",  # a line was called: `leg`, by `by` (empty: by the switchboard itself)
    "dial_ended",  # and how that ended: `status`
    "queued",  # the caller waits in `queue`
    "left_queue",  # and does no more: `status` abandoned | timeout | key | moved | ""
    "connected",  # an agent took the call out of a queue
    "completed",  # and finished: `status` names who hung up
    "moved_on",  # the call went on after a queue: it was not the caller who left
    "transferred",
    "hung_up",  # the line `leg` is gone
    "over",  # the whole call is gone
    "recorded",  # `text` names the file
    "voicemail",  # a message was left; `text` names the file
    "survey",  # a keypad answer: `text` the survey, `status` the key
    "told",  # the switchboard's own summary: `told` has fields of the record
]

Direction = Literal["inbound", "outbound", "internal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing known about a call. `end` is the extension behind a line, empty when it leads outside."""

    what: What
    at: datetime | None = None
    leg: str = ""
    by: str = ""
    end: str = ""
    outside: bool | None = None  # the line leads to the public network
    placed: bool = False  # the switchboard itself called this line
    main: bool = False  # it is about the first line of the call
    number: str = ""
    to: str = ""
    name: str = ""
    queue: str = ""
    status: str = ""
    text: str = ""
    wait_s: float | None = None
    ring_s: float | None = None
    talk_s: float | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)

    @property
    def order(self) -> tuple[str, str]:
        """The same order for the same facts, however they came: time, then content."""
        return (self.at.isoformat() if self.at else "~", repr(_EVERYTHING(self)))

    def as_json(self) -> dict[str, Any]:
        """What differs from an empty fact, in JSON's types."""
        plain = zip(_NAMES, _EVERYTHING(self)[2:], _EVERYTHING(_EMPTY)[2:], strict=True)
        kept = {name: value for name, value, empty in plain if type(value) is not type(empty) or value != empty}
        return {"what": self.what, **({"at": iso(self.at)} if self.at else {}), **kept}


_EVERYTHING = attrgetter(*(item.name for item in fields(Fact)))  # `what` and `at` come first
_EMPTY = Fact(what="told")
_NAMES = [item.name for item in fields(Fact)][2:]


def fact_of(plain: Mapping[str, Any]) -> Fact:
    """The fact `Fact.as_json` wrote."""
    at = plain.get("at")
    return Fact(**{**plain, "at": datetime.fromisoformat(at) if at else None})


def iso(at: datetime) -> str:
    """UTC with microseconds: sorted as text is sorted by time."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def believable(at: datetime) -> datetime | None:
    """A moment in UTC; None when telephones of that time wrote no logs, or nobody lives to read them."""
    try:
        astimezone = at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return astimezone if 1970 <= astimezone.year < 2200 else None


@dataclass(frozen=True, slots=True)
class Reading:
    """What an event says: of which call, and what."""

    call_id: str
    facts: Sequence[Fact]
    provider: str


class NotACall(ValueError):
    """The event can't be understood; the text says why."""

"""Events of a ticket itself: who has it, its status, its merges, its clocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpdesk.tickets.events.event import Event


@dataclass(frozen=True)
class Assigned(Event):
    """The ticket went to a person, or (`to` None) back to everybody."""

    name = "assigned"
    to: int | None
    previous: int | None
    why: str = ""


@dataclass(frozen=True)
class StatusChanged(Event):
    """`voids`: entries that count no more for the clocks."""

    name = "status"
    to: str
    previous: str = ""
    voids: list[int] | None = None
    why: str | None = None


@dataclass(frozen=True)
class PriorityChanged(Event):
    name = "priority"
    to: str
    previous: str


@dataclass(frozen=True)
class Tagged(Event):
    name = "tagged"
    tag: str


@dataclass(frozen=True)
class Reopened(Event):
    """A new cycle begins. `call`: the entry of a call that spans both cycles."""

    name = "reopened"
    cycle: int
    to: str
    previous: str = ""
    call: int | None = None


@dataclass(frozen=True)
class Merged(Event):
    """Ticket `number` was merged into this one; `moved` are its entries.

    `voids`, `since`, `joined` and `leans` are for the clocks (see journey/lifecycle/merge.py), `was` and `was_automatic`
    what undoing restores, `guests` the contacts who came along.
    """

    name = "merged"
    number: int
    moved: list[int]
    was_automatic: bool
    guests: list[int]
    voids: list[int]
    since: list[tuple[int, str]] | None = None
    joined: list[int] | None = None
    leans: list[tuple[list[int], int, str]] | None = None
    was: dict[str, Any] | None = None


@dataclass(frozen=True)
class MergedInto(Event):
    name = "merged_into"
    number: int


@dataclass(frozen=True)
class Unmerged(Event):
    """The merge `of` (an entry of this ticket) was undone."""

    name = "unmerged"
    number: int
    of: int


@dataclass(frozen=True)
class UnmergedFrom(Event):
    name = "unmerged_from"
    number: int


@dataclass(frozen=True)
class TeamUnknown(Event):
    """A bot or site names a team that does not exist."""

    name = "team_unknown"
    team: str


@dataclass(frozen=True)
class WrittenByPerson(Event):
    """Somebody said that a message which passed for a robot's was written by a person."""

    name = "written_by_person"
    entry: int


@dataclass(frozen=True)
class DeadlineNear(Event):
    """A clock gave its warning. `at`, `due_at`: ISO times."""

    name = "warned"
    clock: str
    clock_id: int
    at: str
    due_at: str | None


@dataclass(frozen=True)
class DeadlineMissed(Event):
    name = "breached"
    clock: str
    clock_id: int
    at: str
    due_at: str | None


@dataclass(frozen=True)
class DeadlineLater(Event):
    """A `notice` of a clock (warned or breached) is taken back: its time lies later than was told, or was kept."""

    name = "later"
    clock: str
    clock_id: int
    notice: str
    due_at: str | None


@dataclass(frozen=True)
class AnsweredInTime(Event):
    """A breach is taken back: the record that shows it came late."""

    name = "in_time"
    clock: str
    clock_id: int

"""What was promised for a ticket: the policy that matches it and the calendar it is counted by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal, Protocol

from helpdesk.sla.calendar.calendars import Calendar

ClockKind = Literal["first_response", "next_response", "resolution"]
KINDS: tuple[ClockKind, ...] = ("first_response", "next_response", "resolution")


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """What policies may ask about a ticket. `kind`: which hours apply, written or phone."""

    channel: str
    kind: str = "written"
    team: str | None = None
    priority: str = "normal"
    language: str | None = None
    mark: str | None = None
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Target:
    """One promise: minutes of working time (None: none made) and when to warn, as a share of them."""

    minutes: int | None
    warn_share: float
    policy: str


@dataclass(frozen=True, slots=True)
class PlannedClock:
    """A clock about to run."""

    kind: ClockKind
    target: Target
    due_at: datetime | None
    warn_at: datetime | None


class Policy(Protocol):
    """What a matching policy gives."""

    @property
    def label(self) -> str:
        """Name and version, kept with every clock."""

    @property
    def warn_share(self) -> float:
        """When to warn, as a share of the target."""

    def minutes(self, kind: str, priority: str) -> int | None:
        """The target of a clock in working minutes, or None."""

    def wait_seconds(self, priority: str) -> int | None:
        """How long a caller may wait in a queue."""


class Policies(Protocol):
    """The ordered policies."""

    def match(self, facts: PolicyFacts) -> Policy:
        """The first policy that fits."""

    def labels(self) -> Sequence[str]:
        """Name and version of every policy, in their order."""


class PolicyTargets:
    """Policies and calendars together. `version` changes whenever a clock could be counted otherwise."""

    def __init__(self, policies: Policies, calendars: Mapping[str, tuple[str, Calendar]]) -> None:
        self._policies = policies
        self._calendars = calendars  # kind of hours -> (name and version, calendar)
        labels = [*(label for _, (label, _) in sorted(calendars.items())), *policies.labels()]
        self.version = sha256("\n".join(labels).encode()).hexdigest()[:16]

    def calendar(self, kind: str) -> tuple[str, Calendar]:
        """The calendar for written or phone contacts, with its name and version."""
        return self._calendars.get(kind) or self._calendars["written"]

    def target(self, facts: PolicyFacts, kind: ClockKind) -> Target:
        """What was promised for a clock."""
        policy = self._policies.match(facts)
        return Target(policy.minutes(kind, facts.priority), policy.warn_share, policy.label)

    def wait(self, facts: PolicyFacts) -> tuple[int | None, str]:
        """Seconds a caller may wait in a queue (None: nothing is promised), and the policy that says so."""
        policy = self._policies.match(facts)
        return policy.wait_seconds(facts.priority), policy.label

    def plan(self, facts: PolicyFacts, kind: ClockKind, start: datetime) -> PlannedClock:
        """A clock that starts at `start`."""
        target = self.target(facts, kind)
        if target.minutes is None:
            return PlannedClock(kind, target, None, None)
        calendar = self.calendar(facts.kind)[1]
        return PlannedClock(
            kind,
            target,
            calendar.due_at(start, target.minutes),
            calendar.due_at(start, target.minutes * target.warn_share),
        )


def nearest(planned: list[PlannedClock]) -> PlannedClock | None:
    """The clock that is due first."""
    due = [clock for clock in planned if clock.due_at is not None]
    return min(due, key=_due) if due else None


def _due(planned: PlannedClock) -> datetime:
    assert planned.due_at is not None
    return planned.due_at


def next_check(
    due_at: datetime | None, warn_at: datetime | None, warned_at: datetime | None, breached_at: datetime | None
) -> datetime | None:
    """When the watcher must look at a running clock next."""
    if warned_at is None and warn_at is not None and (due_at is None or warn_at < due_at):
        return warn_at
    return due_at if breached_at is None else None

"""What is promised to whom: ordered policies, the first that fits wins. Read from config/sla.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from json import dumps
from pathlib import Path
from typing import Any, get_args

from helpdesk.errors import Invalid
from helpdesk.sla.calendar.calendars import Calendar, parse
from helpdesk.sla.calendar.default_calendar import YEARS, CalendarKind, default_calendar, iranian_holidays
from helpdesk.sla.engine.replay import CycleTargets
from helpdesk.sla.targets import KINDS, PolicyFacts

PRIORITIES = ("low", "normal", "high", "urgent")
CONDITIONS = ("channel", "kind", "team", "priority", "language", "mark", "tag")
DEFAULT = CycleTargets(30, 60, 480)
QUEUE_WAIT = 60  # seconds
WARN_SHARE = 0.75


@dataclass(frozen=True)
class Policy:
    """Targets in working minutes by priority. `when`: condition -> accepted values; all have to fit."""

    name: str
    targets: Mapping[str, CycleTargets]
    when: Mapping[str, frozenset[str]] = field(default_factory=dict)
    warn_share: float = WARN_SHARE
    order: int = 0
    queue_wait: Mapping[str, int | None] = field(default_factory=lambda: dict.fromkeys(PRIORITIES, QUEUE_WAIT))

    @cached_property
    def label(self) -> str:
        """Name and version, kept with every clock made by it."""
        parts = [self.warn_share, sorted((k, sorted(v)) for k, v in self.when.items())]
        promised = [[*(getattr(self.targets[p], k) for k in KINDS), self.queue_wait[p]] for p in PRIORITIES]
        return f"{self.name}@{sha256(dumps([parts, promised]).encode()).hexdigest()[:8]}"

    def minutes(self, kind: str, priority: str) -> int | None:
        """The target of a clock, or None when there is none. An unknown priority counts as normal."""
        target = getattr(self.targets.get(priority, self.targets["normal"]), kind, None)
        return None if target is None else int(target)

    def wait_seconds(self, priority: str) -> int | None:
        """How long a caller may wait in a queue, in seconds; None: nothing is promised."""
        return self.queue_wait.get(priority, self.queue_wait["normal"])

    def fits(self, facts: PolicyFacts) -> bool:
        """Whether every condition holds for a ticket."""
        for name, wanted in self.when.items():
            if name == "tag":
                if not wanted & facts.tags:
                    return False
            elif getattr(facts, name) not in wanted:
                return False
        return True


FALLBACK = Policy("default", dict.fromkeys(PRIORITIES, DEFAULT), order=1_000_000)


class Policies:
    """Policies in their order; the built-in one stands behind them all."""

    def __init__(self, policies: Iterable[Policy] = ()) -> None:
        self.policies = (*sorted(policies, key=lambda policy: policy.order), FALLBACK)

    def match(self, facts: PolicyFacts) -> Policy:
        """The first policy that fits."""
        return next(policy for policy in self.policies if policy.fits(facts))

    def labels(self) -> Sequence[str]:
        """Name and version of every policy, in their order."""
        return [policy.label for policy in self.policies]


@dataclass(frozen=True)
class SlaConfig:
    """Everything config/sla.toml says."""

    policies: Policies
    calendars: Mapping[str, Calendar]


def load(path: Path, years: Iterable[int] = YEARS) -> SlaConfig:
    """Read the file. Raises `Invalid` with the file's name and the setting at fault."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(f"{path}: {error}", str(path)) from error
    try:
        return read(raw, years)
    except Invalid as error:
        raise Invalid(f"{path}: {error}", error.field) from error


def read(raw: Mapping[str, Any], years: Iterable[int] = YEARS) -> SlaConfig:
    """The settings from their written form; what is missing comes from the defaults."""
    tables = raw.get("policy", [])
    if not isinstance(tables, list):
        raise Invalid("policy: write [[policy]] with two brackets on each side", "policy")
    policies = [_policy(table, number) for number, table in enumerate(tables, 1)]
    calendars = raw.get("calendar", {})
    kinds: Sequence[CalendarKind] = get_args(CalendarKind)
    if not isinstance(calendars, Mapping) or set(calendars) - set(kinds):
        raise Invalid(f"calendar: write [calendar.NAME] with NAME one of {', '.join(kinds)}", "calendar")
    parsed: dict[str, Calendar] = {kind: _calendar(calendars.get(kind), kind, years) for kind in kinds}
    return SlaConfig(Policies(policies), parsed)


def _calendar(raw: Any, kind: CalendarKind, years: Iterable[int]) -> Calendar:
    if raw is None:
        return default_calendar(kind, years)
    if not isinstance(raw, Mapping):
        raise Invalid(f"calendar.{kind}: a table is needed", f"calendar.{kind}")
    own = parse({**raw, "holidays": raw.get("own_holidays", [])})
    official = iranian_holidays(years) if raw.get("official_holidays", True) else {}
    working = parse({**raw, "holidays": raw.get("working_holidays", [])}).holidays
    kept = {day: name for day, name in {**official, **own.holidays}.items() if day not in working}
    return Calendar(own.tz, own.week, kept, own.exceptions)


def _policy(raw: Any, number: int) -> Policy:
    where = f"policy {number}"
    if not isinstance(raw, Mapping) or not isinstance(raw.get("name"), str):
        raise Invalid(f"{where}: a name is needed", "policy.name")
    where = f"policy {raw['name']!r}"
    unknown = set(raw) - {"name", "order", "when", "warn_at", "queue_wait", *KINDS, *PRIORITIES}
    if unknown:
        raise Invalid(f"{where}: {', '.join(sorted(unknown))} is not known here", "policy")
    share, order = raw.get("warn_at", WARN_SHARE), raw.get("order", number)
    if not isinstance(share, int | float) or not 0 < share <= 1:
        raise Invalid(f"{where}: warn_at is a share of the target between 0 and 1", "policy.warn_at")
    if not isinstance(order, int):
        raise Invalid(f"{where}: order is a whole number", "policy.order")
    base = _targets(raw, DEFAULT, where)
    targets = {p: _targets(raw.get(p, {}), base, f"{where}, {p}") for p in PRIORITIES}
    wait = _seconds(raw, QUEUE_WAIT, where)
    waits = {p: _seconds(raw.get(p, {}), wait, f"{where}, {p}") for p in PRIORITIES}
    return Policy(raw["name"], targets, _conditions(raw.get("when", {}), where), float(share), order, waits)


def _seconds(raw: Mapping[str, Any], default: int | None, where: str) -> int | None:
    seconds = raw.get("queue_wait", default)
    if seconds is False or seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds < 1:
        raise Invalid(f"{where}: queue_wait is a number of seconds from 1, or false for none", "policy.queue_wait")
    return seconds


def _targets(raw: Any, base: CycleTargets, where: str) -> CycleTargets:
    if not isinstance(raw, Mapping):
        raise Invalid(f"{where}: a table of targets is needed", "policy")
    targets: dict[str, int | None] = {}
    for kind in KINDS:
        minutes = raw.get(kind, getattr(base, kind))
        if minutes is False:  # TOML has no null: `false` says that nothing is promised
            minutes = None
        elif minutes is not None and (isinstance(minutes, bool) or not isinstance(minutes, int) or minutes < 1):
            raise Invalid(f"{where}: {kind} is a number of minutes from 1, or false for none", f"policy.{kind}")
        targets[kind] = minutes
    return CycleTargets(**targets)


def _conditions(raw: Any, where: str) -> dict[str, frozenset[str]]:
    if not isinstance(raw, Mapping) or set(raw) - set(CONDITIONS):
        raise Invalid(f"{where}: when has conditions on {', '.join(CONDITIONS)} alone", "policy.when")
    return {name: frozenset(map(str, v if isinstance(v, list) else [v])) for name, v in raw.items()}

"""A timeline sorted out by what matters to a clock: who turned to whom, when it counted, what left. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from helpdesk.sla.engine.timeline_entries import Entry

ROBOTS = frozenset({"bot", "automation", "survey", "system", "import"})
Id = str | int | None


class Place(NamedTuple):
    """Where something happened: its time, then its line on the timeline."""

    at: datetime
    line: float


class Event(NamedTuple):
    place: Place
    id: Id
    person: Id
    asked: datetime  # when a clock it starts begins; earlier than its place after a merge


@dataclass(slots=True)
class TimelineFacts:
    """The timeline, sorted out by what matters to a clock."""

    contacts: list[Event] = field(default_factory=list)  # the customer turned to us
    answers: list[Event] = field(default_factory=list)  # a person's answer is on its way
    outgoing: list[Event] = field(default_factory=list)  # anything that left, counting or not
    bots: list[Event] = field(default_factory=list)
    statuses: list[tuple[Place, str]] = field(default_factory=list)
    reopened: list[Place] = field(default_factory=list)


def sort_out(entries: Sequence[Entry]) -> TimelineFacts:
    """The facts of a timeline, each in its order. Entries given twice count once."""
    facts, seen = TimelineFacts(), set()
    deliveries: dict[Id, list[tuple[Place, str]]] = {}
    ordered = sorted(enumerate(entries), key=lambda pair: (pair[1].joined or pair[1].at, pair[0]))
    for line, entry in ordered:
        if entry.kind == "delivery" and entry.state is not None:
            deliveries.setdefault(entry.of, []).append((Place(entry.at, line), entry.state))
    for line, entry in ordered:
        if entry.id is not None and (entry.kind == "message" or entry.kind == "call"):
            if entry.id in seen:
                continue
            seen.add(entry.id)
        place = Place(entry.joined or entry.at, line)
        if entry.kind == "message":
            _message(facts, entry, place, deliveries.get(entry.id, ()))
        elif entry.kind == "status":
            facts.statuses.append((place, entry.to or ""))
        elif entry.kind == "call":
            _call(facts, entry, place)
        elif entry.kind == "reopen":
            facts.reopened.append(place)
    facts.answers.sort()
    facts.bots.sort()
    return facts


def _message(facts: TimelineFacts, entry: Entry, place: Place, deliveries: Sequence[tuple[Place, str]]) -> None:
    event = Event(place, entry.id, entry.person, entry.asked or entry.at)
    if entry.author == "customer":
        if not entry.automatic and not entry.thanks:
            facts.contacts.append(event)
        return
    if not entry.public:
        return
    facts.outgoing.append(event)
    counts: Place | None = place
    for at, state in deliveries:
        if state == "failed":
            counts = None
        elif state == "sent" and counts is None:
            counts = max(at, place)
    if counts is None:
        return
    if entry.author == "agent" and not entry.automatic:
        facts.answers.append(event._replace(place=counts))
    elif entry.author == "bot":
        facts.bots.append(event._replace(place=counts))


def _call(facts: TimelineFacts, entry: Entry, place: Place) -> None:
    if entry.author == "import":
        return
    asked = entry.asked or entry.at
    event, answered = Event(place, entry.id, entry.person, asked), entry.disposition == "answered"
    incoming = entry.direction == "incoming"
    if incoming:
        facts.contacts.append(event)
    if answered and entry.author not in ROBOTS:
        # Half a line later, so that a call answered at once is asked before it is answered.
        at = Place(max(entry.answered_at or entry.at, entry.at), place.line + 0.5)
        facts.answers.append(event._replace(place=at))
    elif not incoming:
        facts.outgoing.append(event)

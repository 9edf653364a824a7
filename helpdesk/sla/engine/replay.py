"""Clocks as a fold over the timeline: who was answered when, by whom, and was it in time. Pure.

The record is always made from the whole timeline, so a delivery that failed, a message sent again or a merge
never needs a correction: replay again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from helpdesk.sla.calendar.calendars import Calendar
from helpdesk.sla.engine.timeline_entries import Entry
from helpdesk.sla.engine.timeline_facts import Event, Id, Place, TimelineFacts, sort_out

PAUSED = frozenset({"waiting", "on_hold"})
DONE = frozenset({"resolved", "closed"})
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class CycleTargets:
    """Minutes of working time; None: no target."""

    first_response: float | None = None
    next_response: float | None = None
    resolution: float | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """One question and its human answer.

    `met` is None while open and not yet due, without a target, and where the cycle ended before it was due.
    `working_minutes` count until the answer, else until the end of the cycle, else until now.
    """

    start: Id
    started_at: datetime
    due_at: datetime | None
    stop: Id
    stopped_at: datetime | None
    person: Id
    working_minutes: float
    met: bool | None
    not_counted: tuple[Id, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """From the cycle's start to `resolved`, without the time spent waiting for the customer or on hold."""

    start: Id
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    working_minutes: float
    met: bool | None
    paused: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Cycle:
    """From the customer entry that opened or reopened the ticket to its resolution."""

    start: Id
    first_response: Response
    next_responses: tuple[Response, ...]
    resolution: Resolution
    bot_first_response_at: datetime | None


class _Bounds(NamedTuple):
    """A cycle's contacts and answers lie in [start, until), its changes of state in [since, till)."""

    start: Event
    until: Place | None
    since: Place | None
    till: Place | None


def replay(calendar: Calendar, targets: CycleTargets, now: datetime, entries: Sequence[Entry]) -> list[Cycle]:
    """The cycles of a timeline as of `now`. Entries may come in any order; equal times keep the order given."""
    facts = sort_out(entries)
    return [_cycle(calendar, targets, now, facts, bounds) for bounds in _cycles(facts)]


def _cycles(facts: TimelineFacts) -> list[_Bounds]:
    """The first contact opens the first cycle; every reopening one more, at the newest contact before it."""
    if not facts.contacts:
        return []
    starts: list[tuple[Event, Place | None]] = [(facts.contacts[0], None)]
    for place in facts.reopened:
        newest = None
        for contact in facts.contacts:
            if contact.place > place:
                break
            newest = contact
        if newest is not None and newest.place > starts[-1][0].place:
            starts.append((newest, place))
    bounds = []
    for i, (start, since) in enumerate(starts):
        last = i + 1 == len(starts)
        until, till = (None, None) if last else (starts[i + 1][0].place, starts[i + 1][1])
        bounds.append(_Bounds(start, until, since, till))
    return bounds


def _cycle(calendar: Calendar, targets: CycleTargets, now: datetime, facts: TimelineFacts, bounds: _Bounds) -> Cycle:
    resolved, paused = _states(facts.statuses, bounds, now)
    responses = _responses(calendar, targets, now, facts, bounds, resolved)
    start = bounds.start.place
    robot = next((b.place.at for b in facts.bots if _inside(b.place, start, bounds.until)), None)
    resolution = _resolution(calendar, targets.resolution, now, bounds.start, resolved and resolved.at, paused)
    return Cycle(bounds.start.id, responses[0], tuple(responses[1:]), resolution, robot)


def _states(
    statuses: Sequence[tuple[Place, str]], bounds: _Bounds, now: datetime
) -> tuple[Place | None, tuple[Span, ...]]:
    """When the cycle was resolved, and when it paused before that."""
    begin, since, paused = bounds.since or bounds.start.place, None, []
    resolved: Place | None = None
    for place, status in statuses:
        if bounds.till is not None and place >= bounds.till:
            break
        if place >= begin and status in DONE:
            resolved = place
            break
        if status in PAUSED:
            since = place.at if since is None else since
        elif since is not None:
            paused.append((since, place.at))
            since = None
    if since is not None:
        paused.append((since, resolved.at if resolved else bounds.till.at if bounds.till else now))
    first = bounds.start.place.at
    return resolved, tuple((max(a, first), b) for a, b in paused if b > max(a, first))


def _responses(
    calendar: Calendar,
    targets: CycleTargets,
    now: datetime,
    facts: TimelineFacts,
    bounds: _Bounds,
    resolved: Place | None,
) -> list[Response]:
    answers = [answer for answer in facts.answers if _inside(answer.place, bounds.start.place, bounds.until)]
    end = _end(bounds, resolved)
    lent = [item for item in facts.contacts if item.asked < item.place.at]  # in another ticket, before a merge
    responses: list[Response] = []
    minutes, at = targets.first_response, 0
    answered = bounds.start.place
    for contact in facts.contacts:
        if contact.place < bounds.start.place or (responses and contact.place <= answered):
            continue
        if not _inside(contact.place, bounds.start.place, bounds.until) or (resolved and contact.place > resolved):
            break
        while at < len(answers) and answers[at].place < contact.place:
            at += 1
        stop = answers[at] if at < len(answers) else None
        with_it = (clock.asked for clock in lent if _waits_with(clock, contact, stop, bounds))
        since = contact._replace(asked=min([contact.asked, *with_it]))
        responses.append(_response(calendar, minutes, now, since, stop, facts.outgoing, bounds.until, end))
        if stop is None:
            break
        answered, minutes = stop.place, targets.next_response
    return responses


def _waits_with(question: Event, first: Event, stop: Event | None, bounds: _Bounds) -> bool:
    """Whether a contact waits for the same answer. After a merge a later one may have been asked earlier."""
    return _inside(question.place, first.place, bounds.until) and (stop is None or question.place < stop.place)


def _end(bounds: _Bounds, resolved: Place | None) -> datetime | None:
    """When a cycle ended: what nobody has answered by then is judged then. None: it goes on."""
    if resolved is not None:
        return resolved.at
    return bounds.till.at if bounds.till is not None else None


def _inside(place: Place, start: Place, until: Place | None) -> bool:
    return place >= start and (until is None or place < until)


def _response(
    calendar: Calendar,
    minutes: float | None,
    now: datetime,
    start: Event,
    stop: Event | None,
    outgoing: Sequence[Event],
    until: Place | None,
    ended: datetime | None,
) -> Response:
    """The record of one question. `stop`: a person's answer in this cycle, also one after its resolution."""
    started, stopped = start.asked, stop.place.at if stop else None
    due = None if minutes is None else calendar.due_at(started, minutes)
    end = stop.place if stop else until
    others = [o.id for o in outgoing if _inside(o.place, start.place, end) and not (stop and o.id == stop.id)]
    used = calendar.working_seconds(started, stopped or ended or now) / 60
    person = stop.person if stop else None
    met = _met(due, stopped, ended or now)
    return Response(start.id, started, due, stop.id if stop else None, stopped, person, used, met, tuple(others))


def _resolution(
    calendar: Calendar,
    minutes: float | None,
    now: datetime,
    start: Event,
    stopped: datetime | None,
    paused: tuple[Span, ...],
) -> Resolution:
    started, end = start.asked, stopped or now
    used = calendar.working_seconds(started, end) - sum(calendar.working_seconds(a, b) for a, b in paused)
    due = None if minutes is None else due_with_pauses(calendar, started, minutes, paused)
    return Resolution(start.id, started, due, stopped, used / 60, _met(due, stopped, now), paused)


def due_with_pauses(calendar: Calendar, start: datetime, minutes: float, paused: Sequence[Span]) -> datetime | None:
    """When `minutes` of working time outside the pauses are used up."""
    left = minutes * 60
    for begins, ends in paused:
        used = calendar.working_seconds(start, begins)
        if used >= left and begins > start:
            break
        left, start = left - used, ends
    return calendar.due_at(start, left / 60)


def _met(due: datetime | None, stopped: datetime | None, now: datetime) -> bool | None:
    """Whether a target was kept; None: there is none, or it was not due by `now`, or by the end of its cycle."""
    if due is None:
        return None
    if stopped is not None:
        return stopped <= due
    return False if now >= due else None

"""Who is looking at a ticket and who is writing in it, as told within the last moments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

LASTS = timedelta(seconds=45)


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person at a ticket."""

    person_id: int
    name: str
    writing: bool
    at: datetime


class Presence:
    """In memory; every browser repeats itself, so nothing needs to be kept."""

    def __init__(self) -> None:
        self._tickets: dict[int, dict[int, Viewer]] = {}

    def report(self, *, ticket_id: int, person_id: int, name: str, writing: bool, now: datetime) -> bool:
        """Note that a person is at a ticket. True: others see something new."""
        people = self._tickets.setdefault(ticket_id, {})
        before = people.get(person_id)
        people[person_id] = Viewer(person_id, name, writing, now)
        return before is None or before.writing != writing or now - before.at > LASTS

    def leave(self, *, ticket_id: int, person_id: int) -> bool:
        """A person has gone. True: they were there."""
        people = self._tickets.get(ticket_id, {})
        gone = people.pop(person_id, None) is not None
        if not people:
            self._tickets.pop(ticket_id, None)
        return gone

    def at(self, ticket_id: int, *, now: datetime, but: int | None = None) -> list[Viewer]:
        """Who is at a ticket, without `but`."""
        return [
            item
            for item in self._tickets.get(ticket_id, {}).values()
            if now - item.at <= LASTS and item.person_id != but
        ]

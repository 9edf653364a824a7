"""Every event by its stored name, and the way back from stored JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from helpdesk.tickets.events import customer_events, message_events, ticket_events
from helpdesk.tickets.events.event import Event

MODULES = (ticket_events, message_events, customer_events)


def _classes() -> Iterator[type[Event]]:
    for module in MODULES:
        for event in vars(module).values():
            if isinstance(event, type) and issubclass(event, Event) and "name" in vars(event):
                yield event


EVENTS: Mapping[str, type[Event]] = {event.name: event for event in _classes()}


def event_of(data: Mapping[str, Any] | None) -> Event | None:
    """The event an entry stores; None for an entry of another kind, or an event this version does not know."""
    event = EVENTS.get((data or {}).get("change", ""))
    if event is None or data is None:
        return None
    try:
        return event.from_json(data)
    except KeyError:
        return None

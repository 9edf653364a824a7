"""Timeline events: each has a JSON round trip, an icon, a template and a writer."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from helpdesk.tickets import models, rows
from helpdesk.tickets.events.event import Event
from helpdesk.tickets.events.stored_events import EVENTS, event_of
from helpdesk.tickets.events.ticket_events import Assigned, StatusChanged
from helpdesk.web.inbox.views import event_icons

ROOT = Path(__file__).parents[3]
SAMPLES = {"int": 7, "str": "words", "bool": True, "list[int]": [1, 2], "list[str]": ["a"], "dict[str, Any]": {"a": 1}}


def sample(event: type[Event]) -> Event:
    """An event with every field given."""
    given = {}
    for field in fields(event):
        kind = str(field.type).removesuffix(" | None")
        given[field.name] = SAMPLES.get(kind, [(1, "2026-01-01T00:00:00+00:00")])
    return event(**given)


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())
def test_an_event_survives_its_json_round_trip(event):
    full = sample(event)
    assert event_of(full.to_json()) == full
    assert full.to_json()["change"] == event.name


def test_a_field_that_was_not_given_is_not_stored():
    assert StatusChanged(to="open", previous="new").to_json() == {"change": "status", "to": "open", "from": "new"}
    assert Assigned(to=None, previous=3).to_json() == {"change": "assigned", "to": None, "from": 3, "why": ""}


def test_every_optional_field_that_is_left_out_reads_back():
    for event in EVENTS.values():
        needed = {field.name: getattr(sample(event), field.name) for field in fields(event) if field.default is MISSING}
        assert event_of(event(**needed).to_json()) == event(**needed)


@pytest.mark.parametrize("stored", [None, {}, {"change": "of another version"}, {"change": "merged", "number": 3}])
def test_an_unknown_stored_event_is_none(stored):
    assert event_of(stored) is None


def test_every_event_has_an_icon_and_every_icon_an_event():
    assert set(event_icons.ICONS) == set(EVENTS.values())


def test_every_event_has_a_template_branch():
    drawn = "".join((ROOT / "templates/inbox" / name).read_text() for name in ("_change.html", "_change_more.html"))
    named = set(re.findall(r'change\.what == "(\w+)"', drawn))
    named |= {name for names in re.findall(r"change\.what in \(([^)]*)\)", drawn) for name in re.findall(r"\w+", names)}
    assert set(EVENTS) - named == set()
    assert named - set(EVENTS) - set(event_icons.OTHERS) == set()


def test_every_event_is_written_somewhere():
    code = "\n".join(path.read_text() for path in (ROOT / "helpdesk").rglob("*.py") if "events" not in path.parts)
    unwritten = [
        event.__name__
        for event in EVENTS.values()
        if not re.search(
            rf"\b{event.__name__}\b\(|: {event.__name__}\b|else {event.__name__}\)|\({event.__name__} if", code
        )
    ]
    assert unwritten == []


def test_rows_have_the_columns_of_their_tables():
    ticket = {column.name for column in models.tickets.c}
    assert set(rows.TICKET_COLUMNS) == ticket
    assert set(rows.TicketChanges.__annotations__) < ticket
    assert set(rows.NewTicket.__slots__) < ticket
    entry = {column.name for column in models.entries.c}
    assert set(rows.EntryRow.__annotations__) == entry
    assert set(rows.NewEntry.__slots__) == entry - {"id", "delivery_reason"}
    assert set(rows.AttachmentRow.__annotations__) == {column.name for column in models.attachments.c}

"""A stored timeline as the clock rules see it: what merges, undone answers and reopenings make of its entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from helpdesk.sla.engine.clock_skew import is_skewed
from helpdesk.sla.engine.timeline_entries import Entry
from helpdesk.tickets.events.event import Event
from helpdesk.tickets.events.message_events import ReplyUndone
from helpdesk.tickets.events.stored_events import event_of
from helpdesk.tickets.events.ticket_events import Merged, Reopened, StatusChanged, Unmerged
from helpdesk.tickets.timeline import TimelineEntry

StoredEvent = tuple[TimelineEntry, Event | None]


def clock_entries(rows: Sequence[TimelineEntry]) -> Iterator[Entry]:
    """The entries of a timeline as the clock rules see them."""
    events = [(row, event_of(row.data)) for row in rows if row.kind == "change"]
    undone = {event.of for _, event in events if isinstance(event, Unmerged)}
    events = [(row, event) for row, event in events if row.id not in undone]
    void = {
        entry_id: row.at
        for row, event in events
        if isinstance(event, Merged | ReplyUndone | StatusChanged)
        for entry_id in event.voids or ()
    }
    asked, joined = _after_merges(events, rows, void)
    changes = dict(_status_entries(events))
    for row in rows:
        if (
            row.kind == "call" and (row.data or {}).get("kind") != "survey"
        ):  # our own survey calls are nobody's question
            call = _call(row, asked, joined)
            if row.id not in void:
                yield call
            elif call.answered_at is not None and call.answered_at > void[row.id]:  # it rang on through the merge
                yield replace(call, direction="outgoing", asked=None, joined=None)
        elif row.id in void:
            continue
        elif row.kind == "message" and row.delivery != "undone":
            yield Entry(
                row.id, row.at, "message", row.author, row.person_id, row.public, row.automatic, row.thanks,
                asked=asked.get(row.id), joined=joined.get(row.id),
            )  # fmt: skip
            if row.outgoing and (deleted_at := _deleted_at(row)) is not None:  # it proves no answer any more
                yield Entry(None, deleted_at, "delivery", of=row.id, state="failed")
        elif row.kind == "delivery" and row.data:
            yield Entry(row.id, row.at, "delivery", of=row.data["of"], state=row.data["state"])
        else:
            yield from changes.get(row.id, ())


def _deleted_at(row: TimelineEntry) -> datetime | None:
    """When a message was deleted at the customer's."""
    deleted_at = (row.data or {}).get("withdrawn_at")
    return None if deleted_at is None else datetime.fromisoformat(deleted_at)


def _status_entries(events: Sequence[StoredEvent]) -> Iterator[tuple[int, list[Entry]]]:
    for row, event in events:
        if isinstance(event, Reopened):
            yield row.id, [Entry(row.id, row.at, "reopen"), Entry(row.id, row.at, "status", to=event.to)]
        elif isinstance(event, StatusChanged):
            yield row.id, [Entry(row.id, row.at, "status", to=event.to)]


def _call(row: TimelineEntry, asked: Mapping[int, datetime], joined: Mapping[int, datetime]) -> Entry:
    data = row.data or {}
    answered, off = data.get("answered_at"), is_skewed(data, row.at)
    if answered is not None:
        answered = datetime.fromisoformat(answered) + off
        answered = max(row.at, answered) if off else answered
    return Entry(
        row.id,
        row.at,
        "call",
        row.author,
        row.person_id,
        direction="outgoing" if row.outgoing else "incoming",
        disposition=data.get("disposition"),
        answered_at=answered,
        asked=asked.get(row.id),
        joined=joined.get(row.id),
    )


def _after_merges(
    events: Sequence[StoredEvent], rows: Sequence[TimelineEntry], void: dict[int, datetime]
) -> tuple[dict[int, datetime], dict[int, datetime]]:
    """Since when questions have been waiting, and when they came to this ticket, as merges wrote it down."""
    asked: dict[int, datetime] = {}
    joined: dict[int, datetime] = {}
    for row, event in events:
        if isinstance(event, Merged):
            for entry_id, since in event.since or ():
                asked[entry_id] = min(asked.get(entry_id, row.at), datetime.fromisoformat(since))
            joined |= dict.fromkeys(event.joined or (), row.at)
            for answers, entry_id, since in event.leans or ():
                if any(_arrived(answer, rows) for answer in answers):
                    continue  # else what it answered in the other ticket waits here
                asked[entry_id] = min(asked.get(entry_id, row.at), datetime.fromisoformat(since))
                if void.pop(entry_id, None) is not None:
                    joined[entry_id] = row.at
        elif isinstance(event, Reopened) and event.call:
            call = next((item for item in rows if item.id == event.call), None)
            if call is not None and (call.data or {}).get("disposition") != "answered":
                asked[call.id], joined[call.id] = call.at, row.at
    return asked, joined


def _arrived(answer: int, rows: Sequence[TimelineEntry]) -> bool:
    """Whether a message of ours is on its way or there, by the last word about it."""
    if any(row.id == answer and (row.delivery == "undone" or _deleted_at(row)) for row in rows):
        return False
    reports = (row.data for row in rows if row.kind == "delivery" and row.data)
    states = [report["state"] for report in reports if report["of"] == answer]
    return next((state for state in reversed(states) if state in ("failed", "sent")), "sent") == "sent"

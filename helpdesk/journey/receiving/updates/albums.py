"""Further parts of an album: they join the entry of its first part."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from channels.contract import Inbound
from helpdesk.journey.receiving.arrival import Arrival
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries, rules
from helpdesk.tickets.lists import ticket_search
from helpdesk.tickets.rows import EntryRow, Json, NewFile


def join_album(tx: Connection, arrival: Arrival, inbound: Inbound, files: Sequence[NewFile]) -> int | None:
    """A further part of an album goes to the entry of its first. None: it is a message of its own, or the first part."""
    if inbound.part_of is None:
        return None
    entry_id = queries.entry_by_remote_id(tx, channel=arrival.channel, remote_id=inbound.part_of)
    if entry_id is None:
        return None
    entry = queries.entry(tx, entry_id=entry_id)
    tickets.attach_files(tx, ticket_id=entry.ticket_id, entry_id=entry_id, files=files)
    tickets.add_remote_id(tx, channel=arrival.channel, remote_id=inbound.external_id, entry_id=entry_id)
    tickets.change(tx, ticket_id=entry.ticket_id, changed_at=arrival.received_at)
    if inbound.text:
        data = dict(entry.data or {})
        data["parts"] = {**caption_parts(entry, data), inbound.external_id: inbound.text}
        text = "\n".join(part for part in data["parts"].values() if part)
        tickets.rewrite_entry(tx, entry_id=entry_id, text=text, data=data)
        tickets.change(tx, ticket_id=entry.ticket_id, snippet=rules.snippet(text))
        ticket_search.index_entry(tx, ticket_id=entry.ticket_id, entry_id=entry_id, texts=(inbound.text,))
    return entry_id


def caption_parts(entry: EntryRow, data: Json) -> dict[str, str]:
    """What each part of an album says, by its id; before a second one says something it is the first one alone."""
    return dict(data.get("parts") or {str(entry.remote_id): entry.text})

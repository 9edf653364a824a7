"""Edits by the customer: an earlier message says something else, and every version is kept."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from channels.contract import Inbound
from helpdesk.journey.receiving.arrival import Arrival
from helpdesk.journey.receiving.updates import albums, update_targets
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries, rules
from helpdesk.tickets.events.customer_events import UnseenMessageEdited
from helpdesk.tickets.events.message_events import MessageEdited
from helpdesk.tickets.lists import ticket_search
from helpdesk.tickets.rows import EntryRow, NewFile


def receive_edit(
    tx: Connection, arrival: Arrival, inbound: Inbound, files: Sequence[NewFile] = ()
) -> int | None:  # fmt: skip
    """An earlier message says something else now, or shows another file; what it said and showed is kept.

    None: we know neither it nor its chat.
    """
    entry_id = update_targets.find_target(tx, arrival, inbound)
    entry = None if entry_id is None else queries.entry(tx, entry_id=entry_id)
    words, parts = _edited_text(entry, inbound)
    same = entry is not None and entry.text == words
    if entry_id is None or entry is None or (entry.outgoing and not same):  # nobody else changes what we said
        return update_targets.record_unknown_target(
            tx, arrival, inbound, files, kind="change", data=UnseenMessageEdited().to_json()
        )
    fresh = [] if entry.outgoing else _new_files(tx, entry_id, files)
    if same and not fresh:
        return entry_id
    tickets.attach_files(tx, ticket_id=entry.ticket_id, entry_id=entry_id, files=fresh)
    data = dict(entry.data or {})
    if not same:
        at = data.get("edited_at", entry.at.isoformat())
        data["edits"] = [*data.get("edits", []), {"at": at, "text": entry.text}]
    if parts:
        data["parts"] = parts
    data["edited_at"] = arrival.received_at.isoformat()
    tickets.rewrite_entry(tx, entry_id=entry_id, text=words, data=data)
    ticket = queries.locked(tx, ticket_id=entry.ticket_id)
    if ticket.customer_entry_id in (None, entry_id):
        tickets.change(tx, ticket_id=ticket.id, snippet=rules.snippet(words))
    edited = MessageEdited(of=entry_id)
    edit_id = tickets.record_event(tx, edited, ticket_id=ticket.id, now=arrival.received_at, author="customer")
    ticket_search.index_entry(tx, ticket_id=ticket.id, entry_id=edit_id, texts=(inbound.text,))
    return edit_id


def _edited_text(entry: EntryRow | None, inbound: Inbound) -> tuple[str, dict[str, str]]:
    """What an entry says after a change, and each of its parts where it is an album of several captions."""
    known = albums.caption_parts(entry, entry.data or {}) if entry is not None else {}
    if inbound.target is None or not known.keys() - {inbound.target}:
        return inbound.text, {}
    known[inbound.target] = inbound.text
    return "\n".join(known_id for known_id in known.values() if known_id), known


def _new_files(tx: Connection, entry_id: int, files: Sequence[NewFile]) -> list[NewFile]:
    """Those of some files that do not hang on an entry yet: a change of the words below a picture brings it again."""
    known = {
        _file_key(attachment.hash, attachment.name, attachment.size)
        for attachment in queries.attachments_of(tx, entry_ids=[entry_id])
    }
    return [file for file in files if _file_key(file["hash"], file["name"], file["size"]) not in known]


def _file_key(digest: str | None, name: str, size: int) -> tuple[object, ...]:
    return (digest,) if digest else (name, size)

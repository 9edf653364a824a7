"""Editing, deleting and reacting to messages that have left. The timeline shows the change once the remote made it.

Each edit is an entry of the timeline and a row of the outbox, in order with the messages of its chat. It counts for no
clock, but a deleted answer proves none any more: the clock it stopped goes on (docs/decisions/0013).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection

from helpdesk.agents import queries as agents
from helpdesk.database.engine import hint
from helpdesk.errors import Conflict, Forbidden, Invalid
from helpdesk.journey.answering import reply
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import authority, clocks, status
from helpdesk.outbox import actions as outbox
from helpdesk.text import clean
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries, rules
from helpdesk.tickets.events.message_events import MessageDeleted, MessageEdited, ReactionSet, SentMessageEvent
from helpdesk.tickets.events.stored_events import event_of
from helpdesk.tickets.lists import ticket_search
from helpdesk.tickets.rows import EntryRow, TicketChanges, TicketRow
from helpdesk.tickets.timeline import Timeline

EditKind = Literal["edit", "withdraw", "reaction"]
EVENTS: Mapping[EditKind, type[SentMessageEvent]] = {
    "edit": MessageEdited, "withdraw": MessageDeleted, "reaction": ReactionSet,
}  # fmt: skip
REACTIONS = ("👍", "❤️", "🙏", "😁", "🎉", "🔥", "👌", "🤔")  # of those that Telegram takes from bots
LONGEST = 100_000


def is_edit(payload: Mapping[str, Any]) -> bool:
    """Whether a row of the outbox changes a message instead of being one."""
    return payload["kind"] in EVENTS


def edit_message(
    tx: Connection, context: DeskContext, *, entry_id: int, person_id: int, text: str, now: datetime
) -> int:
    """Edit a sent answer; returns the entry of the edit. Raises Conflict, Forbidden, Invalid."""
    entry, ticket = _lock_entry(tx, entry_id)
    _require_changeable(context, entry)
    if entry.person_id != person_id:
        raise Forbidden("Only the person who wrote it can change it.")
    words = clean(text).strip()
    if not words:
        raise Invalid("A message can't be changed into nothing. Delete it instead.", "text")
    if len(words) > LONGEST:
        raise Invalid("This answer is longer than 100,000 characters; send it as a file.", "text")
    if words == ((entry.data or {}).get("pending") or {}).get("text", entry.text):
        raise Invalid("Nothing has been changed yet.", "text")
    return _queue_edit(tx, entry, ticket, "edit", person_id, now, text=words, targets=_pieces_with_text(tx, entry))


def delete_message(tx: Connection, context: DeskContext, *, entry_id: int, person_id: int, now: datetime) -> int:
    """Delete a sent message at the customer's; returns the entry of the edit. Raises Conflict, Forbidden."""
    entry, ticket = _lock_entry(tx, entry_id)
    _require_changeable(context, entry)
    if not authority.may_manage(tx, entry=entry, ticket=ticket, person_id=person_id):
        raise Forbidden("Only its author, whoever has the ticket, or a supervisor can do this.")
    return _queue_edit(tx, entry, ticket, "withdraw", person_id, now, targets=_pieces(entry))


def react_to_message(
    tx: Connection, context: DeskContext, *, entry_id: int, person_id: int, emoji: str, now: datetime
) -> int:
    """Put an emoji on a customer's message, another one, or none (""); returns the entry of the edit."""
    entry, ticket = _lock_entry(tx, entry_id)
    if emoji and emoji not in REACTIONS:
        raise Invalid("This reaction is none of those that can be sent.", "emoji")
    if not authority.may_react(context.channels, entry):
        raise Conflict("There are no reactions to this message.")
    ours = (entry.data or {}).get("ours") or {}
    if emoji == ours.get("wanted", ours.get("emoji", "")):
        return entry.id  # pressed twice
    return _queue_edit(tx, entry, ticket, "reaction", person_id, now, text=emoji, targets=[entry.remote_id or ""])


def _lock_entry(tx: Connection, entry_id: int) -> tuple[EntryRow, TicketRow]:
    """An entry and its ticket, locked, so that two changes do not overwrite each other."""
    ticket = queries.locked(tx, ticket_id=queries.entry(tx, entry_id=entry_id).ticket_id)
    return queries.entry(tx, entry_id=entry_id), ticket


def _require_changeable(context: DeskContext, entry: EntryRow) -> None:
    if entry.delivery in ("queued", "uncertain", "undone", "failed") and entry.outgoing:
        raise Conflict("This message has not arrived, so there is nothing to change at the customer's.")
    if not authority.may_change(context.channels.get(entry.channel or ""), entry):
        raise Conflict("This message can't be changed any more.")


def _pieces(entry: EntryRow) -> list[str]:
    """What the remote calls the message; it may have left in several pieces."""
    return list((entry.data or {}).get("pieces") or [entry.remote_id])


def _pieces_with_text(tx: Connection, entry: EntryRow) -> list[str]:
    """The pieces that carry its words; the first one will carry all of them. Raises Conflict."""
    pieces = _pieces(entry)
    files = len(queries.attachments_of(tx, entry_ids=[entry.id]))
    if not files or len(pieces) == 1:
        return pieces
    if len(pieces) not in (files, files + 1):
        raise Conflict(
            "This message left in several parts with files, so it can't be changed. Delete it and write anew."
        )
    return pieces[:1]


def _queue_edit(
    tx: Connection, entry: EntryRow, ticket: TicketRow, what: EditKind, person_id: int, now: datetime, *, targets: Sequence[str],
    text: str = "",
) -> int:  # fmt: skip
    event = EVENTS[what](of=entry.id, state="queued", words=text)
    line = tickets.record_event(tx, event, ticket_id=ticket.id, now=now, author="agent", person_id=person_id)
    name = agents.person(tx, person_id=person_id).name
    data = dict(entry.data or {})
    if what == "reaction":
        data["ours"] = {**(data.get("ours") or {}), "wanted": text, "line": line, "reason": ""}
    else:
        data["pending"] = {"what": what, "text": text, "line": line}
        data.pop("refused", None)
    tickets.rewrite_entry(tx, entry_id=entry.id, text=entry.text, data=data)
    outbox.queue(
        tx, entry_id=line, ticket_id=ticket.id, channel=entry.channel or "", account=entry.account or "", address=entry.address or "",
        automatic=False, now=now, due_at=now,
        payload={"kind": what, "account": entry.account, "text": text, "targets": list(targets), "sender_name": name},
    )  # fmt: skip
    return line


def record_edit_done(tx: Connection, context: DeskContext, *, entry_id: int, now: datetime, problem: str = "") -> None:
    """The remote did it: from now on this is what the customer sees. `problem`: what is left of it there."""
    event, entry = _record_state(tx, entry_id, "sent", problem)
    data, words = dict(entry.data or {}), event.words or ""
    if isinstance(event, ReactionSet):
        newest = (data.get("ours") or {}).get("line") == entry_id
        data["ours"] = {"emoji": words} if newest else {**data["ours"], "emoji": words}
        tickets.rewrite_entry(tx, entry_id=entry.id, text=entry.text, data=data)
        return
    if (data.get("pending") or {}).get("line") == entry_id:
        del data["pending"]
    if problem:
        data["refused"] = {"what": "edit", "reason": problem}
    ticket = queries.locked(tx, ticket_id=entry.ticket_id)
    if isinstance(event, MessageEdited):
        data["edits"] = [
            *data.get("edits", []),
            {"at": data.get("edited_at", entry.at.isoformat()), "text": entry.text},
        ]
        data["edited_at"] = now.isoformat()
        data["pieces"] = _pieces(entry)[:1] if not queries.attachments_of(tx, entry_ids=[entry.id]) else _pieces(entry)
        tickets.rewrite_entry(tx, entry_id=entry.id, text=words, data=data)
        ticket_search.index_entry(tx, ticket_id=entry.ticket_id, entry_id=entry_id, texts=(words,))
        _update_snippet(tx, ticket, entry, rules.snippet(words))
        return
    data["withdrawn_at"] = now.isoformat()
    tickets.rewrite_entry(tx, entry_id=entry.id, text=entry.text, data=data)
    _forget_answer(tx, context, ticket, entry, now)


def record_edit_delayed(tx: Connection, *, entry_id: int, reason: str) -> None:
    """It is being tried again."""
    _record_state(tx, entry_id, "queued", reason)


def record_edit_refused(tx: Connection, *, entry_id: int, reason: str, now: datetime) -> None:
    """The remote will not do it: everything stays as it was, and the reason is shown."""
    event, entry = _record_state(tx, entry_id, "failed", reason)
    data = dict(entry.data or {})
    if isinstance(event, ReactionSet):
        ours = dict(data.get("ours") or {})
        if ours.get("line") == entry_id:
            data["ours"] = {"emoji": ours.get("emoji", ""), "reason": reason}
    else:
        if (data.get("pending") or {}).get("line") == entry_id:
            del data["pending"]
        what = "withdraw" if isinstance(event, MessageDeleted) else "edit"
        data["refused"] = {"what": what, "reason": reason, "text": event.words, "at": now.isoformat()}
    tickets.rewrite_entry(tx, entry_id=entry.id, text=entry.text, data=data)


def _record_state(tx: Connection, line: int, state: str, reason: str) -> tuple[SentMessageEvent, EntryRow]:
    """Write on the entry of an edit how it stands; returns that event and the message it is about."""
    edit = queries.entry(tx, entry_id=line)
    queries.locked(tx, ticket_id=edit.ticket_id)
    event = event_of(edit.data)
    assert isinstance(event, SentMessageEvent)
    data = {**(edit.data or {}), **replace(event, state=state, reason=reason).to_json()}
    tickets.rewrite_entry(tx, entry_id=line, text=edit.text, data=data)
    hint(tx, "ticket", edit.ticket_id)
    return event, queries.entry(tx, entry_id=event.of)


def _update_snippet(tx: Connection, ticket: TicketRow, entry: EntryRow, instead: str) -> None:
    """The list shows no words that the customer does not see any more."""
    if ticket.snippet == rules.snippet(entry.text):
        tickets.change(tx, ticket_id=ticket.id, snippet=instead)


def _forget_answer(tx: Connection, context: DeskContext, ticket: TicketRow, entry: EntryRow, now: datetime) -> None:
    """A deleted answer proves nothing: its clock goes on, and a customer who has no answer is not waited for."""
    timeline = Timeline.load(tx, ticket_id=ticket.id)
    changes: TicketChanges = {"snippet": reply.visible_snippet(tx, ticket_id=ticket.id)}
    answered = any(
        item.outgoing and item.author == "agent" and not (item.data or {}).get("withdrawn_at")
        for item in timeline.entries
        if item.id > entry.id
    )
    if ticket.status == "waiting" and not answered:
        status.change_status(
            tx, context, ticket=ticket, timeline=timeline, to="open", by=None, now=now, author="system", **changes
        )  # fmt: skip
    else:
        clocks.update_with_clocks(tx, context, ticket=ticket, timeline=timeline, now=now, **changes)

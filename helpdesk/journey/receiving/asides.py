"""What a customer does beside writing: sending the rest of an album, editing, reacting, tapping a face. Nothing of it starts or stops a clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Connection

from channels.contract import Inbound, SurveyAnswer
from helpdesk.database.metadata import Row
from helpdesk.errors import DeskError
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import survey
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries, reassign_contact, rules, ticket_search
from helpdesk.tickets.threading import conversations

if TYPE_CHECKING:
    from helpdesk.journey.receiving.receive import Arrival

log = structlog.get_logger("asides")


def joined(tx: Connection, arrival: Arrival, inbound: Inbound, files: Sequence[Mapping[str, Any]]) -> int | None:
    """A further part of an album goes to the entry of its first. None: it is a message of its own, or the first part."""
    if inbound.part_of is None:
        return None
    entry_id = queries.entry_by_remote_id(tx, channel=arrival.channel, remote_id=inbound.part_of)
    if entry_id is None:
        return None
    entry = queries.entry(tx, entry_id=entry_id)
    tickets.attach(tx, ticket_id=entry.ticket_id, entry_id=entry_id, files=files)
    tickets.known_as(tx, channel=arrival.channel, remote_id=inbound.external_id, entry_id=entry_id)
    tickets.change(tx, ticket_id=entry.ticket_id, changed_at=arrival.received_at)
    if inbound.text:
        data = dict(entry.data or {})
        data["parts"] = {**_parts(entry, data), inbound.external_id: inbound.text}
        text = "\n".join(one for one in data["parts"].values() if one)
        tickets.rewrite(tx, entry_id=entry_id, text=text, data=data)
        tickets.change(tx, ticket_id=entry.ticket_id, snippet=rules.snippet(text))
        ticket_search.add(tx, ticket_id=entry.ticket_id, entry_id=entry_id, texts=(inbound.text,))
    return entry_id


def edited(
    tx: Connection, arrival: Arrival, inbound: Inbound, files: Sequence[Mapping[str, Any]] = ()
) -> int | None:  # fmt: skip
    """An earlier message says something else now, or shows another file; what it said and showed is kept.

    None: we know neither it nor its chat.
    """
    entry_id = _target(tx, arrival, inbound)
    entry = None if entry_id is None else queries.entry(tx, entry_id=entry_id)
    words, parts = _words(entry, inbound)
    same = entry is not None and entry.text == words
    if entry_id is None or entry is None or (entry.outgoing and not same):  # nobody else changes what we said
        return _unseen(tx, arrival, inbound, files, kind="change", data={"change": "edited_unseen"})
    fresh = [] if entry.outgoing else _unknown(tx, entry_id, files)
    if same and not fresh:
        return entry_id
    tickets.attach(tx, ticket_id=entry.ticket_id, entry_id=entry_id, files=fresh)
    data = dict(entry.data or {})
    if not same:
        at = data.get("edited_at", entry.at.isoformat())
        data["edits"] = [*data.get("edits", []), {"at": at, "text": entry.text}]
    if parts:
        data["parts"] = parts
    data["edited_at"] = arrival.received_at.isoformat()
    tickets.rewrite(tx, entry_id=entry_id, text=words, data=data)
    ticket = queries.locked(tx, ticket_id=entry.ticket_id)
    if ticket.customer_entry_id in (None, entry_id):
        tickets.change(tx, ticket_id=ticket.id, snippet=rules.snippet(words))
    made = tickets.changed(
        tx, ticket_id=ticket.id, now=arrival.received_at, author="customer", change="edited", of=entry_id
    )
    ticket_search.add(tx, ticket_id=ticket.id, entry_id=made, texts=(inbound.text,))
    return made


def _parts(entry: Row, data: Mapping[str, Any]) -> dict[str, str]:
    """What each part of an album says, by its id; before a second one says something it is the first one alone."""
    return dict(data.get("parts") or {str(entry.remote_id): entry.text})


def _words(entry: Row | None, inbound: Inbound) -> tuple[str, dict[str, str]]:
    """What an entry says after a change, and each of its parts where it is an album of several captions."""
    known = _parts(entry, entry.data or {}) if entry is not None else {}
    if inbound.target is None or not known.keys() - {inbound.target}:
        return inbound.text, {}
    known[inbound.target] = inbound.text
    return "\n".join(one for one in known.values() if one), known


def _unknown(tx: Connection, entry_id: int, files: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those of some files that do not hang on an entry yet: a change of the words below a picture brings it again."""
    known = {_which(one.hash, one.name, one.size) for one in queries.attached(tx, entry_ids=[entry_id])}
    return [one for one in files if _which(one["hash"], one["name"], one["size"]) not in known]


def _which(digest: str | None, name: str, size: int) -> tuple[object, ...]:
    return (digest,) if digest else (name, size)


def reacted(tx: Connection, arrival: Arrival, inbound: Inbound) -> int | None:
    """An emoji on a message. None: we know neither it nor its chat."""
    entry_id = _target(tx, arrival, inbound)
    if entry_id is None:
        return _unseen(tx, arrival, inbound, kind="reaction", data={"of": None})
    entry = queries.entry(tx, entry_id=entry_id)
    tickets.change(tx, ticket_id=entry.ticket_id, changed_at=arrival.received_at)
    return tickets.add_entry(
        tx,
        ticket_id=entry.ticket_id,
        at=arrival.received_at,
        kind="reaction",
        author="customer",
        public=True,
        outgoing=False,
        channel=arrival.channel,
        account=arrival.account,
        text=inbound.text,
        thanks=True,
        address=inbound.author.address if inbound.author else None,
        intake_id=arrival.intake_id,
        data={"of": entry_id, **inbound.details},
    )


def _unseen(
    tx: Connection, arrival: Arrival, inbound: Inbound, files: Sequence[Mapping[str, Any]] = (), *, kind: str,
    data: dict[str, Any],
) -> int | None:  # fmt: skip
    """A change of a message we do not have is a line of its chat's newest ticket."""
    chat = inbound.thread.conversation
    if chat is None:
        return None
    found = conversations.leads_to(tx, channel=arrival.channel, account=arrival.account, conversation=chat)
    if found is None:
        return None
    ticket = reassign_contact.standing(tx, ticket_id=found.id)
    tickets.change(tx, ticket_id=ticket.id, changed_at=arrival.received_at)
    line = tickets.add_entry(
        tx, ticket_id=ticket.id, at=arrival.received_at, kind=kind, author="customer", public=False, outgoing=False,
        channel=arrival.channel, account=arrival.account, text=inbound.text, intake_id=arrival.intake_id,
        address=inbound.author.address if inbound.author else None, data={**inbound.details, **data},
    )  # fmt: skip
    tickets.attach(tx, ticket_id=ticket.id, entry_id=line, files=files)
    ticket_search.add(tx, ticket_id=ticket.id, entry_id=line, texts=(inbound.text,))
    return line


def as_note(inbound: Inbound) -> Inbound:
    """A change of a message we do not have in a chat we do not know: shown, and nothing more."""
    return replace(inbound, kind="note", automatic=True, details={**inbound.details, "unseen": inbound.kind})


def moved(tx: Connection, arrival: Arrival, inbound: Inbound, entry_id: int) -> None:
    """A chat goes on under another key; its tickets do too, and what still comes under the old one finds them."""
    old, new = inbound.thread.conversation, inbound.moved_to
    if old is None or new is None or old == new:
        return
    conversations.moved(tx, channel=arrival.channel, account=arrival.account, old=old, new=new)
    ticket_id = queries.entry(tx, entry_id=entry_id).ticket_id
    told: dict[str, Any] = {"from": old, "to": new}
    tickets.changed(tx, ticket_id=ticket_id, now=arrival.received_at, author="system", change="chat_moved", **told)


def _target(tx: Connection, arrival: Arrival, inbound: Inbound) -> int | None:
    if inbound.target is None:
        return None
    return queries.entry_by_remote_id(tx, channel=arrival.channel, remote_id=inbound.target)


def answered_survey(tx: Connection, book: DeskContext, arrival: Arrival, inbound: Inbound) -> int | None:
    """A face or words given on the channel itself. A forged or late answer changes no survey; see `as_written`."""
    said = inbound.survey
    if said is None:
        return None
    try:
        return _take_answer(tx, book, arrival, said)
    except DeskError as error:
        log.info("survey answer refused", channel=arrival.channel, why=type(error).__name__)
        return None


def as_written(inbound: Inbound) -> Inbound | None:
    """A face or words that no survey takes any more, as the message they came as. None: there is nothing to read."""
    if not inbound.text or inbound.author is None or inbound.survey is None:
        return None
    return replace(inbound, kind="message", gesture=not inbound.survey.words, survey=None)


def _take_answer(tx: Connection, book: DeskContext, arrival: Arrival, said: SurveyAnswer) -> int | None:
    token = said.token
    if token is None and said.call is not None:
        entry_id = queries.entry_by_remote_id(tx, channel=arrival.channel, remote_id=said.call)
        if entry_id is None or said.score is None:
            return None
        ticket = queries.ticket(tx, ticket_id=queries.entry(tx, entry_id=entry_id).ticket_id)
        token = survey.ask_on_call(tx, ticket=ticket, now=arrival.received_at)
        if token is None:
            return None
    if token is None:
        return None
    found = survey.find(tx, book, token=token, now=arrival.received_at)
    if said.score is not None:
        survey.answer(tx, book, token=token, score=said.score, now=arrival.received_at)
    if said.words or said.reasons:
        survey.explain(tx, book, token=token, reasons=said.reasons, words=said.words, now=arrival.received_at)
    return queries.newest_entry(tx, ticket_id=reassign_contact.standing(tx, ticket_id=found.ticket_id).id)

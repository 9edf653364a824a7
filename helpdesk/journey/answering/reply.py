"""A person answers: the entry, the clocks it stops, and the message that must leave. Undo, and send again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from helpdesk.database.engine import hint
from helpdesk.database.metadata import Row
from helpdesk.errors import Conflict, Forbidden, Invalid
from helpdesk.journey.answering import reply_options
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import authority, clocks, follow_up, status
from helpdesk.journey.outgoing import destinations, dispatch, outbound
from helpdesk.journey.outgoing.destinations import Destination
from helpdesk.outbox import actions as outbox
from helpdesk.outbox import queries as outbox_queries
from helpdesk.suggestions import actions as suggestions
from helpdesk.text import clean
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import drafts, queries, rules, ticket_search
from helpdesk.tickets.threading import conversations

LONGEST = 100_000
LONGEST_QUESTION = 2000
LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """What an agent sends. `seen`: the newest entry they had on their screen; `then`: the status it leads to."""

    text: str
    seen: int
    files: Sequence[int] = ()
    copies: Sequence[str] | None = None  # addresses; None: everybody who takes part and is welcome
    article: str | None = None
    kept: float = 0.0
    then: str | None = None
    quote: bool | None = None  # the original below; None: as the desk is set
    reply_to: int | None = None  # the very message it answers
    via: str | None = None  # another address of this customer; None: where the ticket's replies go
    subject: str | None = None  # where the channel has subjects; None: the ticket's


def send_reply(
    tx: Connection, context: DeskContext, *, ticket_id: int, person_id: int, person_name: str, answer: Reply, now: datetime
) -> int:  # fmt: skip
    """Write to the customer; returns the entry. Raises Conflict when something new arrived meanwhile, Invalid."""
    text = _checked_text(answer)
    ticket = _lock_for_reply(tx, ticket_id, person_id, answer, now)
    way = destinations.chosen_destination(tx, context, ticket=ticket, wanted=answer.via)
    if answer.files and way.channel in context.channels and not context.channels[way.channel].can.attachments:
        raise Invalid("No files can go this way. Leave them out, or choose another way.", "files")
    answers = reply_options.answered_remote_id(tx, ticket=ticket, way=way, entry_id=answer.reply_to)
    copies = reply_options.choose_copies(tx, context, ticket=ticket, wanted=answer.copies) if way.usual else []
    entry_id = _add_entry(tx, ticket, way, person_id, text, answer, copies, now)
    files = _attach_files(tx, ticket_id, person_id, entry_id, answer.files)
    payload = outbound.build_payload(
        tx, context, ticket=ticket, entry_id=entry_id, text=text, sender_name=person_name, automatic=False,
        copies=copies, files=files, way=way, answers=answers,
        quote=reply_options.quote_original(tx, context, ticket=ticket, wanted=answer.quote),
        subject=" ".join(answer.subject.split())[:LONGEST_SUBJECT] if answer.subject else None,
        signature=reply_options.render_signature(tx, context, ticket=ticket, person_name=person_name),
    )  # fmt: skip
    due_at = now + context.time_to_undo(way.channel)
    dispatch.queue_entry(
        tx, context, ticket=ticket, entry_id=entry_id, payload=payload, now=now, due_at=due_at, way=way
    )
    if not way.usual and way.conversation is not None:  # what the customer says there comes here
        conversations.add_conversation(
            tx, channel=way.channel, account=way.account, conversation=way.conversation, ticket_id=ticket_id
        )
    shown = rules.message_snippet(text, [file["name"] for file in files])
    tickets.change(tx, ticket_id=ticket_id, answered=True, changed_at=now, snippet=shown)
    if answer.article:
        _record_accepted_suggestion(tx, ticket, entry_id, person_id, answer, now)
    _finish_reply(tx, context, ticket, entry_id, person_id, answer, text, now)
    return entry_id


def _checked_text(answer: Reply) -> str:
    text = clean(answer.text).strip()
    if not text and not answer.files:
        raise Invalid("There is nothing to send yet.", "text")
    if len(text) > LONGEST:
        raise Invalid("This answer is longer than 100,000 characters; send it as a file.", "text")
    return text


def _lock_for_reply(tx: Connection, ticket_id: int, person_id: int, answer: Reply, now: datetime) -> Row:
    """The ticket, assigned to whoever answers first, so that two do not. Raises Conflict."""
    ticket = queries.locked(tx, ticket_id=ticket_id)
    if ticket.merged_into_id is not None:
        raise Conflict("This ticket was merged into {number}.", number=ticket.merged_into_id)
    if queries.written_since(tx, ticket_id=ticket_id, entry_id=answer.seen):
        raise Conflict("Something new arrived while you were writing.")
    if ticket.assignee_id is None:
        follow_up.assign_ticket(tx, ticket_id=ticket_id, to=person_id, by=person_id, now=now)
    return queries.ticket(tx, ticket_id=ticket_id)


def _finish_reply(
    tx: Connection, context: DeskContext, ticket: Row, entry_id: int, person_id: int, answer: Reply, text: str, now: datetime
) -> None:  # fmt: skip
    """Status and clocks after a reply, its words for the search, the draft gone, everything read."""
    after = answer.then or rules.status_after_answer(ticket.status)
    if after != ticket.status:
        status.set_status(tx, context, ticket_id=ticket.id, status=after, by=person_id, now=now)
    else:
        clocks.recompute_clocks(tx, context, ticket_id=ticket.id, now=now)
    ticket_search.index_entry(tx, ticket_id=ticket.id, entry_id=entry_id, texts=(text,))
    drafts.delete_draft(tx, ticket_id=ticket.id, person_id=person_id, kind="reply")
    newest = queries.newest_entry(tx, ticket_id=ticket.id)
    tickets.mark_read(tx, ticket_id=ticket.id, person_id=person_id, entry_id=newest)


def _record_accepted_suggestion(
    tx: Connection, ticket: Row, entry_id: int, person_id: int, answer: Reply, now: datetime
) -> None:
    """Somebody sent an article: the engine learns from it once this is kept."""
    assert answer.article is not None
    question = queries.entry(tx, entry_id=ticket.customer_entry_id).text if ticket.customer_entry_id else ""
    asked = f"{ticket.subject}\n{question}"[:LONGEST_QUESTION]
    suggestions.record_accepted_suggestion(
        tx, entry_id=entry_id, question_id=ticket.customer_entry_id, article=answer.article, question=asked,
        kept=answer.kept, person_id=person_id, now=now,
    )  # fmt: skip
    hint(tx, "taken", (asked, answer.article))


def _add_entry(
    tx: Connection,
    ticket: Row,
    way: Destination,
    person_id: int,
    text: str,
    answer: Reply,
    copies: Sequence[tuple[str, str]],
    now: datetime,
) -> int:
    data: dict[str, Any] = {"was": ticket.status}
    if answer.reply_to is not None:
        data["answers"] = answer.reply_to
    if not way.usual:
        data["via"] = way.address
    if answer.article:
        data |= {"article": answer.article, "kept": round(answer.kept, 3)}
    if copies:
        data["cc"] = [list(copy) for copy in copies]
    return tickets.add_entry(
        tx,
        ticket_id=ticket.id,
        at=now,
        kind="message",
        author="agent",
        public=True,
        outgoing=True,
        person_id=person_id,
        channel=way.channel,
        account=way.account,
        address=way.address,
        text=text,
        delivery="queued",
        data=data,
    )


def _attach_files(
    tx: Connection, ticket_id: int, person_id: int, entry_id: int, wanted: Sequence[int]
) -> list[dict[str, Any]]:
    if not wanted:
        return []
    waiting = queries.waiting_files(tx, ticket_id=ticket_id, person_id=person_id)
    mine = {task.id: task for task in waiting}
    if not set(wanted) <= mine.keys():
        raise Invalid("One of the files is not there any more; attach it again.", "files")
    drafts.attach_draft_files(
        tx, entry_id=entry_id, wanted=wanted, dropped=[file_id for file_id in mine if file_id not in wanted]
    )
    return [
        {
            "name": mine[wanted_id].name,
            "content_type": mine[wanted_id].content_type,
            "hash": mine[wanted_id].hash,
            "size": mine[wanted_id].size,
        }
        for wanted_id in wanted
    ]


def undo_reply(tx: Connection, context: DeskContext, *, entry_id: int, person_id: int, now: datetime) -> int:
    """Take back a reply that has not left: the draft returns, the clock goes on. Returns the ticket."""
    entry = queries.entry(tx, entry_id=entry_id)
    if entry.person_id != person_id:
        raise Forbidden("Only the person who wrote it can take it back.")
    ticket = queries.locked(tx, ticket_id=entry.ticket_id)
    outbox.cancel(tx, entry_id=entry_id, now=now)
    tickets.set_delivery(tx, entry_id=entry_id, state="undone")
    voids, stands = _status_changes_of(tx, entry)
    tickets.changed(
        tx, ticket_id=ticket.id, now=now, author="agent", person_id=person_id, change="undone", of=entry_id, voids=voids
    )
    drafts.save_draft(
        tx, ticket_id=ticket.id, person_id=person_id, kind="reply", text=entry.text, data=entry.data, now=now
    )
    tickets.detach_files(tx, entry_id=entry_id, person_id=person_id)
    was = (entry.data or {}).get("was")
    if was is not None and was != ticket.status and not stands:
        status.set_status(tx, context, ticket_id=ticket.id, status=was, by=person_id, now=now)
    clocks.recompute_clocks(tx, context, ticket_id=ticket.id, now=now)
    return int(ticket.id)


def _status_changes_of(tx: Connection, entry: Row) -> tuple[list[int], bool]:
    """Changes of status that count no more without this answer, and whether a later one by others stands."""
    moves = [
        item
        for item in queries.timeline(tx, ticket_id=entry.ticket_id, most=50)
        if item.id > entry.id and item.kind == "change" and (item.data or {}).get("change") in ("status", "reopened")
    ]
    own = [move for move in moves if move.person_id == entry.person_id and move.at == entry.at]
    others = [move for move in moves if move not in own]
    ended = any(address.data["to"] in rules.ENDED for address in own)
    if ended and others and others[0].data["change"] == "reopened":  # what was never ended was not reopened either
        own.append(others[0])
    return [address.id for address in own], bool(others)


def send_again(tx: Connection, context: DeskContext, *, entry_id: int, person_id: int, now: datetime) -> int:
    """Try a failed or uncertain message once more, under the same id. Returns the ticket. Raises Forbidden, Conflict."""
    entry = queries.entry(tx, entry_id=entry_id)
    if not entry.outgoing:
        raise Conflict("This message is not waiting to be sent again.")
    ticket = queries.locked(tx, ticket_id=entry.ticket_id)
    if not authority.may_manage(tx, entry=entry, ticket=ticket, person_id=person_id):
        raise Forbidden("Only its author, whoever has the ticket, or a supervisor can do this.")
    outbox.send_again(tx, entry_id=entry_id, now=now)
    tickets.set_delivery(tx, entry_id=entry_id, state="queued")
    tickets.changed(
        tx, ticket_id=entry.ticket_id, now=now, author="agent", person_id=person_id, change="sent_again", of=entry_id
    )
    assert outbox_queries.of_entry(tx, entry_id=entry_id) is not None
    return int(entry.ticket_id)


def add_note(
    tx: Connection, *, ticket_id: int, person_id: int, text: str, now: datetime, files: Sequence[int] = ()
) -> int:
    """Write something only the desk sees."""
    words = clean(text).strip()
    if not words and not files:
        raise Invalid("This note is empty.", "text")
    entry_id = tickets.add_entry(
        tx,
        ticket_id=ticket_id,
        at=now,
        kind="note",
        author="agent",
        public=False,
        outgoing=False,
        person_id=person_id,
        text=words,
    )
    _attach_files(tx, ticket_id, person_id, entry_id, files)
    tickets.change(tx, ticket_id=ticket_id, changed_at=now)
    ticket_search.index_entry(tx, ticket_id=ticket_id, entry_id=entry_id, texts=(words,))
    drafts.delete_draft(tx, ticket_id=ticket_id, person_id=person_id, kind="note")
    return entry_id

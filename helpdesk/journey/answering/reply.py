"""A person answers: the entry, the clocks it stops, and the message that must leave. Undo, and send again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from helpdesk.database.engine import hint
from helpdesk.errors import Conflict, Forbidden, Invalid
from helpdesk.journey.answering import reply_options
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import authority, clocks, follow_up, status
from helpdesk.journey.outgoing import destinations, dispatch
from helpdesk.journey.outgoing.destinations import Destination
from helpdesk.journey.outgoing.outbound import OutgoingMessage
from helpdesk.outbox import actions as outbox
from helpdesk.suggestions import actions as suggestions
from helpdesk.text import clean
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import drafts, queries, rules
from helpdesk.tickets.events.message_events import ReplyUndone, SentAgain
from helpdesk.tickets.events.stored_events import event_of
from helpdesk.tickets.events.ticket_events import Reopened, StatusChanged
from helpdesk.tickets.lists import ticket_search
from helpdesk.tickets.rows import AttachmentRow, EntryRow, NewEntry, TicketChanges, TicketRow
from helpdesk.tickets.threading import conversations
from helpdesk.tickets.timeline import Timeline
from helpdesk.tickets.vocabulary import ENDED, Status

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
    then: Status | None = None
    quote: bool | None = None  # the original below; None: as the desk is set
    reply_to: int | None = None  # the very message it answers
    via: str | None = None  # another address of this customer; None: where the ticket's replies go
    subject: str | None = None  # where the channel has subjects; None: the ticket's


def send_reply(
    tx: Connection, context: DeskContext, *, ticket_id: int, person_id: int, person_name: str, answer: Reply, now: datetime
) -> int:  # fmt: skip
    """Write to the customer; returns the entry. Raises Conflict when something new arrived meanwhile, Invalid."""
    text = _checked_text(answer)
    ticket = _lock_for_reply(tx, ticket_id)
    timeline = Timeline.load(tx, ticket_id=ticket_id)
    if timeline.written_since(answer.seen):
        raise Conflict("Something new arrived while you were writing.")
    way = destinations.chosen_destination(tx, context, ticket=ticket, wanted=answer.via)
    _require_open(context, way, answer)
    files = _draft_files(tx, ticket_id, person_id, answer.files)
    chosen = reply_options.choose_copies(tx, context, ticket=ticket, wanted=answer.copies) if way.usual else []
    copies, dropped = reply_options.split_copies(context, chosen, channel=way.channel)
    message = OutgoingMessage(
        text=text, sender_name=person_name, automatic=False, copies=copies, files=[_file_payload(file) for file in files.chosen],
        answers=reply_options.answered_remote_id(tx, ticket=ticket, way=way, entry_id=answer.reply_to),
        quote=reply_options.quote_original(tx, context, ticket=ticket, wanted=answer.quote),
        subject=" ".join(answer.subject.split())[:LONGEST_SUBJECT] if answer.subject else None,
        signature=reply_options.render_signature(context, ticket=ticket, person_name=person_name),
    )  # fmt: skip
    changes: TicketChanges = {"answered": True, "changed_at": now}
    if ticket.assignee_id is None:  # whoever answers first has it, so that two do not
        changes["assignee_id"] = person_id
        follow_up.record_first_assignment(tx, ticket=ticket, timeline=timeline, person_id=person_id, now=now)
    entry_id = dispatch.send_entry(
        tx, context, ticket=ticket, entry=_new_entry(ticket, way, person_id, text, answer, copies, dropped, now), message=message,
        now=now, due_at=now + context.time_to_undo(way.channel), way=way, timeline=timeline,
    )  # fmt: skip
    files.attach(tx, entry_id)
    if not way.usual and way.conversation is not None:  # what the customer says there comes here
        conversations.add_conversation(
            tx, channel=way.channel, account=way.account, conversation=way.conversation, ticket_id=ticket_id
        )
    if answer.article:
        _record_accepted_suggestion(tx, ticket, entry_id, person_id, answer, now)
    changes["snippet"] = rules.message_snippet(text, [file.name for file in files.chosen])
    _finish_reply(tx, context, ticket, timeline, entry_id, person_id, answer, text, changes, now)
    return entry_id


def _checked_text(answer: Reply) -> str:
    text = clean(answer.text).strip()
    if not text and not answer.files:
        raise Invalid("There is nothing to send yet.", "text")
    if len(text) > LONGEST:
        raise Invalid("This answer is longer than 100,000 characters; send it as a file.", "text")
    return text


def _require_open(context: DeskContext, way: Destination, answer: Reply) -> None:
    """Raises Invalid when the way leads to ourselves, or takes no files and there are some."""
    if context.is_own_address(way.address):
        raise Invalid("This answer would come back to ourselves. Choose another address of the customer.", "via")
    if answer.files and way.channel in context.channels and not context.channels[way.channel].can.attachments:
        raise Invalid("No files can go this way. Leave them out, or choose another way.", "files")


def _lock_for_reply(tx: Connection, ticket_id: int) -> TicketRow:
    ticket = queries.locked(tx, ticket_id=ticket_id)
    if ticket.merged_into_id is not None:
        raise Conflict("This ticket was merged into {number}.", number=ticket.merged_into_id)
    return ticket


def _finish_reply(
    tx: Connection, context: DeskContext, ticket: TicketRow, timeline: Timeline, entry_id: int, person_id: int,
    answer: Reply, text: str, changes: TicketChanges, now: datetime,
) -> None:  # fmt: skip
    """Status and clocks after a reply, its words for the search, the draft gone, everything read."""
    after = answer.then or rules.status_after_answer(ticket.status)
    if after != ticket.status:
        status.change_status(
            tx, context, ticket=ticket, timeline=timeline, to=after, by=person_id, now=now, **changes
        )  # fmt: skip
    else:
        clocks.update_with_clocks(tx, context, ticket=ticket, timeline=timeline, now=now, **changes)
    ticket_search.index_entry(tx, ticket_id=ticket.id, entry_id=entry_id, texts=(text,))
    drafts.delete_draft(tx, ticket_id=ticket.id, person_id=person_id, kind="reply")
    tickets.mark_read(tx, ticket_id=ticket.id, person_id=person_id, entry_id=timeline.newest)


def _record_accepted_suggestion(
    tx: Connection, ticket: TicketRow, entry_id: int, person_id: int, answer: Reply, now: datetime
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


def _new_entry(
    ticket: TicketRow,
    way: Destination,
    person_id: int,
    text: str,
    answer: Reply,
    copies: Sequence[tuple[str, str]],
    dropped: Sequence[tuple[str, str]],
    now: datetime,
) -> NewEntry:
    data: dict[str, Any] = {"was": ticket.status}
    if answer.reply_to is not None:
        data["answers"] = answer.reply_to
    if not way.usual:
        data["via"] = way.address
    if answer.article:
        data |= {"article": answer.article, "kept": round(answer.kept, 3)}
    if copies:
        data["cc"] = [list(copy) for copy in copies]
    if dropped:
        data["cc_dropped"] = [list(copy) for copy in dropped]
    return NewEntry(
        ticket_id=ticket.id, at=now, kind="message", author="agent", public=True, outgoing=True, person_id=person_id,
        channel=way.channel, account=way.account, address=way.address, text=text, delivery="queued", data=data,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DraftFiles:
    """Files that wait beside a draft: those that go with the answer, in the order they were chosen, and the others."""

    chosen: Sequence[AttachmentRow] = ()
    dropped: Sequence[AttachmentRow] = ()

    def attach(self, tx: Connection, entry_id: int) -> None:
        """The chosen ones go with an entry, the others are forgotten."""
        if self.chosen:
            drafts.attach_draft_files(
                tx,
                entry_id=entry_id,
                chosen=[file.id for file in self.chosen],
                dropped=[file.id for file in self.dropped],
            )


def _draft_files(tx: Connection, ticket_id: int, person_id: int, chosen: Sequence[int]) -> DraftFiles:
    if not chosen:
        return DraftFiles()
    waiting = {file.id: file for file in queries.waiting_files(tx, ticket_id=ticket_id, person_id=person_id)}
    if not set(chosen) <= waiting.keys():
        raise Invalid("One of the files is not there any more; attach it again.", "files")
    return DraftFiles(
        [waiting[file_id] for file_id in chosen], [file for file in waiting.values() if file.id not in chosen]
    )


def _file_payload(file: AttachmentRow) -> dict[str, Any]:
    return {"name": file.name, "content_type": file.content_type, "hash": file.hash, "size": file.size}


def undo_reply(tx: Connection, context: DeskContext, *, entry_id: int, person_id: int, now: datetime) -> int:
    """Take back a reply that has not left: the draft returns, the clock goes on. Returns the ticket."""
    entry = queries.entry(tx, entry_id=entry_id)
    if entry.person_id != person_id:
        raise Forbidden("Only the person who wrote it can take it back.")
    ticket = queries.locked(tx, ticket_id=entry.ticket_id)
    outbox.cancel(tx, entry_id=entry_id, now=now)
    tickets.set_delivery(tx, entry_id=entry_id, state="undone")
    timeline = Timeline.load(tx, ticket_id=ticket.id)
    voids, stands = _status_changes_of(timeline, entry)
    timeline.record_event(
        tx, ReplyUndone(of=entry_id, voids=voids), now=now, author="agent", person_id=person_id
    )  # fmt: skip
    drafts.save_draft(
        tx, ticket_id=ticket.id, person_id=person_id, kind="reply", text=entry.text, data=entry.data, now=now
    )
    tickets.detach_files(tx, entry_id=entry_id, person_id=person_id)
    changes: TicketChanges = {"snippet": visible_snippet(tx, ticket_id=ticket.id)}
    was: Status | None = (entry.data or {}).get("was")
    if was is not None and was != ticket.status and not stands:
        status.change_status(
            tx, context, ticket=ticket, timeline=timeline, to=was, by=person_id, now=now, **changes
        )  # fmt: skip
    else:
        clocks.update_with_clocks(tx, context, ticket=ticket, timeline=timeline, now=now, **changes)
    _put_back(tx, ticket, timeline, entry)
    return ticket.id


def _put_back(tx: Connection, ticket: TicketRow, timeline: Timeline, answer: EntryRow) -> None:
    """The ticket stands in the lists where it stood before an answer that was taken back."""
    before = [item for item in timeline.entries if item.at < answer.at]
    newest = queries.newest_message(tx, ticket_id=ticket.id)
    answered = newest is not None and newest.author == "agent"
    tickets.change(tx, ticket_id=ticket.id, answered=answered, changed_at=before[-1].at if before else answer.at)


def visible_snippet(tx: Connection, *, ticket_id: int) -> str:
    """What the lists show: how the newest message begins that the customer has."""
    newest = queries.newest_message(tx, ticket_id=ticket_id)
    if newest is None:
        return ""
    files = [] if newest.text.strip() else queries.attachments_of(tx, entry_ids=[newest.id])
    return rules.message_snippet(newest.text, [file.name for file in files])


def _status_changes_of(timeline: Timeline, answer: EntryRow) -> tuple[list[int], bool]:
    """Changes of status that count no more without this answer, and whether a later one by others stands."""
    later = [(entry, event_of(entry.data)) for entry in timeline.entries if entry.id > answer.id]
    moves = [(entry, event) for entry, event in later if isinstance(event, StatusChanged | Reopened)]
    own = [entry.id for entry, _ in moves if entry.person_id == answer.person_id and entry.at == answer.at]
    others = [(entry, event) for entry, event in moves if entry.id not in own]
    ended = any(event.to in ENDED for entry, event in moves if entry.id in own)
    if ended and others and isinstance(others[0][1], Reopened):  # what was never ended was not reopened either
        own.append(others[0][0].id)
    return own, bool(others)


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
    event = SentAgain(of=entry_id)
    tickets.record_event(tx, event, ticket_id=entry.ticket_id, now=now, author="agent", person_id=person_id)
    return entry.ticket_id


def add_note(
    tx: Connection, *, ticket_id: int, person_id: int, text: str, now: datetime, files: Sequence[int] = ()
) -> int:
    """Write something only the desk sees."""
    words = clean(text).strip()
    if not words and not files:
        raise Invalid("This note is empty.", "text")
    waiting = _draft_files(tx, ticket_id, person_id, files)
    entry = NewEntry(ticket_id=ticket_id, at=now, kind="note", author="agent", person_id=person_id, text=words)
    entry_id = tickets.add_entry(tx, entry)
    waiting.attach(tx, entry_id)
    tickets.change(tx, ticket_id=ticket_id, changed_at=now)
    ticket_search.index_entry(tx, ticket_id=ticket_id, entry_id=entry_id, texts=(words,))
    drafts.delete_draft(tx, ticket_id=ticket_id, person_id=person_id, kind="note")
    return entry_id

"""Two tickets about one matter become one: the child points to the parent, and what waited longest goes on waiting.

The child's lines move to the parent; each keeps the channel and address it came by. Clocks: what ended on the
child stays on its record. A question of the child that nobody has answered goes on in the parent with its own
start: it lends its start to the parent's open question when that is younger, else it is asked there as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Required, TypedDict, cast

from sqlalchemy import Connection

from helpdesk.database.metadata import Row
from helpdesk.errors import Conflict, Invalid, NotFound
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import clocks, follow_up, survey
from helpdesk.sla.store import actions as sla
from helpdesk.sla.store import queries as clock_queries
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries
from helpdesk.tickets.events.ticket_events import Merged, MergedInto, Unmerged, UnmergedFrom
from helpdesk.tickets.merging import merge_tickets
from helpdesk.tickets.merging.merge_tickets import MovingEntry
from helpdesk.tickets.rows import TicketChanges, TicketRow

REPLY = ("channel", "account", "address", "conversation", "reply_via", "snippet", "customer_entry_id")


def merge_into(
    tx: Connection,
    context: DeskContext,
    *,
    ticket_id: int,
    into: int,
    person_id: int,
    now: datetime,
    sure: bool = False,
) -> None:
    """Merge `ticket_id` into another ticket. `sure`: a person said that two customers belong together here.

    Raises Invalid, Conflict.
    """
    if ticket_id == into:
        raise Invalid("A ticket can't be merged into itself.", "into")
    child, parent = _lock_both(tx, ticket_id, into)
    _require_mergeable(child, parent, sure)
    survey.withdraw_invitation(tx, ticket_id=child.id, cycle=child.cycle, now=now)
    moving = merge_tickets.entries_of(tx, ticket_id=child.id)
    surveys = follow_up.surveys_of(tx, ticket_id=child.id)
    clock_changes = _clock_changes(tx, child, parent, moving)
    guests = merge_tickets.add_participants(tx, ticket_id=parent.id, guests=_participants_to_move(tx, child, parent))
    merge_tickets.move_entries(tx, entry_ids=[entry.id for entry in moving], from_id=child.id, to_id=parent.id)
    tickets.change(tx, ticket_id=child.id, merged_into_id=parent.id, active=False, changed_at=now)
    sla.release_clocks(tx, ticket_id=child.id)
    was = _move_newest_question(tx, child, parent)
    tickets.change(tx, ticket_id=parent.id, changed_at=now, automatic=parent.automatic and child.automatic)
    merged_into = MergedInto(number=parent.id)
    tickets.record_event(tx, merged_into, ticket_id=child.id, now=now, author="agent", person_id=person_id)
    merged = Merged(
        number=child.id, moved=[entry.id for entry in moving], was_automatic=parent.automatic, guests=guests, was=was,
        **clock_changes,
    )  # fmt: skip
    tickets.record_event(tx, merged, ticket_id=parent.id, now=now, author="agent", person_id=person_id)
    follow_up.move_follow_ups(tx, survey_ids=surveys, from_id=child.id, to_id=parent.id, person_id=person_id, now=now)
    clocks.recompute_clocks(tx, context, ticket_id=parent.id, now=now)


def undo_merge(tx: Connection, context: DeskContext, *, ticket_id: int, person_id: int, now: datetime) -> int:
    """Undo a merge: the lines go back, both clocks are made anew. Returns the other ticket. Raises Conflict."""
    parent_id = queries.ticket(tx, ticket_id=ticket_id).merged_into_id
    if parent_id is None:
        raise Conflict("This ticket is not merged into another one.")
    child, parent = _lock_both(tx, ticket_id, parent_id)
    if parent.merged_into_id is not None:
        raise Conflict("The other ticket was merged further. Undo that first.")
    merge = merge_tickets.newest_merge(tx, parent_id=parent.id, child_id=child.id)
    if merge is None:
        raise NotFound("The merge of this ticket is not on the timeline any more.")
    merge_id, merged = merge
    surveys = follow_up.surveys_of(tx, ticket_id=child.id)
    moving = {*merged.moved, *merge_tickets.changes_about(tx, ticket_id=parent.id, entry_ids=merged.moved)}
    moving |= set(merge_tickets.survey_answers_of(tx, ticket_id=parent.id, survey_ids=surveys))
    merge_tickets.move_entries(tx, entry_ids=sorted(moving), from_id=parent.id, to_id=child.id)
    merge_tickets.remove_participants(tx, ticket_id=parent.id, contact_ids=merged.guests)
    ended = child.status in ("resolved", "closed")
    tickets.change(
        tx, ticket_id=child.id, merged_into_id=None, active=not ended and child.spam_at is None, changed_at=now
    )
    tickets.change(tx, ticket_id=parent.id, **_columns_before(merged, child, parent, now))
    parted = UnmergedFrom(number=parent.id)
    tickets.record_event(tx, parted, ticket_id=child.id, now=now, author="agent", person_id=person_id)
    undone = Unmerged(number=child.id, of=merge_id)
    tickets.record_event(tx, undone, ticket_id=parent.id, now=now, author="agent", person_id=person_id)
    follow_up.move_follow_ups(tx, survey_ids=surveys, from_id=parent.id, to_id=child.id, person_id=person_id, now=now)
    for item in (child.id, parent.id):
        clocks.recompute_clocks(tx, context, ticket_id=item, now=now)
    return parent.id


def _participants_to_move(tx: Connection, child: TicketRow, parent: TicketRow) -> list[tuple[int, bool, str | None]]:
    """(contact, welcome, address) of everybody of the child who is not the parent's own customer."""
    own = [(child.contact_id, True, child.address)] if child.contact_id != parent.contact_id else []
    return own + [
        (participant.contact_id, bool(participant.welcome), participant.address)
        for participant in queries.participants_of(tx, ticket_id=child.id)
        if participant.contact_id != parent.contact_id
    ]


def _columns_before(merged: Merged, child: TicketRow, parent: TicketRow, now: datetime) -> TicketChanges:
    """Columns of the parent as they were before the merge, where nothing newer stands there."""
    before: TicketChanges = {"changed_at": now}
    if merged.was and parent.customer_entry_id == child.customer_entry_id:
        columns = dict(merged.was)
        at = columns.pop("customer_at")
        before |= cast("TicketChanges", columns)
        before["customer_at"] = datetime.fromisoformat(at) if at else None
    if merged.was_automatic:
        before["automatic"] = True
    return before


def _lock_both(tx: Connection, child_id: int, parent_id: int) -> tuple[TicketRow, TicketRow]:
    """Both tickets, locked always in the same order."""
    locked = {item: queries.locked(tx, ticket_id=item) for item in sorted((child_id, parent_id))}
    return locked[child_id], locked[parent_id]


def _require_mergeable(child: TicketRow, parent: TicketRow, sure: bool) -> None:
    if child.merged_into_id is not None:
        raise Conflict("This ticket is merged into another one already.")
    if parent.merged_into_id is not None:
        raise Conflict("The other ticket is itself merged into another one. Choose that one.")
    if parent.spam_at is not None:
        raise Conflict("The other ticket is marked as spam.")
    if child.active and not parent.active:
        raise Conflict("The other ticket is settled and this one is open. Merge the other one into this one.")
    if child.contact_id != parent.contact_id and not sure:
        raise Invalid("These are two customers. Confirm that both may see what is written from now on.", "sure")


class ClockChanges(TypedDict, total=False):
    """What the clocks must know of a merge; see `Merged`."""

    voids: Required[list[int]]
    since: list[tuple[int, str]]
    joined: list[int]
    leans: list[tuple[list[int], int, str]]


def _clock_changes(tx: Connection, child: TicketRow, parent: TicketRow, moving: Sequence[MovingEntry]) -> ClockChanges:
    """What the clocks must know of a merge: which lines count no more, and since when a question waits."""
    messages = [entry.id for entry in moving if entry.kind in ("message", "call")]
    open_there, open_here = _unanswered(tx, child.id), _unanswered(tx, parent.id)
    changes: ClockChanges = {"voids": messages}
    leans = _lent_start(tx, child, moving, open_here or open_there)
    if leans is not None:
        changes["leans"] = [leans]
    if open_there is None:
        return changes
    if open_here is not None:
        since = min(open_there.started_at, open_here.started_at)
        changes["since"] = [(open_here.start_entry_id, since.isoformat())]
        return changes
    start = open_there.start_entry_id
    changes["voids"] = [entry_id for entry_id in messages if entry_id != start]
    changes["joined"] = [start]
    changes["since"] = [(start, open_there.started_at.isoformat())]
    return changes


def _lent_start(
    tx: Connection, child: TicketRow, moving: Sequence[MovingEntry], carrier: Row | None
) -> tuple[list[int], int, str] | None:
    """(answers, entry, since): the question of the child that waits again, should no answer to it arrive after all."""
    done = [
        clock
        for clock in clock_queries.clocks_of(tx, ticket_id=child.id)
        if clock.stop_entry_id and clock.how != "call"
    ]
    last = max(done, key=lambda item: (item.cycle, item.stopped_at), default=None)
    if last is None or not child.active:
        return None
    entry_id, since = last.start_entry_id, last.started_at
    if carrier is not None:
        entry_id, since = carrier.start_entry_id, min(since, carrier.started_at)
    answers = [
        entry.id for entry in moving if entry.outgoing and entry.author == "agent" and entry.id >= last.stop_entry_id
    ]
    return answers, entry_id, since.isoformat()


def _unanswered(tx: Connection, ticket_id: int) -> Row | None:
    """The clock of the question that waits longest for a person."""
    running = [clock for clock in clock_queries.running_clocks(tx, ticket_id=ticket_id) if clock.kind != "resolution"]
    return min(running, key=lambda item: item.started_at, default=None)


def _move_newest_question(tx: Connection, child: TicketRow, parent: TicketRow) -> dict[str, Any] | None:
    """The next answer goes where the customer wrote last. Returns what the parent had before, as JSON."""
    if child.customer_at is None or (parent.customer_at is not None and child.customer_at <= parent.customer_at):
        return None
    one_way = child.contact_id == parent.contact_id and parent.conversation in (None, child.conversation)
    names = REPLY if one_way else ("snippet", "customer_entry_id")  # an open chat stays where its customer sits
    columns = cast("TicketChanges", {name: getattr(child, name) for name in (*names, "customer_at")})
    tickets.change(tx, ticket_id=parent.id, **columns)
    at = parent.customer_at
    return {**{name: getattr(parent, name) for name in names}, "customer_at": at.isoformat() if at else None}

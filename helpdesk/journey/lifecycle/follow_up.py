"""An unhappy customer waits for somebody: whose work that is, until when, and on which ticket it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from helpdesk.sla.store import actions as sla
from helpdesk.surveys import actions, queries
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries as stored
from helpdesk.tickets.events.ticket_events import Assigned
from helpdesk.tickets.merging import merge_tickets
from helpdesk.tickets.rows import TicketRow
from helpdesk.tickets.timeline import Timeline


def refresh_deadline(tx: Connection, *, ticket_id: int) -> None:
    """Write on the ticket, for the lists, since when its customer waits and until when somebody is to call."""
    waiting = [follow_up for follow_up in queries.follow_ups_of(tx, ticket_id=ticket_id) if follow_up.done_at is None]
    sad_at = min((task.created_at for task in waiting), default=None)
    due_at = min((task.due_at for task in waiting if task.due_at is not None), default=None)
    tickets.change(tx, ticket_id=ticket_id, sad_at=sad_at, call_back_at=due_at)
    sla.refresh_deadline(tx, ticket_id=ticket_id)


def assign_ticket(
    tx: Connection, *, ticket_id: int, to: int | None, by: int | None, now: datetime, only_if_free: bool = False
) -> None:
    """Give the ticket to a person, or to nobody, and with it its open call backs. Raises Conflict, NotFound."""
    tickets.assign_ticket(tx, ticket_id=ticket_id, to=to, by=by, now=now, only_if_free=only_if_free)
    actions.assign_follow_ups(tx, ticket_id=ticket_id, to=to)


def record_first_assignment(
    tx: Connection, *, ticket: TicketRow, timeline: Timeline, person_id: int, now: datetime
) -> None:
    """Whoever answers first takes a ticket nobody has; the column is the caller's to write."""
    event = Assigned(to=person_id, previous=None)
    timeline.record_event(tx, event, now=now, author="agent", person_id=person_id)
    if ticket.sad_at is not None:
        actions.assign_follow_ups(tx, ticket_id=ticket.id, to=person_id)


def surveys_of(tx: Connection, *, ticket_id: int) -> list[int]:
    """The surveys about a ticket and about those merged into it."""
    family = merge_tickets.merged_family(tx, ticket_id=ticket_id)
    return [survey.id for survey in queries.of_tickets(tx, ticket_ids=family)]


def move_follow_ups(
    tx: Connection, *, survey_ids: Sequence[int], from_id: int, to_id: int, person_id: int, now: datetime
) -> None:
    """Call backs go along when tickets are merged or parted; a ticket nobody has goes to whoever was to call."""
    actions.move_follow_ups(tx, survey_ids=survey_ids, to_id=to_id)
    owner = stored.ticket(tx, ticket_id=to_id).assignee_id
    waiting = [follow_up for follow_up in queries.follow_ups_of(tx, ticket_id=to_id) if follow_up.done_at is None]
    if waiting and owner is None:
        owner = waiting[-1].owner_id
    if waiting and owner is not None:
        assign_ticket(tx, ticket_id=to_id, to=owner, by=person_id, now=now)
    for item in (from_id, to_id):
        refresh_deadline(tx, ticket_id=item)

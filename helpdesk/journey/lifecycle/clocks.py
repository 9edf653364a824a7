"""The clocks of a ticket: which policy facts hold for it, and its clocks computed again from the whole timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Unpack

from sqlalchemy import Connection

from helpdesk.intake import actions as intake_actions
from helpdesk.intake import queries as intake
from helpdesk.journey.context import DeskContext
from helpdesk.sla.store import recompute
from helpdesk.sla.targets import PolicyFacts
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries
from helpdesk.tickets.rows import TicketChanges, TicketRow
from helpdesk.tickets.timeline import Timeline

_OWN, _COUNTED_BY = "desk", "clocks counted by"  # where the version of calendars and policies is kept


def policy_facts(context: DeskContext, ticket: TicketRow) -> PolicyFacts:
    """What policies may ask about a stored ticket."""
    return PolicyFacts(
        channel=ticket.channel,
        kind=context.hours(ticket.channel),
        priority=ticket.priority,
        language=ticket.language,
        team=ticket.team_name,
        mark=ticket.contact_mark,
    )


def recompute_clocks(tx: Connection, context: DeskContext, *, ticket_id: int, now: datetime) -> None:
    """Make the clocks of a ticket true again from its whole timeline."""
    ticket = queries.locked(tx, ticket_id=ticket_id)
    update_with_clocks(tx, context, ticket=ticket, timeline=Timeline.load(tx, ticket_id=ticket_id), now=now)


def outdated(tx: Connection, context: DeskContext) -> Sequence[int]:
    """Tickets at work, when calendars or policies are not those their clocks were counted by."""
    if intake.load_cursor(tx, channel=_OWN, account="", key=_COUNTED_BY) == context.targets.version:
        return ()
    return queries.active_tickets(tx)


def recount(tx: Connection, context: DeskContext, *, ticket_ids: Sequence[int], last: bool, now: datetime) -> None:
    """Count the clocks of these tickets by the calendars and policies of now. `last`: no other ticket is left."""
    for ticket_id in ticket_ids:
        recompute_clocks(tx, context, ticket_id=ticket_id, now=now)
    if last:
        intake_actions.save_cursor(
            tx, channel=_OWN, account="", key=_COUNTED_BY, value=context.targets.version, now=now
        )


def update_with_clocks(
    tx: Connection,
    context: DeskContext,
    *,
    ticket: TicketRow,
    timeline: Timeline,
    now: datetime,
    **changes: Unpack[TicketChanges],
) -> TicketRow:
    """Change columns of a locked ticket and compute its clocks anew, in one write; returns the ticket as it is then."""
    ticket = ticket.updated(**changes)
    if ticket.merged_into_id is None:  # else its entries, and so its clocks, are the other ticket's
        facts = policy_facts(context, ticket)
        shown = recompute.recompute(
            tx, context.targets, ticket=ticket, timeline=timeline, facts=facts, now=now
        )  # fmt: skip
        ticket, changes = ticket.updated(**shown), {**changes, **shown}
    if changes:
        tickets.change(tx, ticket_id=ticket.id, **changes)
    return ticket

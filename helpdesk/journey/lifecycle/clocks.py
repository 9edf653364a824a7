"""The clocks of a ticket: which policy facts hold for it, and its clocks computed again from the whole timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from sqlalchemy import Connection

from helpdesk.journey.context import DeskContext
from helpdesk.sla.store import recompute
from helpdesk.sla.targets import PolicyFacts
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries
from helpdesk.tickets.rows import TicketChanges, TicketRow
from helpdesk.tickets.timeline import Timeline


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

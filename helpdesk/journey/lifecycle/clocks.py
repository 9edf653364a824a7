"""The clocks of a ticket: which policy facts hold for it, and its clocks computed again from the whole timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from helpdesk.journey.context import DeskContext
from helpdesk.sla.store import recompute
from helpdesk.sla.targets import PolicyFacts
from helpdesk.tickets import queries


def policy_facts(context: DeskContext, ticket: Any) -> PolicyFacts:
    """What policies may ask about a stored ticket, as `queries.locked` gives it."""
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
    if ticket.merged_into_id is not None:  # its lines, and so its clocks, are the other ticket's
        return
    recompute.recompute(tx, context.promises, ticket=ticket, facts=policy_facts(context, ticket), now=now)

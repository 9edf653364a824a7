"""Reactions of the customer: an emoji on an earlier message."""

from __future__ import annotations

from sqlalchemy import Connection

from channels.contract import Inbound
from helpdesk.journey.receiving.arrival import Arrival
from helpdesk.journey.receiving.updates import update_targets
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries
from helpdesk.tickets.rows import NewEntry


def receive_reaction(tx: Connection, arrival: Arrival, inbound: Inbound) -> int | None:
    """An emoji on a message. None: we know neither it nor its chat."""
    entry_id = update_targets.find_target(tx, arrival, inbound)
    if entry_id is None:
        return update_targets.record_unknown_target(tx, arrival, inbound, kind="reaction", data={"of": None})
    entry = queries.entry(tx, entry_id=entry_id)
    tickets.change(tx, ticket_id=entry.ticket_id, changed_at=arrival.received_at)
    reaction = NewEntry(
        ticket_id=entry.ticket_id, at=arrival.received_at, kind="reaction", author="customer", public=True, thanks=True,
        channel=arrival.channel, account=arrival.account, text=inbound.text, intake_id=arrival.intake_id,
        address=inbound.author.address if inbound.author else None, data={"of": entry_id, **inbound.details},
    )  # fmt: skip
    return tickets.add_entry(tx, reaction)

"""A ticket changes its status: clocks pause, go on or end, and a resolution asks for the survey."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from helpdesk.errors import Conflict
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import clocks, survey
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries
from helpdesk.tickets.rules import ENDED


def set_status(
    tx: Connection,
    context: DeskContext,
    *,
    ticket_id: int,
    status: str,
    by: int | None,
    now: datetime,
    author: str = "agent",
) -> None:
    """Move a ticket to `status` with everything that follows from it. Raises Conflict on a merged ticket."""
    ticket = queries.locked(tx, ticket_id=ticket_id)
    if ticket.merged_into_id is not None:
        raise Conflict("This ticket was merged into {number}.", number=ticket.merged_into_id)
    taken_back = _endings(tx, ticket_id) if ticket.status in ENDED and status not in ENDED else []
    was = tickets.set_status(
        tx, ticket_id=ticket_id, status=status, by=by, now=now, author=author, voids=taken_back
    )  # fmt: skip
    if was == status:
        return
    if was in ENDED and status not in ENDED:
        survey.withdraw_invitation(tx, ticket_id=ticket_id, cycle=ticket.cycle, now=now)
    clocks.recompute_clocks(tx, context, ticket_id=ticket_id, now=now)
    if status in ENDED and was not in ENDED:
        survey.send_invitation(tx, context, ticket_id=ticket_id, now=now)


def _endings(tx: Connection, ticket_id: int) -> list[int]:
    """The lines that ended the cycle: taken back by hand, its clocks go on from where they started."""
    endings: list[int] = []
    for line in reversed(queries.timeline(tx, ticket_id=ticket_id)):
        data = line.data or {}
        if data.get("change") == "reopened" or (data.get("change") == "status" and data.get("to") not in ENDED):
            break
        if data.get("change") == "status":
            endings.append(line.id)
    return endings

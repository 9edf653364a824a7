"""Automatic messages leave through one gate, say that they are automatic, and when a person will be there."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from channels.contract import Inbound
from helpdesk.contacts import queries as contacts
from helpdesk.journey.context import DeskContext
from helpdesk.journey.outgoing import automatic
from helpdesk.outbox import queries as outbox
from helpdesk.outbox.rules import Occasion, why_not
from helpdesk.sla.calendar.calendars import Calendar
from helpdesk.tickets import queries
from helpdesk.tickets.rows import TicketRow

LONGEST_CLOSED = timedelta(days=14)


def send_auto_reply(
    tx: Connection, context: DeskContext, *, ticket_id: int, channel: str, question: Inbound, now: datetime, opened: bool
) -> int | None:  # fmt: skip
    """Say that a message arrived or when somebody is back, as the desk is set and a robot may write here."""
    calendar = context.targets.calendar(context.hours(channel))[1]
    welcome = context.acknowledgement and opened
    closed = (welcome or channel in context.when_closed) and not calendar.is_open(now)
    if not (welcome or closed):
        return None
    ticket = queries.ticket(tx, ticket_id=ticket_id)
    if closed and not welcome and _answered_since_closing(tx, calendar, ticket, now):
        return None
    if ticket.person_wanted_at is not None and not closed:  # no robot any more, they said
        return None
    silent = question.automatic or question.no_auto_reply
    if auto_reply_refusal(tx, context, ticket_id=ticket_id, address=ticket.address, question_automatic=silent, now=now):
        return None
    text = context.render_text(
        "closed.txt" if closed else "acknowledgement.txt",
        ticket.language or context.language,
        name=ticket.contact_name,
        number=ticket_id,
        desk=context.name,
        person_by=calendar.due_at(now, 30),
        back_at=calendar.next_opening(now),
        now=now,
    )
    return automatic.send_automatic(tx, context, ticket=ticket, text=text, now=now)


def _answered_since_closing(tx: Connection, calendar: Calendar, ticket: TicketRow, now: datetime) -> bool:
    """Whether a robot wrote in this ticket since we closed: once is enough."""
    before = calendar.intervals(now - LONGEST_CLOSED, now)
    closing = before[-1][1] if before else now - LONGEST_CLOSED
    return outbox.automatic_since(tx, address=ticket.address, ticket_id=ticket.id, since=closing, until=now)[1] > 0


def auto_reply_refusal(
    tx: Connection, context: DeskContext, *, ticket_id: int, address: str, question_automatic: bool, now: datetime,
    in_ticket: int | None = None,
) -> str | None:  # fmt: skip
    """The one gate. None: a robot may write to this address now; else why not, as a code.

    `in_ticket`: how much was sent on the ticket, where only messages of one kind count.
    """
    known = contacts.by_address(tx, address=address)
    to_address, all_in_ticket = outbox.automatic_since(
        tx, address=address, ticket_id=ticket_id, since=now - context.limits.window, until=now
    )
    occasion = Occasion(
        address=address,
        own_addresses=context.own_addresses,
        question_automatic=question_automatic,
        unreachable=known is not None and known.unreachable_at is not None,
        sent_to_address=to_address,
        sent_to_organisation=outbox.automatic_to_organisation(
            tx, address=address, since=now - context.limits.window, until=now
        ),
        sent_in_ticket=all_in_ticket if in_ticket is None else in_ticket,
    )
    return why_not(occasion, context.limits)

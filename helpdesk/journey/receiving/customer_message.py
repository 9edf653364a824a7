"""A customer's message on a ticket that exists: its entry, status, cycle and clocks, suggestions and automatic reply."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from channels.contract import Inbound
from helpdesk.contacts.actions import KnownContact
from helpdesk.database.engine import hint
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import clocks, reopening
from helpdesk.journey.outgoing import auto_reply
from helpdesk.journey.receiving import entry
from helpdesk.journey.receiving.arrival import Arrival
from helpdesk.sla.store import actions as sla
from helpdesk.suggestions import actions as suggestions
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries, rules
from helpdesk.tickets.events.ticket_events import StatusChanged
from helpdesk.tickets.lists import ticket_search
from helpdesk.tickets.rows import NewFile, TicketChanges, TicketRow
from helpdesk.tickets.rules import Choice
from helpdesk.tickets.threading import conversations


def append_message(
    tx: Connection,
    context: DeskContext,
    arrival: Arrival,
    inbound: Inbound,
    known: KnownContact,
    files: Sequence[NewFile],
    choice: Choice,
) -> int:
    """Add a customer's message to the ticket it was matched to; returns the entry's id."""
    assert choice.ticket_id is not None
    ticket = queries.surviving_ticket(tx, ticket_id=choice.ticket_id)  # it may have been merged since we looked
    stranger = choice.stranger and inbound.writer != "shop"  # our side takes part in everything
    entry_id = entry.write_entry(
        tx, arrival, inbound, ticket_id=ticket.id, contact_id=known.contact_id, files=files, stranger=stranger,
        unproven=choice.unproven,
    )  # fmt: skip
    if stranger:
        address = inbound.author.address if inbound.author else None
        tickets.add_participant(tx, ticket_id=ticket.id, contact_id=known.contact_id, welcome=False, address=address)
    elif not choice.stranger and not inbound.automatic and inbound.kind == "message":
        entry.add_participants(
            tx, context, inbound, ticket_id=ticket.id, contact_id=ticket.contact_id, now=arrival.received_at,
            welcome=not choice.unproven,
        )  # fmt: skip
    counts = inbound.kind == "message" and not inbound.automatic and not inbound.thanks
    if not counts:
        tickets.change(tx, ticket_id=ticket.id, changed_at=arrival.received_at)
    else:
        _apply_question(tx, context, arrival, inbound, ticket, entry_id, choice, known)
    ticket_search.index_entry(tx, ticket_id=ticket.id, entry_id=entry_id, texts=(inbound.text,))
    return entry_id


def _is_copied_participant(context: DeskContext, arrival: Arrival, ticket: TicketRow, known: KnownContact) -> bool:
    """Whether somebody wrote who gets a copy anyway: the answer still goes to the customer whose matter it is."""
    own_matter = known.contact_id == ticket.contact_id
    return not own_matter and arrival.channel == ticket.channel and context.channels[arrival.channel].can.copies


def _apply_question(
    tx: Connection,
    context: DeskContext,
    arrival: Arrival,
    inbound: Inbound,
    ticket: TicketRow,
    entry_id: int,
    choice: Choice,
    known: KnownContact,
) -> None:
    """A customer wrote something that wants an answer: the ticket, its clocks, suggestions, an automatic reply."""
    now = arrival.received_at
    starts_cycle = choice.reopens or ticket.cycle == 0 or ticket.resolved_at is not None
    changes = _message_changes(inbound, entry_id, now)
    if not choice.stranger and not choice.unproven and not _is_copied_participant(context, arrival, ticket, known):
        changes |= _move_replies(tx, arrival, inbound, ticket)
    if ticket.cycle == 0 and not ticket.active and ticket.spam_at is None:  # a quiet ticket wakes up
        if not context.has_subjects(arrival.channel):
            changes["subject"] = rules.snippet(inbound.text, 60)
        hint(tx, "opened", ticket.id)
    changes |= _change_status(tx, ticket, now, starts_cycle=starts_cycle)
    if inbound.wants_person:
        changes["person_wanted_at"] = now
    tickets.change(tx, ticket_id=ticket.id, **changes)
    if ticket.spam_at is None:
        _start_clocks(tx, context, ticket, entry_id, now, starts_cycle=starts_cycle)
    suggestions.record_suggestions(
        tx, context.suggest, entry_id=entry_id, text=f"{inbound.subject}\n{inbound.text}",
        language=inbound.language or context.language,
    )  # fmt: skip
    auto_reply.send_auto_reply(
        tx, context, ticket_id=ticket.id, channel=arrival.channel, question=inbound, now=now, opened=starts_cycle
    )


def _message_changes(inbound: Inbound, entry_id: int, now: datetime) -> TicketChanges:
    """What the lists show of a ticket after a customer's message."""
    return {
        "changed_at": now,
        "customer_at": now,
        "customer_entry_id": entry_id,
        "answered": False,
        "snippet": rules.message_snippet(inbound.text, [attachment.name for attachment in inbound.attachments]),
        "automatic": False,
    }


def _move_replies(tx: Connection, arrival: Arrival, inbound: Inbound, ticket: TicketRow) -> TicketChanges:
    """Replies go where the customer wrote last; who writes in the old chat again still finds the ticket."""
    if inbound.author is None:
        return {}
    if ticket.conversation is not None and ticket.conversation != inbound.thread.conversation:
        conversations.add_conversation(
            tx, channel=ticket.channel, account=ticket.account, conversation=ticket.conversation, ticket_id=ticket.id
        )
    return {
        "channel": arrival.channel,
        "account": arrival.account,
        "address": inbound.author.address,
        "conversation": inbound.thread.conversation,
        "reply_via": inbound.reply_via or ticket.reply_via,
    }


def _change_status(tx: Connection, ticket: TicketRow, now: datetime, *, starts_cycle: bool) -> TicketChanges:
    """The status a customer's message leads to, recorded on the timeline, and the columns of a new cycle."""
    status = rules.status_after_customer(ticket.status)
    changes: TicketChanges = {"status": status}
    if starts_cycle:
        changes = reopening.reopen_ticket(tx, ticket=ticket, status=status, now=now, announce=ticket.cycle > 0)
        changes["cycle"], changes["person_wanted_at"] = ticket.cycle + 1, None
    if status != ticket.status and not (starts_cycle and ticket.cycle > 0):
        event = StatusChanged(to=status, previous=ticket.status, why="customer_wrote")
        tickets.record_event(tx, event, ticket_id=ticket.id, now=now, author="system")
    return changes


def _start_clocks(
    tx: Connection, context: DeskContext, ticket: TicketRow, entry_id: int, now: datetime, *, starts_cycle: bool
) -> None:
    """Clocks of a new cycle, or of one more question in the running one."""
    facts = clocks.policy_facts(context, ticket)
    if starts_cycle:
        planned = [context.targets.plan(facts, kind, now) for kind in sla.STARTING]
        sla.start_cycle(
            tx, context.targets, ticket_id=ticket.id, facts=facts, cycle=ticket.cycle + 1, entry_id=entry_id, at=now,
            planned=planned,
        )  # fmt: skip
        sla.refresh_deadline(tx, ticket_id=ticket.id)
        return
    sla.record_customer_message(
        tx, context.targets, ticket_id=ticket.id, facts=facts, cycle=ticket.cycle, entry_id=entry_id, at=now
    )
    if ticket.status in ("waiting", "on_hold"):
        clocks.recompute_clocks(tx, context, ticket_id=ticket.id, now=now)

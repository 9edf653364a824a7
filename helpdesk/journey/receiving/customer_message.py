"""A customer's message on a ticket that exists: its entry, status, cycle and clocks, suggestions and automatic reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from channels.contract import Inbound
from helpdesk.contacts.actions import KnownContact
from helpdesk.database.engine import hint
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import clocks, survey
from helpdesk.journey.outgoing import auto_reply
from helpdesk.journey.receiving import (
    entry,
)
from helpdesk.journey.receiving.arrival import Arrival
from helpdesk.sla.store import actions as sla
from helpdesk.suggestions import actions as suggestions
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries, rules, ticket_search
from helpdesk.tickets.rules import Choice
from helpdesk.tickets.threading import conversations


def append_message(
    tx: Connection,
    context: DeskContext,
    arrival: Arrival,
    inbound: Inbound,
    known: KnownContact,
    files: Sequence[Mapping[str, Any]],
    choice: Choice,
) -> int:
    assert choice.ticket_id is not None
    ticket = queries.locked(tx, ticket_id=choice.ticket_id)
    while ticket.merged_into_id is not None:  # merged between our look and our lock
        ticket = queries.locked(tx, ticket_id=ticket.merged_into_id)
    entry_id = entry.write_entry(
        tx, arrival, inbound, ticket_id=ticket.id, contact_id=known.contact_id, files=files, stranger=choice.stranger
    )
    if choice.stranger:
        address = inbound.author.address if inbound.author else None
        tickets.add_participant(tx, ticket_id=ticket.id, contact_id=known.contact_id, welcome=False, address=address)
    elif not inbound.automatic and inbound.kind == "message":
        entry.add_participants(
            tx, context, inbound, ticket_id=ticket.id, contact_id=ticket.contact_id, now=arrival.received_at
        )
    counts = inbound.kind == "message" and not inbound.automatic and not inbound.thanks
    if not counts:
        tickets.change(tx, ticket_id=ticket.id, changed_at=arrival.received_at)
    else:
        _apply_question(tx, context, arrival, inbound, ticket, entry_id, choice, known)
    ticket_search.index_entry(tx, ticket_id=ticket.id, entry_id=entry_id, texts=(inbound.text,))
    return entry_id


def _is_copied_participant(context: DeskContext, arrival: Arrival, ticket: Any, known: KnownContact) -> bool:
    """Whether somebody wrote who gets a copy anyway: the answer still goes to the customer whose matter it is."""
    own_matter = known.contact_id == ticket.contact_id
    return not own_matter and arrival.channel == ticket.channel and context.channels[arrival.channel].can.copies


def _apply_question(
    tx: Connection,
    context: DeskContext,
    arrival: Arrival,
    inbound: Inbound,
    ticket: Any,
    entry_id: int,
    choice: Choice,
    known: KnownContact,
) -> None:
    """A customer wrote something that wants an answer."""
    values: dict[str, Any] = {
        "changed_at": arrival.received_at,
        "customer_at": arrival.received_at,
        "customer_entry_id": entry_id,
        "answered": False,
        "snippet": rules.message_snippet(inbound.text, [attachment.name for attachment in inbound.attachments]),
        "automatic": False,
    }
    if (
        not choice.stranger
        and inbound.author is not None
        and not _is_copied_participant(context, arrival, ticket, known)
    ):
        values |= {
            "channel": arrival.channel,
            "account": arrival.account,
            "address": inbound.author.address,
            "conversation": inbound.thread.conversation,
            "reply_via": inbound.reply_via or ticket.reply_via,
        }
        if ticket.conversation is not None and ticket.conversation != inbound.thread.conversation:
            conversations.add_conversation(  # it goes on elsewhere; who writes in the old chat again still finds it
                tx,
                channel=ticket.channel,
                account=ticket.account,
                conversation=ticket.conversation,
                ticket_id=ticket.id,
            )
    facts = clocks.policy_facts(context, ticket)
    fresh = choice.reopens or ticket.cycle == 0 or ticket.resolved_at is not None
    if fresh:
        survey.withdraw_invitation(tx, ticket_id=ticket.id, cycle=ticket.cycle, now=arrival.received_at)
        values |= {
            "cycle": ticket.cycle + 1,
            "active": ticket.spam_at is None,
            "resolved_at": None,
            "closed_at": None,
            "person_wanted_at": None,
        }
    if inbound.details.get("wants_person"):
        values["person_wanted_at"] = arrival.received_at
    if ticket.cycle == 0 and not ticket.active and ticket.spam_at is None:  # a quiet one wakes up
        if not context.has_subjects(arrival.channel):
            values["subject"] = rules.snippet(inbound.text, 60)
        hint(tx, "opened", ticket.id)
    values["status"] = rules.status_after_customer(ticket.status)
    tickets.change(tx, ticket_id=ticket.id, **values)
    _record_status(tx, ticket, values["status"], arrival.received_at, reopened=fresh and ticket.cycle > 0)
    if fresh and ticket.spam_at is None:
        planned = [context.promises.plan(facts, kind, arrival.received_at) for kind in sla.STARTING]
        sla.start_cycle(
            tx,
            context.promises,
            ticket_id=ticket.id,
            facts=facts,
            cycle=ticket.cycle + 1,
            entry_id=entry_id,
            at=arrival.received_at,
            planned=planned,
        )
        sla.refresh_deadline(tx, ticket_id=ticket.id)
    elif ticket.spam_at is None:
        sla.record_customer_message(
            tx,
            context.promises,
            ticket_id=ticket.id,
            facts=facts,
            cycle=ticket.cycle,
            entry_id=entry_id,
            at=arrival.received_at,
        )
        if ticket.status in ("waiting", "on_hold"):
            clocks.recompute_clocks(tx, context, ticket_id=ticket.id, now=arrival.received_at)
    suggestions.record_suggestions(
        tx,
        context.suggest,
        entry_id=entry_id,
        text=f"{inbound.subject}\n{inbound.text}",
        language=inbound.language or context.language,
    )
    auto_reply.send_auto_reply(
        tx,
        context,
        ticket_id=ticket.id,
        channel=arrival.channel,
        question=inbound,
        now=arrival.received_at,
        opened=fresh,
    )


def _record_status(tx: Connection, ticket: Any, status: str, at: datetime, *, reopened: bool) -> None:
    if reopened:
        tickets.changed(
            tx,
            ticket_id=ticket.id,
            now=at,
            author="system",
            change="reopened",
            cycle=ticket.cycle + 1,
            to=status,
            **{"from": ticket.status},
        )
    elif status != ticket.status:
        tickets.changed(
            tx,
            ticket_id=ticket.id,
            now=at,
            author="system",
            change="status",
            to=status,
            **{"from": ticket.status},
            why="customer_wrote",
        )

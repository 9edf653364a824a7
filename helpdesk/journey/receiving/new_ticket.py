"""A message that opens a ticket: its fields, clocks, suggestions and automatic reply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy import Connection

from channels.contract import Inbound
from helpdesk.agents import queries as agents
from helpdesk.contacts.actions import KnownContact
from helpdesk.database.engine import hint
from helpdesk.journey.context import DeskContext
from helpdesk.journey.outgoing import auto_reply
from helpdesk.journey.receiving import entry
from helpdesk.journey.receiving.arrival import Arrival
from helpdesk.sla.store import actions as sla
from helpdesk.sla.targets import PlannedClock, PolicyFacts, nearest
from helpdesk.suggestions import actions as suggestions
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import rules
from helpdesk.tickets.events.ticket_events import TeamUnknown
from helpdesk.tickets.lists import contact_tickets, ticket_search
from helpdesk.tickets.rows import NewFile, NewTicket
from helpdesk.tickets.rules import Choice
from helpdesk.tickets.vocabulary import NEVER

log = structlog.get_logger("opening")


def open_ticket(
    tx: Connection, context: DeskContext, arrival: Arrival, inbound: Inbound, known: KnownContact,
    files: Sequence[NewFile], choice: Choice,
) -> int:  # fmt: skip
    """A ticket of its own for this arrival; returns the entry's id."""
    asks = inbound.kind == "message" and not (inbound.automatic or inbound.thanks or known.blocked)
    team = _team_id(tx, inbound)
    facts = PolicyFacts(
        channel=arrival.channel, kind=context.hours(arrival.channel), language=inbound.language, mark=known.mark,
        team=inbound.team.strip() if inbound.team and team else None,
    )  # fmt: skip
    at = arrival.received_at
    planned = [context.targets.plan(facts, kind, at) for kind in sla.STARTING] if asks else []
    subjects = context.has_subjects(arrival.channel)
    named = _without_old_numbers(tx, inbound, known)
    ticket = replace(
        _new_ticket(arrival, named, known, planned, asks=asks, follows=choice.follows, subjects=subjects), team_id=team,
        active=not (known.blocked or is_quiet(inbound)), person_wanted_at=at if asks and inbound.wants_person else None,
    )  # fmt: skip
    ticket_id = tickets.open_ticket(tx, ticket)
    entry_id = entry.write_entry(
        tx, arrival, inbound, ticket_id=ticket_id, contact_id=known.contact_id, files=files, stranger=False,
        unproven=choice.unproven,
    )  # fmt: skip
    tickets.set_first_entry(tx, ticket_id=ticket_id, entry_id=entry_id)
    entry.add_participants(
        tx, context, inbound, ticket_id=ticket_id, contact_id=known.contact_id, now=at, welcome=not choice.unproven,
    )  # fmt: skip
    if asks:
        sla.start_cycle(
            tx, context.targets, ticket_id=ticket_id, facts=facts, cycle=1, entry_id=entry_id, at=at, planned=planned
        )
        _suggest_and_reply(tx, context, arrival, inbound, ticket_id, entry_id)
    if inbound.team and team is None:
        _record_unknown_team(tx, inbound.team, ticket_id, at)
    texts = (inbound.subject, known.name, ticket.address, inbound.text)
    ticket_search.index_entry(tx, ticket_id=ticket_id, entry_id=entry_id, texts=texts)
    if ticket.active or known.blocked:
        hint(tx, "opened", ticket_id)
    return entry_id


def _without_old_numbers(tx: Connection, inbound: Inbound, known: KnownContact) -> Inbound:
    """What a ticket follows is told by a link; its number in the subject would lead every answer back to it."""
    old = contact_tickets.own_numbers(tx, contact_id=known.contact_id, numbers=inbound.thread.numbers)
    return replace(inbound, subject=rules.without_numbers(inbound.subject, old)) if old else inbound


def _suggest_and_reply(
    tx: Connection, context: DeskContext, arrival: Arrival, inbound: Inbound, ticket_id: int, entry_id: int
) -> None:
    """Articles that may answer the question, and the automatic reply where one is due."""
    suggestions.record_suggestions(
        tx, context.suggest, entry_id=entry_id, text=f"{inbound.subject}\n{inbound.text}",
        language=inbound.language or context.language,
    )  # fmt: skip
    auto_reply.send_auto_reply(
        tx,
        context,
        ticket_id=ticket_id,
        channel=arrival.channel,
        question=inbound,
        now=arrival.received_at,
        opened=True,
    )


def open_quiet_ticket(
    tx: Connection,
    context: DeskContext,
    arrival: Arrival,
    inbound: Inbound,
    known: KnownContact,
    *,
    follows: int | None,
    active: bool,
) -> int:
    """A ticket without a message and so without a clock; its first message starts one. Returns its number."""
    ticket = replace(
        _new_ticket(arrival, inbound, known, [], asks=False, follows=follows, subjects=True),
        team_id=_team_id(tx, inbound), active=active and not known.blocked,
    )  # fmt: skip
    ticket_id = tickets.open_ticket(tx, ticket)
    if ticket.active:
        hint(tx, "opened", ticket_id)
    return ticket_id


def is_quiet(inbound: Inbound) -> bool:
    """A note that asks nothing of anybody: a bare command to a bot, somebody joined, a reaction to we know not what.

    Where it begins a ticket, that one is out of the agents' way until its customer says something. It is the first
    line of that matter then: closed it would have been another ticket, open it would be one nobody can answer.
    """
    note = inbound.kind == "note" and inbound.oversize is None
    return note and (inbound.writer != "customer" or inbound.automatic or inbound.command is not None)


def _team_id(tx: Connection, inbound: Inbound) -> int | None:
    return agents.team_named(tx, name=inbound.team) if inbound.team else None


def _record_unknown_team(tx: Connection, name: str, ticket_id: int, at: datetime) -> None:
    """A bot or site belongs to a team there is not: somebody will notice, and nothing is lost."""
    log.warning("there is no such team", team=name, ticket=ticket_id)
    tickets.record_event(tx, TeamUnknown(team=name), ticket_id=ticket_id, now=at, author="system")


def _new_ticket(
    arrival: Arrival, inbound: Inbound, known: KnownContact, planned: list[PlannedClock], *, asks: bool, follows: int | None,
    subjects: bool,
) -> NewTicket:  # fmt: skip
    """`subjects`: the channel has them; where it has none the first words stand for it."""
    first, at = nearest(planned), arrival.received_at
    return NewTicket(
        subject=inbound.subject or ("" if subjects else rules.snippet(inbound.text, 60)),
        contact_id=known.contact_id,
        language=inbound.language,
        channel=arrival.channel,
        account=arrival.account,
        address=inbound.author.address if inbound.author else "",
        conversation=inbound.thread.conversation,
        reply_via=inbound.reply_via,
        snippet=rules.message_snippet(inbound.text, [attachment.name for attachment in inbound.attachments]),
        created_at=at,
        changed_at=at,
        customer_at=at,
        deadline=(first and first.due_at) or NEVER,
        deadline_kind=first.kind if first else None,
        deadline_start=at if first else None,
        cycle=1 if asks else 0,
        automatic=inbound.automatic,
        follows_id=follows,
        spam_at=at if known.blocked else None,
    )

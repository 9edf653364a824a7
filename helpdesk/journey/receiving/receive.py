"""Something arrived and was understood: which contact, which ticket, which line of the timeline, which clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from channels.contract import Inbound
from helpdesk.contacts import actions as contacts
from helpdesk.contacts.actions import Known
from helpdesk.database.engine import hint
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import survey
from helpdesk.journey.outgoing import auto_reply
from helpdesk.journey.receiving import (
    asides,
    calls,
    delivery_reports,
    match_ticket,
    new_ticket,
    oversized,
    requests,
    sender,
)
from helpdesk.sla.store import actions as sla
from helpdesk.suggestions import actions as suggestions
from helpdesk.text import detected_language, language
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries, rules, thanks, ticket_search
from helpdesk.tickets.rules import Choice
from helpdesk.tickets.threading import conversations


@dataclass(frozen=True, slots=True)
class Arrival:
    """How something came in. `files` are the stored attachments of each Inbound, as column values."""

    channel: str
    account: str
    intake_id: int | None
    received_at: datetime


def receive(
    tx: Connection, book: DeskContext, arrival: Arrival, inbound: Inbound, files: Sequence[Mapping[str, Any]]
) -> int | None:
    """Put one understood thing on a timeline; returns the entry's id, or None when there was nothing to add."""
    if inbound.kind != "call" and queries.own(tx, channel=arrival.channel, remote_id=inbound.external_id):
        return None  # our own message came back to us; a call of ours comes again with more in it
    whole = asides.joined(tx, arrival, inbound, files)
    if whole is not None:
        return whole
    aside = _aside(tx, book, arrival, inbound, files)
    if aside is not None or inbound.kind == "call":
        return aside
    if inbound.kind in ("edit", "reaction"):
        inbound = asides.as_note(inbound)
    if inbound.kind == "survey_answer":
        written = asides.as_written(inbound)
        if written is None:
            return None
        inbound = written
    spoken = inbound.language or detected_language(inbound.text) or language(inbound.subject, book.language)
    inbound = replace(inbound, language=spoken, thanks=_is_thanks(inbound))
    too_large = oversized.is_so(inbound)
    met = sender.meet(tx, book, arrival, inbound)
    known = met.known
    choice = match_ticket.where(tx, book, arrival, inbound, known)
    if too_large:
        inbound = oversized.as_note(book, inbound)
    if choice.ticket_id is None:
        entry_id = new_ticket.open_new(tx, book, arrival, inbound, known, files, follows=choice.follows)
    else:
        entry_id = _append(tx, book, arrival, inbound, known, files, choice)
    sender.tell(tx, arrival, met, entry_id=entry_id)
    _reach(tx, arrival, inbound)
    if inbound.moved_to is not None:
        asides.moved(tx, arrival, inbound, entry_id)
    if too_large:
        oversized.tell(tx, book, arrival, inbound, entry_id)
    if inbound.part_of is not None:
        tickets.known_as(tx, channel=arrival.channel, remote_id=inbound.part_of, entry_id=entry_id)
    return entry_id


def _is_thanks(inbound: Inbound) -> bool:
    """Mere thanks: a gesture the channel knows, or words of thanks and nothing else, from a person."""
    if inbound.gesture or inbound.kind != "message" or inbound.automatic or inbound.attachments:
        return inbound.gesture
    return thanks.is_thanks(inbound.text, author=inbound.author.name if inbound.author else "")


def _aside(
    tx: Connection, book: DeskContext, arrival: Arrival, inbound: Inbound, files: Sequence[Mapping[str, Any]]
) -> int | None:
    """What is about something that is there already."""
    if inbound.kind == "delivery":
        return delivery_reports.news(tx, book, arrival, inbound)
    if inbound.kind == "edit":
        return asides.edited(tx, arrival, inbound, files)
    if inbound.kind == "reaction":
        return asides.reacted(tx, arrival, inbound)
    if inbound.kind == "call":
        return calls.take(tx, book, arrival, inbound, files)
    if inbound.kind == "survey_answer":
        return asides.answered_survey(tx, book, arrival, inbound)
    if inbound.kind == "wish":
        return requests.take(tx, book, arrival, inbound)
    return None


def _reach(tx: Connection, arrival: Arrival, inbound: Inbound) -> None:
    """They blocked us, or left; or they let us in again."""
    gone = inbound.details.get("unreachable")
    if inbound.author is not None and gone:
        contacts.unreachable(tx, address=inbound.author.address, reason=str(gone), now=arrival.received_at)
    elif inbound.author is not None and inbound.details.get("reachable"):
        contacts.reachable(tx, address=inbound.author.address)


def _append(
    tx: Connection,
    book: DeskContext,
    arrival: Arrival,
    inbound: Inbound,
    known: Known,
    files: Sequence[Mapping[str, Any]],
    choice: Choice,
) -> int:
    assert choice.ticket_id is not None
    ticket = queries.locked(tx, ticket_id=choice.ticket_id)
    while ticket.merged_into_id is not None:  # merged between our look and our lock
        ticket = queries.locked(tx, ticket_id=ticket.merged_into_id)
    entry_id = new_ticket.write_entry(
        tx, arrival, inbound, ticket_id=ticket.id, contact_id=known.contact_id, files=files, stranger=choice.stranger
    )
    if choice.stranger:
        address = inbound.author.address if inbound.author else None
        tickets.join(tx, ticket_id=ticket.id, contact_id=known.contact_id, welcome=False, address=address)
    elif not inbound.automatic and inbound.kind == "message":
        new_ticket.invite(tx, book, inbound, ticket_id=ticket.id, contact_id=ticket.contact_id, now=arrival.received_at)
    counts = inbound.kind == "message" and not inbound.automatic and not inbound.thanks
    if not counts:
        tickets.change(tx, ticket_id=ticket.id, changed_at=arrival.received_at)
    else:
        _counts(tx, book, arrival, inbound, ticket, entry_id, choice, known)
    ticket_search.add(tx, ticket_id=ticket.id, entry_id=entry_id, texts=(inbound.text,))
    return entry_id


def _among_copies(book: DeskContext, arrival: Arrival, ticket: Any, known: Known) -> bool:
    """Whether somebody wrote who gets a copy anyway: the answer still goes to the customer whose matter it is."""
    own_matter = known.contact_id == ticket.contact_id
    return not own_matter and arrival.channel == ticket.channel and book.channels[arrival.channel].can.copies


def _counts(
    tx: Connection,
    book: DeskContext,
    arrival: Arrival,
    inbound: Inbound,
    ticket: Any,
    entry_id: int,
    choice: Choice,
    known: Known,
) -> None:
    """A customer wrote something that wants an answer."""
    values: dict[str, Any] = {
        "changed_at": arrival.received_at,
        "customer_at": arrival.received_at,
        "customer_entry_id": entry_id,
        "answered": False,
        "snippet": rules.gist(inbound.text, [one.name for one in inbound.attachments]),
        "automatic": False,
    }
    if not choice.stranger and inbound.author is not None and not _among_copies(book, arrival, ticket, known):
        values |= {
            "channel": arrival.channel,
            "account": arrival.account,
            "address": inbound.author.address,
            "conversation": inbound.thread.conversation,
            "reply_via": inbound.reply_via or ticket.reply_via,
        }
        if ticket.conversation is not None and ticket.conversation != inbound.thread.conversation:
            conversations.also(  # it goes on elsewhere; who writes in the old chat again still finds it
                tx,
                channel=ticket.channel,
                account=ticket.account,
                conversation=ticket.conversation,
                ticket_id=ticket.id,
            )
    facts = new_ticket.facts_of(book, ticket)
    fresh = choice.reopens or ticket.cycle == 0 or ticket.resolved_at is not None
    if fresh:
        survey.withdraw(tx, ticket_id=ticket.id, cycle=ticket.cycle, now=arrival.received_at)
        values |= {
            "cycle": ticket.cycle + 1,
            "active": ticket.spam_at is None,
            "resolved_at": None,
            "closed_at": None,
            "person_wanted_at": None,
        }
    if inbound.wants_person:
        values["person_wanted_at"] = arrival.received_at
    if ticket.cycle == 0 and not ticket.active and ticket.spam_at is None:  # a quiet one wakes up
        if not new_ticket.has_subjects(book, arrival.channel):
            values["subject"] = rules.snippet(inbound.text, 60)
        hint(tx, "opened", ticket.id)
    values["status"] = rules.status_after_customer(ticket.status)
    tickets.change(tx, ticket_id=ticket.id, **values)
    _say(tx, ticket, values["status"], arrival.received_at, reopened=fresh and ticket.cycle > 0)
    if fresh and ticket.spam_at is None:
        planned = [book.promises.plan(facts, kind, arrival.received_at) for kind in sla.STARTING]
        sla.start_cycle(
            tx,
            book.promises,
            ticket_id=ticket.id,
            facts=facts,
            cycle=ticket.cycle + 1,
            entry_id=entry_id,
            at=arrival.received_at,
            planned=planned,
        )
        sla.refresh(tx, ticket_id=ticket.id)
    elif ticket.spam_at is None:
        sla.customer_wrote(
            tx,
            book.promises,
            ticket_id=ticket.id,
            facts=facts,
            cycle=ticket.cycle,
            entry_id=entry_id,
            at=arrival.received_at,
        )
        if ticket.status in ("waiting", "on_hold"):
            new_ticket.recount(tx, book, ticket_id=ticket.id, now=arrival.received_at)
    suggestions.propose(
        tx,
        book.suggest,
        entry_id=entry_id,
        text=f"{inbound.subject}\n{inbound.text}",
        language=inbound.language or book.language,
    )
    auto_reply.follow(
        tx, book, ticket_id=ticket.id, channel=arrival.channel, question=inbound, now=arrival.received_at, opened=fresh
    )


def _say(tx: Connection, ticket: Any, status: str, at: datetime, *, reopened: bool) -> None:
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

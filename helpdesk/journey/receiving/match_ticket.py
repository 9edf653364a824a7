"""Which ticket an arrival belongs to: the hints looked up, the rules asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from sqlalchemy import Connection

from channels.contract import Inbound
from helpdesk.contacts.actions import KnownContact
from helpdesk.journey.context import DeskContext
from helpdesk.journey.receiving import new_ticket
from helpdesk.journey.receiving.arrival import Arrival
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries, rules
from helpdesk.tickets.lists import contact_tickets
from helpdesk.tickets.rules import Candidate, Choice
from helpdesk.tickets.threading import ticket_candidates


def find_ticket(
    tx: Connection, context: DeskContext, arrival: Arrival, inbound: Inbound, known: KnownContact
) -> Choice:
    """The ticket an arrival belongs to, from everything that hints at one."""
    thread = inbound.thread
    candidates = ticket_candidates.candidates(
        tx,
        channel=arrival.channel,
        account=arrival.account,
        contact_id=known.contact_id,
        reply_tokens=thread.reply_tokens,
        message_tokens=thread.message_tokens,
        remote=thread.remote_ids,
        numbers=thread.numbers,
        conversation=thread.conversation,
        verify=context.verify,
    )
    if new_ticket.is_quiet(inbound):
        candidates = chain(candidates, _open_ticket_of(tx, known))
    choice = rules.which_ticket(
        chain(candidates, _ticket_of_caller(tx, context, arrival, known)),
        received_at=arrival.received_at,
        window=context.reopening(arrival.channel),
        automatic=inbound.automatic or inbound.kind != "message",
        thanks=inbound.thanks,
        authentication=inbound.authentication,
    )
    if choice.reopens and known.blocked:  # what they write is kept aside, and wakes up nothing
        return replace(choice, ticket_id=None, hint=None, reopens=False, follows=choice.ticket_id)
    if choice.stranger and not choice.unproven and _answers_our_message(tx, inbound, known, choice):
        assert choice.ticket_id is not None
        assert inbound.author is not None
        tickets.add_participant(
            tx, ticket_id=choice.ticket_id, contact_id=known.contact_id, welcome=True, address=inbound.author.address
        )
        return replace(choice, stranger=False)
    return choice


def _answers_our_message(tx: Connection, inbound: Inbound, known: KnownContact, choice: Choice) -> bool:
    """Whether somebody answers what we wrote to this very address: their own, or one that the customer had named."""
    if inbound.author is None or choice.ticket_id is None or choice.hint not in ("reply_token", "message_token"):
        return False
    if queries.was_written_to(tx, ticket_id=choice.ticket_id, address=inbound.author.address):
        return True
    return (
        known.claimed_by is not None and known.claimed_by == queries.locked(tx, ticket_id=choice.ticket_id).contact_id
    )


def _open_ticket_of(tx: Connection, known: KnownContact) -> Iterator[Candidate]:
    """Where a note goes that belongs to no chat we know: to the customer's open ticket."""
    newest = None if known.new else contact_tickets.newest_of_contact(tx, contact_id=known.contact_id)
    if newest is not None and newest.active:
        yield Candidate(newest.id, "caller", newest.status, newest.resolved_at, welcome=True)


def _ticket_of_caller(
    tx: Connection, context: DeskContext, arrival: Arrival, known: KnownContact
) -> Iterator[Candidate]:
    """On the telephone a text message joins the ticket its sender's calls are in."""
    if context.hours(arrival.channel) == "phone" and not known.new:
        newest = contact_tickets.newest_of_contact(tx, contact_id=known.contact_id)
        if newest is not None:
            yield Candidate(newest.id, "caller", newest.status, newest.resolved_at, welcome=True)

"""Which ticket an arrival belongs to: the hints looked up, the rules asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from sqlalchemy import Connection

from channels.contract import Inbound
from helpdesk.contacts.actions import Known
from helpdesk.journey.context import DeskContext
from helpdesk.journey.receiving import new_ticket
from helpdesk.journey.receiving.arrival import Arrival
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries, reassign_contact, rules
from helpdesk.tickets.rules import Choice, Found
from helpdesk.tickets.threading import ticket_candidates


def where(tx: Connection, book: DeskContext, arrival: Arrival, inbound: Inbound, known: Known) -> Choice:
    """The ticket an arrival belongs to, from everything that hints at one."""
    thread = inbound.thread
    found = ticket_candidates.candidates(
        tx,
        channel=arrival.channel,
        account=arrival.account,
        contact_id=known.contact_id,
        reply_tokens=thread.reply_tokens,
        message_tokens=thread.message_tokens,
        remote=thread.remote_ids,
        numbers=thread.numbers,
        conversation=thread.conversation,
        verify=book.verify,
    )
    if new_ticket.is_quiet(inbound):
        found = chain(found, _open_one(tx, known))
    choice = rules.which_ticket(
        chain(found, _of_caller(tx, book, arrival, known)),
        received_at=arrival.received_at,
        window=book.reopening(arrival.channel),
        automatic=inbound.automatic or inbound.kind != "message",
        thanks=inbound.thanks,
    )
    if choice.reopens and known.blocked:  # what they write is kept aside, and wakes up nothing
        return Choice(follows=choice.ticket_id)
    if choice.stranger and _answers_us(tx, inbound, known, choice):
        assert choice.ticket_id is not None
        assert inbound.author is not None
        tickets.join(
            tx, ticket_id=choice.ticket_id, contact_id=known.contact_id, welcome=True, address=inbound.author.address
        )
        return replace(choice, stranger=False)
    return choice


def _answers_us(tx: Connection, inbound: Inbound, known: Known, choice: Choice) -> bool:
    """Whether somebody answers what we wrote to this very address: their own, or one that the customer had named."""
    if inbound.author is None or choice.ticket_id is None or choice.hint not in ("reply_token", "message_token"):
        return False
    if reassign_contact.was_written_to(tx, ticket_id=choice.ticket_id, address=inbound.author.address):
        return True
    return (
        known.claimed_by is not None and known.claimed_by == queries.locked(tx, ticket_id=choice.ticket_id).contact_id
    )


def _open_one(tx: Connection, known: Known) -> Iterator[Found]:
    """Where a note goes that belongs to no chat we know: to the customer's open ticket."""
    newest = None if known.new else queries.newest_of_contact(tx, contact_id=known.contact_id)
    if newest is not None and newest.active:
        yield Found(newest.id, "caller", newest.status, newest.resolved_at, welcome=True)


def _of_caller(tx: Connection, book: DeskContext, arrival: Arrival, known: Known) -> Iterator[Found]:
    """On the telephone a text message joins the ticket its sender's calls are in."""
    if book.hours(arrival.channel) == "phone" and not known.new:
        newest = queries.newest_of_contact(tx, contact_id=known.contact_id)
        if newest is not None:
            yield Found(newest.id, "caller", newest.status, newest.resolved_at, welcome=True)

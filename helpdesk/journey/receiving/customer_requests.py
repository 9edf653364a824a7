"""What a customer asks of the desk itself: a person instead of a robot, an end, the conversation by mail. No clock starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypedDict

from sqlalchemy import Connection

from channels.contract import Address, Channel, Inbound
from helpdesk.agents import queries as agents
from helpdesk.contacts.actions import KnownContact
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import status
from helpdesk.journey.outgoing import auto_reply, automatic
from helpdesk.journey.outgoing.destinations import Destination
from helpdesk.journey.receiving import new_ticket, sender
from helpdesk.journey.receiving.arrival import Arrival
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries
from helpdesk.tickets.events.customer_events import CustomerRequest, TranscriptRefused
from helpdesk.tickets.lists import contact_tickets
from helpdesk.tickets.rows import TicketRow
from helpdesk.tickets.threading import conversations, ticket_candidates

ABOUT = "transcript"
LONGEST = 200_000  # characters of one conversation by mail; the older part is left out
MOST_LINES = 2000


class TranscriptLine(TypedDict):
    """A message of the transcript. `who` "": the customer; `robot`: no person wrote it."""

    who: str
    at: datetime
    text: str
    robot: bool


def receive_request(tx: Connection, context: DeskContext, arrival: Arrival, inbound: Inbound) -> int | None:
    """Do what a customer asks of the desk, as far as they may ask it. Returns the entry that says so."""
    author = sender.identify_sender(
        tx, context, arrival, replace(inbound, also=())
    )  # a transcript's address is nobody's claim
    ticket = _find_ticket(tx, arrival, inbound, author.known)
    if ticket is None or (inbound.wish == "person" and not ticket.active and ticket.cycle > 0):
        ticket = _open_quiet_ticket(tx, context, arrival, inbound, author.known, follows=ticket)
    takes_part = ticket.contact_id == author.known.contact_id or ticket_candidates.takes_part(
        tx, ticket_id=ticket.id, contact_id=author.known.contact_id
    )
    may = takes_part and not author.known.blocked
    event = CustomerRequest(wish=inbound.wish, text=inbound.text, granted=may)
    line = tickets.record_event(tx, event, ticket_id=ticket.id, now=arrival.received_at, author="customer")
    if inbound.external_id:
        tickets.add_remote_id(tx, channel=arrival.channel, remote_id=inbound.external_id, entry_id=line)
    tickets.change(tx, ticket_id=ticket.id, changed_at=arrival.received_at)
    if not may:  # somebody else in a group, or somebody who is blocked
        return line
    if inbound.wish == "person":
        request_person(tx, ticket=ticket, arrival=arrival)
    elif inbound.wish == "end" and ticket.active:
        status.set_status(
            tx, context, ticket_id=ticket.id, status="resolved", by=None, now=arrival.received_at, author="customer"
        )
    elif inbound.wish == "transcript":
        _mail_transcript(tx, context, arrival, inbound, ticket)
    return line


def request_person(tx: Connection, *, ticket: TicketRow, arrival: Arrival) -> None:
    """Robots are silent from now on, and agents see it."""
    if ticket.person_wanted_at is None:
        tickets.change(tx, ticket_id=ticket.id, person_wanted_at=arrival.received_at)


def _find_ticket(tx: Connection, arrival: Arrival, inbound: Inbound, known: KnownContact) -> TicketRow | None:
    """The ticket a request is about: the one of its chat, else the customer's newest open one."""
    chat, ticket_id = inbound.thread.conversation, None
    if chat is not None:
        here = conversations.ticket_of_conversation(
            tx, channel=arrival.channel, account=arrival.account, conversation=chat
        )
        ticket_id = here.id if here is not None else None
    if ticket_id is None:
        newest = contact_tickets.newest_of_contact(tx, contact_id=known.contact_id)
        ticket_id = newest.id if newest is not None and newest.active else None
    return None if ticket_id is None else queries.surviving_ticket(tx, ticket_id=ticket_id)


def _open_quiet_ticket(
    tx: Connection,
    context: DeskContext,
    arrival: Arrival,
    inbound: Inbound,
    known: KnownContact,
    *,
    follows: TicketRow | None,
) -> TicketRow:
    """A ticket without a clock for a wish that has none; on top of the list only when somebody waits for a person."""
    ticket_id = new_ticket.open_quiet_ticket(
        tx, context, arrival, inbound, known, follows=follows.id if follows else None, active=inbound.wish == "person"
    )
    return queries.locked(tx, ticket_id=ticket_id)


def _mail_transcript(
    tx: Connection, context: DeskContext, arrival: Arrival, inbound: Inbound, ticket: TicketRow
) -> None:
    """One automatic mail with the public messages of this conversation and no others."""
    now = arrival.received_at
    to = inbound.also[0] if inbound.also else Address("")
    channel = context.channels.get(to.address.partition(":")[0])
    lines = _transcript_lines(tx, context, arrival, inbound, ticket)
    refusal = _transcript_refusal(tx, context, ticket, to, channel, lines, now)
    if refusal is not None or channel is None:
        refused = TranscriptRefused(why=refusal, address=to.address)
        tickets.record_event(tx, refused, ticket_id=ticket.id, now=now, author="system")
        return
    language = inbound.language or ticket.language or context.language
    words = {"name": ticket.contact_name, "number": ticket.id, "desk": context.name}
    automatic.send_automatic(
        tx, context, ticket=ticket, now=now, text=context.render_text("transcript.txt", language, lines=lines, **words),
        shown=context.render_text("transcript_note.txt", language, count=len(lines), **words),
        to=(to.address, to.name or ticket.contact_name),
        destination=Destination(channel.name, channel.accounts()[0], to.address),
        subject=context.render_text("transcript_subject.txt", language, **words), data={"about": ABOUT},
    )  # fmt: skip


def _transcript_refusal(
    tx: Connection, context: DeskContext, ticket: TicketRow, to: Address, channel: Channel | None,
    lines: Sequence[TranscriptLine], now: datetime,
) -> str | None:  # fmt: skip
    """Why the transcript is not sent, as a code; None when it may be."""
    if "@" not in to.address or any(character.isspace() for character in to.address):
        return "no_address"
    if channel is None or not channel.can.subject or not channel.accounts():
        return "channel_off"
    if not lines:
        return "nothing_said"
    if not to.verified and all(line["robot"] for line in lines):
        return "unanswered"  # else anybody could have the desk mail anything to anybody
    sent = queries.sent_about(tx, ticket_id=ticket.id, about=ABOUT, since=now - context.limits.window)
    return auto_reply.auto_reply_refusal(
        tx, context, ticket_id=ticket.id, address=to.address, question_automatic=False, now=now, in_ticket=sent
    )


def _transcript_lines(
    tx: Connection, context: DeskContext, arrival: Arrival, inbound: Inbound, ticket: TicketRow
) -> list[TranscriptLine]:  # fmt: skip
    """(who, at, text) of what was said in this conversation, oldest first; at most `LONGEST` characters, the newest."""
    chat = inbound.thread.conversation
    if chat is None:
        return []
    messages = ticket_candidates.transcript(tx, channel=arrival.channel, conversation=chat, most=MOST_LINES)
    names = agents.names(tx)
    people = {entry.id: entry.person_id for entry in queries.timeline(tx, ticket_id=ticket.id, most=MOST_LINES)}
    transcript: list[TranscriptLine] = []
    left = LONGEST
    for message in reversed([message for message in messages if message["kind"] == "message"]):
        text = message["text"]
        left -= len(text)
        if left < 0:
            break
        who = names.get(people.get(message["id"]) or 0, context.name) if message["outgoing"] else ""
        transcript.append({"who": who, "at": message["at"], "text": text, "robot": message["author"] != "agent"})
    return transcript[::-1]

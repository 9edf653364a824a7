"""A new ticket, and the line of the timeline that every arrival becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Connection

from channels.contract import Inbound
from helpdesk.agents import queries as agents
from helpdesk.contacts import actions as contacts
from helpdesk.contacts.actions import Known
from helpdesk.database.engine import hint
from helpdesk.journey.context import DeskContext
from helpdesk.journey.outgoing import auto_reply
from helpdesk.sla.store import actions as sla
from helpdesk.sla.store import recompute
from helpdesk.sla.targets import Facts, Planned, nearest
from helpdesk.suggestions import actions as suggestions
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries, rules, ticket_search
from helpdesk.tickets.models import NEVER

log = structlog.get_logger("opening")
MOST_GUESTS = 30  # more is a mailing, not a conversation

if TYPE_CHECKING:
    from helpdesk.journey.receiving.receive import Arrival


def facts_of(book: DeskContext, ticket: Any) -> Facts:
    """What policies may ask about a stored ticket, as `queries.locked` gives it."""
    return Facts(
        channel=ticket.channel,
        kind=book.hours(ticket.channel),
        priority=ticket.priority,
        language=ticket.language,
        team=ticket.team_name,
        mark=ticket.contact_mark,
    )


def recount(tx: Connection, book: DeskContext, *, ticket_id: int, now: datetime) -> None:
    """Make the clocks of a ticket true again from its whole timeline."""
    ticket = queries.locked(tx, ticket_id=ticket_id)
    if ticket.merged_into_id is not None:  # its lines, and so its clocks, are the other ticket's
        return
    recompute.recompute(tx, book.promises, ticket=ticket, facts=facts_of(book, ticket), now=now)


def open_new(
    tx: Connection,
    book: DeskContext,
    arrival: Arrival,
    inbound: Inbound,
    known: Known,
    files: Sequence[Mapping[str, Any]],
    *,
    follows: int | None,
) -> int:
    """A ticket of its own for this arrival; returns the entry's id."""
    asks = inbound.kind == "message" and not (inbound.automatic or inbound.thanks or known.blocked)
    team = _team(tx, inbound)
    facts = Facts(
        channel=arrival.channel, kind=book.hours(arrival.channel), language=inbound.language, mark=known.mark,
        team=inbound.team.strip() if inbound.team and team else None,
    )  # fmt: skip
    at = arrival.received_at
    planned = [book.promises.plan(facts, kind, at) for kind in sla.STARTING] if asks else []
    subjects = has_subjects(book, arrival.channel)
    values = _values(arrival, inbound, known, planned, asks=asks, follows=follows, subjects=subjects)
    if is_quiet(inbound):
        values["active"] = False
    if asks and inbound.wants_person:
        values["person_wanted_at"] = at
    ticket_id = tickets.open_ticket(tx, **values, team_id=team)
    entry_id = write_entry(
        tx, arrival, inbound, ticket_id=ticket_id, contact_id=known.contact_id, files=files, stranger=False
    )
    tickets.asked(tx, ticket_id=ticket_id, entry_id=entry_id)
    invite(tx, book, inbound, ticket_id=ticket_id, contact_id=known.contact_id, now=at)
    if asks:
        sla.start_cycle(
            tx, book.promises, ticket_id=ticket_id, facts=facts, cycle=1, entry_id=entry_id, at=at, planned=planned
        )
        suggestions.propose(
            tx,
            book.suggest,
            entry_id=entry_id,
            text=f"{inbound.subject}\n{inbound.text}",
            language=inbound.language or book.language,
        )
        auto_reply.follow(tx, book, ticket_id=ticket_id, channel=arrival.channel, question=inbound, now=at, opened=True)
    if inbound.team and team is None:
        _team_unknown(tx, inbound.team, ticket_id, at)
    address = inbound.author.address if inbound.author else ""
    ticket_search.add(
        tx, ticket_id=ticket_id, entry_id=entry_id, texts=(inbound.subject, known.name, address, inbound.text)
    )
    if values["active"] or known.blocked:
        hint(tx, "opened", ticket_id)
    return entry_id


def quiet(
    tx: Connection,
    book: DeskContext,
    arrival: Arrival,
    inbound: Inbound,
    known: Known,
    *,
    follows: int | None,
    active: bool,
) -> int:
    """A ticket without a message and so without a clock; its first message starts one. Returns its number."""
    values = _values(arrival, inbound, known, [], asks=False, follows=follows, subjects=True)
    values["active"] = active and not known.blocked
    team = _team(tx, inbound)
    ticket_id = tickets.open_ticket(tx, **values, team_id=team)
    if values["active"]:
        hint(tx, "opened", ticket_id)
    return ticket_id


def is_quiet(inbound: Inbound) -> bool:
    """A note that asks nothing of anybody: a bare command to a bot, somebody joined, a reaction to we know not what.

    Where it begins a ticket, that one is out of the agents' way until its customer says something. It is the first
    line of that matter then: closed it would have been another ticket, open it would be one nobody can answer.
    """
    note = inbound.kind == "note" and inbound.details.get("problem") != "oversized"
    return note and (inbound.automatic or bool(inbound.details.get("command")))


def has_subjects(book: DeskContext, channel: str) -> bool:
    """Whether messages of a channel have subjects; where they have none, the first words stand for it."""
    own = book.channels.get(channel)
    return own is None or own.can.subject


def _team(tx: Connection, inbound: Inbound) -> int | None:
    return agents.team_named(tx, name=inbound.team) if inbound.team else None


def _team_unknown(tx: Connection, name: str, ticket_id: int, at: datetime) -> None:
    """A bot or site belongs to a team there is not: somebody will notice, and nothing is lost."""
    log.warning("there is no such team", team=name, ticket=ticket_id)
    tickets.changed(tx, ticket_id=ticket_id, now=at, author="system", change="team_unknown", team=name)


def invite(
    tx: Connection, book: DeskContext, inbound: Inbound, *, ticket_id: int, contact_id: int, now: datetime
) -> None:
    """Whoever the customer wrote to beside us takes part from now on, and gets copies of the answers."""
    others = dict.fromkeys((*inbound.copies, *inbound.recipients))
    if inbound.automatic or len(others) > MOST_GUESTS:
        return
    for one in others:
        if ours(book, one.address):
            continue
        guest = contacts.known_or_new(
            tx, address=one.address, name=one.name, verified=False, language=None, now=now, wrote=False
        )
        if guest.contact_id != contact_id:
            tickets.join(tx, ticket_id=ticket_id, contact_id=guest.contact_id, welcome=True, address=one.address)


def ours(book: DeskContext, address: str) -> bool:
    """Whether an address is the desk's own, also in its plus forms."""
    local, at, domain = address.rpartition("@")
    return address in book.own_addresses or f"{local.partition('+')[0]}{at}{domain}" in book.own_addresses


def _values(
    arrival: Arrival, inbound: Inbound, known: Known, planned: list[Planned], *, asks: bool, follows: int | None,
    subjects: bool,
) -> dict[str, Any]:  # fmt: skip
    """`subjects`: the channel has them; where it has none the first words stand for it."""
    first = nearest(planned)
    return {
        "subject": inbound.subject or ("" if subjects else rules.snippet(inbound.text, 60)),
        "status": "new",
        "active": not known.blocked,
        "contact_id": known.contact_id,
        "priority": "normal",
        "language": inbound.language,
        "channel": arrival.channel,
        "account": arrival.account,
        "address": inbound.author.address if inbound.author else "",
        "conversation": inbound.thread.conversation,
        "reply_via": inbound.reply_via,
        "snippet": rules.gist(inbound.text, [one.name for one in inbound.attachments]),
        "created_at": arrival.received_at,
        "changed_at": arrival.received_at,
        "customer_at": arrival.received_at,
        "customer_entry_id": None,
        "answered": False,
        "deadline": first.due_at if first else NEVER,
        "deadline_kind": first.kind if first else None,
        "deadline_start": arrival.received_at if first else None,
        "cycle": 1 if asks else 0,
        "automatic": inbound.automatic,
        "follows_id": follows,
        "spam_at": arrival.received_at if known.blocked else None,
    }


def _believable(sent_at: datetime | None) -> datetime | None:
    """The sender's own date; years at the end of the calendar can't be turned into every zone, so they are left out."""
    return sent_at if sent_at is not None and 1900 <= sent_at.year < 9000 else None


def write_entry(
    tx: Connection,
    arrival: Arrival,
    inbound: Inbound,
    *,
    ticket_id: int,
    contact_id: int,
    files: Sequence[Mapping[str, Any]],
    stranger: bool,
) -> int:
    """The line of the timeline for an arrival, with its body, files and remote id."""
    data: dict[str, Any] = dict(inbound.details)
    if inbound.recipients:
        data["to"] = [[one.address, one.name] for one in inbound.recipients]
    if inbound.copies:
        data["cc"] = [[one.address, one.name] for one in inbound.copies]
    if inbound.subject:
        data["subject"] = inbound.subject
    if inbound.thread.remote_ids:
        answered = queries.entry_by_remote_id(tx, channel=arrival.channel, remote_id=inbound.thread.remote_ids[0])
        if answered is not None:
            data["answers"] = answered
    oversized = inbound.details.get("problem") == "oversized"
    robot = inbound.kind == "delivery" or oversized
    entry_id = tickets.add_entry(
        tx,
        ticket_id=ticket_id,
        at=arrival.received_at,
        kind="note" if inbound.kind == "note" else "message",
        author="system" if robot else "customer",
        public=not oversized,
        outgoing=False,
        contact_id=contact_id,
        channel=arrival.channel,
        account=arrival.account,
        address=inbound.author.address if inbound.author else None,
        text=inbound.text,
        automatic=inbound.automatic,
        thanks=inbound.thanks,
        stranger=stranger,
        remote_id=inbound.external_id,
        sent_at=_believable(inbound.sent_at),
        intake_id=arrival.intake_id,
        data=data or None,
    )
    if inbound.html is not None or inbound.full_text is not None:
        tickets.add_body(tx, entry_id=entry_id, full_text=inbound.full_text, html=inbound.html)
    tickets.attach(tx, ticket_id=ticket_id, entry_id=entry_id, files=files)
    tickets.known_as(tx, channel=arrival.channel, remote_id=inbound.external_id, entry_id=entry_id)
    return entry_id

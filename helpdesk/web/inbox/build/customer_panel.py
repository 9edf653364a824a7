"""View builder of the customer: addresses, offers to join with another customer, joins that can be undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from helpdesk.agents import queries as agents
from helpdesk.agents.rules import AgentView
from helpdesk.contacts import queries as contacts
from helpdesk.database.metadata import Row
from helpdesk.tickets import queries
from helpdesk.tickets.lists import contact_tickets
from helpdesk.tickets.rows import TicketRow
from helpdesk.web.inbox.build.reader import Reader, face_of, name_of
from helpdesk.web.inbox.views.inbox_views import AddressView, JoinOffer

MOST_TICKETS = 50


@dataclass(frozen=True, slots=True)
class CustomerView:
    """One customer. `tickets`: their number, `more`: it is capped."""

    id: int
    name: str
    face: AgentView
    since: datetime
    addresses: Sequence[AddressView]
    tickets: int
    more: bool
    open: int


@dataclass(frozen=True, slots=True)
class JoinView:
    """A join that can be undone: the joined address, by whom (empty: proven on both sides) and when."""

    id: int
    name: str
    who: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CustomerData:
    """The stored data of the customer page."""

    ticket: TicketRow
    contact: Row
    addresses: Sequence[Row]
    tickets: Sequence[Row]
    offers: Sequence[tuple[Row, Row, str]]
    joins: Sequence[Row]
    search_results: Sequence[tuple[Row, Sequence[Row], Sequence[Row]]]
    names: Mapping[int, str]


def read(tx: Connection, *, ticket_id: int, question: str = "", other: int | None = None) -> CustomerData:
    """Load the customer of a ticket, and search results or another customer. Raises NotFound."""
    ticket = queries.ticket(tx, ticket_id=ticket_id)
    who = contacts.contact(tx, contact_id=ticket.contact_id)
    if other is not None:
        others: Sequence[Row] = [contacts.contact(tx, contact_id=other)]
    elif question.lstrip("#").isascii() and question.startswith("#"):
        others = _of_ticket(tx, question.lstrip("#"), who.id)
    else:
        others = contacts.search(tx, question=question, but=who.id)
    return CustomerData(
        ticket, who, contacts.addresses_of(tx, contact_id=who.id),
        contact_tickets.tickets_of(tx, contact_id=who.id, most=MOST_TICKETS),
        contacts.offers_for(tx, contact_id=who.id), contacts.joins_of(tx, contact_id=who.id),
        [
            (item, contacts.addresses_of(tx, contact_id=item.id), contact_tickets.tickets_of(tx, contact_id=item.id, most=MOST_TICKETS))
            for item in others
        ],
        agents.names(tx),
    )  # fmt: skip


def _of_ticket(tx: Connection, number: str, but: int) -> Sequence[Row]:
    if not (number.isdigit() and len(number) < 16):
        return []
    customer = contacts.contact(tx, contact_id=queries.ticket(tx, ticket_id=int(number)).contact_id)
    return [customer] if customer.id != but else []


def customer(row: Row, addresses: Sequence[Row], tickets: Sequence[Row], reader: Reader) -> CustomerView:
    """The view of one customer."""
    name = name_of(row.name, addresses[0].address if addresses else "", reader.language)
    return CustomerView(
        row.id, name, face_of(name, row.id), row.created_at, [address(item, reader) for item in addresses],
        len(tickets), len(tickets) == MOST_TICKETS, sum(1 for ticket in tickets if ticket.active),
    )  # fmt: skip


def address(row: Row, reader: Reader) -> AddressView:
    """The view of one address; machine-readable ids are shown as channel and account."""
    mark, value = reader.channel(row.channel), row.address.partition(":")[2]
    account, colon, _ = value.partition(":")
    return AddressView(
        mark.icon, f"{mark.label} · {account}" if colon else value, bool(row.verified),
        (row.unreachable_reason or "…") if row.unreachable_at else "", value,
    )  # fmt: skip


def offers(candidates: Sequence[tuple[Row, Row, str]], language: str) -> list[JoinOffer]:
    """Offers to join, with their reasons."""
    shown = []
    for offer, other, first in candidates:
        name = name_of(other.name, first, language) or f"#{other.id}"
        shown.append(
            JoinOffer(offer.id, other.id, name, face_of(name, other.id), offer.address.partition(":")[2], offer.why)
        )
    return shown


def joins(data: CustomerData, reader: Reader) -> list[JoinView]:
    """Joins, labelled by address: the names are often the same."""
    first = {
        join.id: next(
            (address(known, reader).value for known in data.addresses if known.id in join.moved["addresses"]), ""
        )
        for join in data.joins
    }
    return [
        JoinView(join.id, first[join.id] or join.gone_name or f"#{join.gone_id}", data.names.get(join.person_id, "") if join.person_id else "", join.why, join.at)
        for join in data.joins
    ]  # fmt: skip

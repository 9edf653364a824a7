"""Links that lead a customer on to another channel: what the conversation there belongs to is known from the first word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from channels.contract import Channel
from helpdesk.contacts import one_time_links, queries
from helpdesk.journey.context import DeskContext
from helpdesk.tickets.lists import contact_tickets

PROBE = "0" * 32  # has a token's form and is none


def has_links(channels: Mapping[str, Channel], *, but: str = "") -> bool:
    """Whether any channel (beside `but`) can be reached by a link."""
    return any(True for _ in _accounts(channels, but))


def create_links(
    tx: Connection, context: DeskContext, *, address: str, now: datetime, person_id: int | None = None,
    ticket_id: int | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """A fresh one-time link to every other channel that takes one; nothing for an address nobody has proven.

    `person_id`: who of ours asked for it; None: whoever sits at the address. `ticket_id`: what it goes on with, else
    the open ticket of the address, else the customer's newest open one.
    """
    row = queries.by_address(tx, address=address)
    if row is None or row.claimed_at is not None or row.blocked_at is not None:
        return []
    who = queries.contact(tx, contact_id=row.contact_id)
    if ticket_id is None:
        opened = contact_tickets.open_tickets(tx, contact_ids=[who.id])
        mine = [ticket for ticket in opened if ticket.address == address] or opened
        ticket_id = mine[-1].id if mine else None
    created: list[dict[str, Any]] = []
    for name, account in _accounts(context.channels, row.channel):
        made = one_time_links.issue_link(
            tx, contact_id=who.id, address=address, ticket_id=ticket_id, person_id=person_id, now=now
        )  # fmt: skip
        if made is None:
            break
        channel = context.channels[name]
        url = channel.link(account, made[0])
        if url is not None:
            created.append(
                {"channel": name, "account": account, "label": dict(channel.label), "url": url, "expires_at": made[1]}
            )
    return created


def _accounts(channels: Mapping[str, Channel], but: str) -> Iterator[tuple[str, str]]:
    for name, channel in channels.items():
        if name != but:
            for account in channel.accounts():
                if channel.link(account, PROBE) is not None:
                    yield name, account

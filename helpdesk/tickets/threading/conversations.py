"""Which ticket a chat leads to. Its own column names the chat it answers in; further ones are kept beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from sqlalchemy import Connection, bindparam, insert, literal, select, update

from helpdesk.database.dialect import ignoring, insert_ignore
from helpdesk.database.metadata import Row
from helpdesk.tickets.models import conversations, tickets
from helpdesk.tickets.rows import TicketSummary

NEWEST = 10  # tickets of a chat that are looked at
_ALSO = ignoring(conversations)
_COLUMNS = (
    tickets.c.id,
    tickets.c.status,
    tickets.c.active,
    tickets.c.resolved_at,
    tickets.c.contact_id,
    tickets.c.merged_into_id,
)
_OWN = (
    select(*_COLUMNS)
    .where(
        tickets.c.channel == bindparam("channel"),
        tickets.c.account == bindparam("account"),
        tickets.c.conversation == bindparam("conversation"),
    )
    .order_by(tickets.c.active.desc(), tickets.c.id.desc())  # the open one, although a later one may have ended
    .limit(NEWEST)
)
_FURTHER = (
    select(*_COLUMNS)
    .join(conversations, conversations.c.ticket_id == tickets.c.id)
    .where(
        conversations.c.channel == bindparam("channel"),
        conversations.c.account == bindparam("account"),
        conversations.c.conversation == bindparam("conversation"),
    )
    .order_by(tickets.c.active.desc(), tickets.c.id.desc())
    .limit(NEWEST)
)


def ticket_of_conversation(tx: Connection, *, channel: str, account: str, conversation: str) -> TicketSummary | None:
    """The ticket of a chat: the one that is open, else the newest. It may be merged into another one."""
    key = {"channel": channel, "account": account, "conversation": conversation}
    own = tx.execute(_OWN, key).all()
    if own and own[0].active:
        return cast("TicketSummary", own[0])
    rows = [*own, *tx.execute(_FURTHER, key)]
    newest = max(rows, key=lambda item: (_open(tx, item), item.id), default=None)
    return cast("TicketSummary | None", newest)


def _open(tx: Connection, row: Row) -> bool:
    """Whether it, or the ticket it was merged into, is open."""
    active, into = bool(row.active), row.merged_into_id
    while into is not None:
        active, into = tx.execute(select(tickets.c.active, tickets.c.merged_into_id).where(tickets.c.id == into)).one()
    return bool(active)


def add_conversation(tx: Connection, *, channel: str, account: str, conversation: str, ticket_id: int) -> bool:
    """A further chat leads to this ticket. False: it does already."""
    key: Mapping[str, object] = {
        "channel": channel, "account": account, "conversation": conversation, "ticket_id": ticket_id,
    }  # fmt: skip
    return insert_ignore(tx, _ALSO, key)


def numbers(tx: Connection, *, channel: str, conversation: str) -> dict[int, int | None]:
    """Every ticket a chat leads or led to, with what each was merged into."""
    own = select(tickets.c.id, tickets.c.merged_into_id).where(
        tickets.c.channel == channel, tickets.c.conversation == conversation
    )
    further = (
        select(tickets.c.id, tickets.c.merged_into_id)
        .join(conversations, conversations.c.ticket_id == tickets.c.id)
        .where(conversations.c.channel == channel, conversations.c.conversation == conversation)
    )
    rows = tx.execute(own.union(further))  # not one OR over both: PostgreSQL would read every ticket for it
    return {row.id: row.merged_into_id for row in rows}


def rename_conversation(tx: Connection, *, channel: str, account: str, old: str, new: str) -> Sequence[int]:
    """A chat goes on under another key; the old one still leads to its tickets. Returns them, oldest first."""
    here = (tickets.c.channel == channel) & (tickets.c.account == account) & (tickets.c.conversation == old)
    ticket_ids = list(tx.scalars(select(tickets.c.id).where(here).order_by(tickets.c.id)))
    for ticket_id in ticket_ids:
        add_conversation(tx, channel=channel, account=account, conversation=old, ticket_id=ticket_id)
    tx.execute(update(tickets).where(here).values(conversation=new))
    key = (conversations.c.channel == channel) & (conversations.c.account == account)
    led = select(literal(channel), literal(account), literal(new), conversations.c.ticket_id).where(
        key
        & (conversations.c.conversation == old)
        & conversations.c.ticket_id.not_in(
            select(conversations.c.ticket_id).where(key & (conversations.c.conversation == new)).scalar_subquery()
        )
    )
    tx.execute(insert(conversations).from_select(["channel", "account", "conversation", "ticket_id"], led))
    return ticket_ids

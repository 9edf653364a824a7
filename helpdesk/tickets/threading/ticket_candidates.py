"""The tickets a message's hints lead to, looked up one after the other, best first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypedDict, cast

from sqlalchemy import Connection, bindparam, false, null, or_, select

from helpdesk.database.metadata import Row
from helpdesk.tickets.events.stored_events import event_of
from helpdesk.tickets.events.ticket_events import Merged
from helpdesk.tickets.models import entries, participants, remote_ids, tickets
from helpdesk.tickets.rows import TicketSummary
from helpdesk.tickets.rules import Candidate, Hint
from helpdesk.tickets.threading import conversations
from helpdesk.tickets.vocabulary import Author, EntryKind

_TICKET = select(tickets.c.id, tickets.c.status, tickets.c.resolved_at, tickets.c.contact_id, tickets.c.merged_into_id)
_BY_ID = _TICKET.where(tickets.c.id == bindparam("id"))
_BY_ENTRY = _TICKET.join(entries, entries.c.ticket_id == tickets.c.id).where(entries.c.id == bindparam("id"))
_BY_REMOTE = (
    _TICKET.join(entries, entries.c.ticket_id == tickets.c.id)
    .join(remote_ids, remote_ids.c.entry_id == entries.c.id)
    .where(remote_ids.c.channel == bindparam("channel"), remote_ids.c.remote_id == bindparam("remote_id"))
)
_LAST_TICKET = (
    select(tickets.c.account, tickets.c.conversation, tickets.c.reply_via)
    .where(
        tickets.c.contact_id == bindparam("contact_id"),
        tickets.c.channel == bindparam("channel"),
        tickets.c.address == bindparam("address"),
    )
    .order_by(tickets.c.id.desc())
    .limit(bindparam("most"))
)
_LAST_ENTRY = (
    select(entries.c.account, null().label("conversation"), null().label("reply_via"))
    .join(tickets, tickets.c.id == entries.c.ticket_id)
    .where(
        tickets.c.contact_id == bindparam("contact_id"),
        entries.c.channel == bindparam("channel"),
        entries.c.address == bindparam("address"),
        entries.c.outgoing == false(),
    )
    .order_by(entries.c.id.desc())
    .limit(1)
)
_WELCOME = select(participants.c.welcome).where(
    participants.c.ticket_id == bindparam("ticket_id"), participants.c.contact_id == bindparam("contact_id")
)
MOST_IDS = 20
MOST_TALKS = 20  # of a customer, looked through for one that nobody else reads


def candidates(
    tx: Connection,
    *,
    channel: str,
    account: str,
    contact_id: int | None,
    reply_tokens: Sequence[str],
    message_tokens: Sequence[str],
    remote: Sequence[str],
    numbers: Sequence[int],
    conversation: str | None,
    verify: Callable[[str], int | None],
) -> Iterator[Candidate]:
    """Every ticket the hints lead to. A hint that leads nowhere is passed over."""

    def candidate(hint: Hint, row: Row | TicketSummary | None) -> Iterator[Candidate]:
        if row is not None:
            yield _candidate(tx, hint, row, contact_id)

    signed: tuple[tuple[Hint, Sequence[str]], ...] = (
        ("reply_token", reply_tokens),
        ("message_token", message_tokens),
    )
    for hint, tokens in signed:
        for token in tokens[:MOST_IDS]:
            entry_id = verify(token)
            if entry_id is not None:
                yield from candidate(hint, tx.execute(_BY_ENTRY, {"id": entry_id}).first())
    for remote_id in remote[:MOST_IDS]:
        row = tx.execute(_BY_REMOTE, {"channel": channel, "remote_id": remote_id}).first()
        yield from candidate("remote_id", row)
    for number in numbers[:MOST_IDS]:
        yield from candidate("number", tx.execute(_BY_ID, {"id": number}).first())
    if conversation is not None:
        key = {"channel": channel, "account": account, "conversation": conversation}
        yield from candidate("conversation", conversations.ticket_of_conversation(tx, **key))


def last_heard(
    tx: Connection, *, contact_id: int, channel: str, address: str, is_shared: Callable[[str], bool]
) -> Row | None:
    """Where a customer wrote from this address last, to us alone: account, conversation, reply_via. None: never."""
    key = {"contact_id": contact_id, "channel": channel, "address": address}
    for row in tx.execute(_LAST_TICKET, {**key, "most": MOST_TALKS}):
        if row.conversation is None or not is_shared(row.conversation):
            return row
    return tx.execute(_LAST_ENTRY, key).first()


def _candidate(tx: Connection, hint: Hint, row: Row | TicketSummary, contact_id: int | None) -> Candidate:
    ticket = row
    while ticket.merged_into_id is not None:
        ticket = tx.execute(_BY_ID, {"id": ticket.merged_into_id}).one()
    welcome = contact_id is not None and (
        ticket.contact_id == contact_id or takes_part(tx, ticket_id=ticket.id, contact_id=contact_id)
    )
    return Candidate(ticket.id, hint, ticket.status, ticket.resolved_at, welcome)


def takes_part(tx: Connection, *, ticket_id: int, contact_id: int) -> bool:
    """Whether a contact was made welcome in a ticket beside its own contact."""
    return bool(tx.execute(_WELCOME, {"ticket_id": ticket_id, "contact_id": contact_id}).scalar())


class TranscriptEntry(TypedDict):
    """A public entry as its customer may see it."""

    id: int
    at: datetime
    kind: EntryKind
    author: Author
    outgoing: bool
    text: str


def transcript(
    tx: Connection, *, channel: str, conversation: str, after: int = 0, most: int = 200
) -> list[TranscriptEntry]:
    """The public entries of a conversation behind an entry id, oldest first: what its customer may see.

    After a merge these are the lines of this conversation alone, wherever they stand now.
    """
    own = conversations.numbers(tx, channel=channel, conversation=conversation)
    if not own:
        return []
    came, moved = _moved(tx, own)
    here = entries.c.ticket_id.in_(list(own))
    rows = tx.execute(
        select(
            entries.c.id,
            entries.c.at,
            entries.c.kind,
            entries.c.author,
            entries.c.outgoing,
            entries.c.text,
            entries.c.data,
        )
        .where(
            or_(here, entries.c.id.in_(moved)) if moved else here,
            *([entries.c.id.not_in(came)] if came else []),
            or_(entries.c.channel == channel, entries.c.channel.is_(None)),
            entries.c.id > after,
            entries.c.public,
            entries.c.delivery.is_distinct_from("undone"),
        )
        .order_by(entries.c.id)
        .limit(most)
    ).mappings()
    return [
        cast("TranscriptEntry", {name: value for name, value in row.items() if name != "data"})
        for row in rows
        if not (row["data"] or {}).get("withdrawn_at")
    ]


def _moved(tx: Connection, own: Mapping[int, int | None]) -> tuple[list[int], list[int]]:
    """Lines that merges brought to these tickets from others, and lines of these that stand elsewhere now."""
    looked = {*own, *(address for address in own.values() if address is not None)}
    moves = tx.execute(
        select(entries.c.ticket_id, entries.c.data).where(entries.c.ticket_id.in_(looked), entries.c.kind == "change")
    )
    events = ((here, event_of(data)) for here, data in moves)
    merges = [(here, event) for here, event in events if isinstance(event, Merged)]
    came = [line for here, merged in merges if here in own and merged.number not in own for line in merged.moved]
    return came, [line for _, merged in merges if merged.number in own for line in merged.moved]

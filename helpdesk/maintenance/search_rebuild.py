"""Rebuild of the full-text index from tickets and their timeline, in batches, while the desk runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from helpdesk.contacts.models import contacts
from helpdesk.database import fulltext, fulltext_rebuild
from helpdesk.database.engine import Database
from helpdesk.database.metadata import Row
from helpdesk.tickets.lists import ticket_search
from helpdesk.tickets.models import entries, tickets

BATCH = 100  # entries per transaction: the desk's own writes wait that long
SEARCHED = ("message", "note", "call")
Progress = Callable[[int, int], None]  # (entries done, entries in total)

_earlier = entries.alias("earlier")
_OPENING = (
    select(entries.c.id, tickets.c.subject, contacts.c.name, entries.c.address)
    .join(tickets, tickets.c.id == entries.c.ticket_id)
    .join(contacts, contacts.c.id == tickets.c.contact_id)
    .where(tickets.c.merged_into_id.is_(None))  # a merged ticket's own fields are in _MERGED
    .where(~select(_earlier.c.id).where(_earlier.c.ticket_id == tickets.c.id, _earlier.c.id < entries.c.id).exists())
)
_children = tickets.alias("children")
_MERGED = (  # a merged ticket's fields, indexed at the first entry of its parent
    select(func.min(entries.c.id).label("id"), _children.c.subject, contacts.c.name, _children.c.address)
    .select_from(_children)
    .join(contacts, contacts.c.id == _children.c.contact_id)
    .join(entries, entries.c.ticket_id == _children.c.merged_into_id)
    .group_by(_children.c.id, _children.c.subject, contacts.c.name, _children.c.address)
)


async def rebuild(database: Database, progress: Progress, *, batch: int = BATCH) -> int:
    """Reindex every entry; returns how many. Entries that arrive meanwhile are indexed too."""
    last = await database.write(fulltext_rebuild.begin)
    total = await database.read(_count, after=last)
    done = 0
    async with database.stream(select(entries.c.id).where(entries.c.id > last).order_by(entries.c.id)) as rows:
        portion: list[int] = []
        async for row in rows:
            portion.append(row.id)
            if len(portion) == batch:
                last, done = await _write(database, portion, done)
                progress(done, total)
                portion = []
        if portion:
            last, done = await _write(database, portion, done)
            progress(done, total)
    while True:
        late = await database.write(_finish, after=last, most=batch)
        if not late:
            return done
        last, done = late[-1], done + len(late)


async def _write(database: Database, entry_ids: list[int], done: int) -> tuple[int, int]:
    """Index a batch, then yield the writer to the desk for as long as it was held."""
    loop = asyncio.get_running_loop()
    if database.kind == "sqlite":  # changes between reading and writing are recorded, so only the write is exclusive
        folded = await database.read(_folded_texts, entry_ids=entry_ids)
        began = loop.time()
        await database.write(fulltext_rebuild.replace, folded=folded, entry_ids=entry_ids)
    else:
        began = loop.time()
        await database.write(_index, entry_ids=entry_ids)
    await asyncio.sleep(loop.time() - began)
    return entry_ids[-1], done + len(entry_ids)


def _count(tx: Connection, *, after: int) -> int:
    return tx.execute(select(func.count()).select_from(entries).where(entries.c.id > after)).scalar_one()


def _index(tx: Connection, *, entry_ids: Sequence[int]) -> None:
    """Index rows, locked until the index has them."""
    fulltext_rebuild.replace(tx, folded=_folded_texts(tx, entry_ids=entry_ids), entry_ids=entry_ids)


def _folded_texts(tx: Connection, *, entry_ids: Sequence[int]) -> dict[int, str]:
    rows = tx.execute(select(entries).where(entries.c.id.in_(entry_ids)).with_for_update(read=True)).all()
    openings = {row.id: row for row in tx.execute(_OPENING.where(entries.c.id.in_(entry_ids)))}
    return {row.id: words for row in rows if (words := _folded(_texts(row, openings.get(row.id))))}


def _folded(texts: Sequence[str | None]) -> str:
    return ticket_search.searchable([text for text in texts if text])


def _texts(entry: Row, opening: Row | None) -> list[str | None]:
    """The searchable text of an entry: current and earlier text, and for the first one the ticket's fields."""
    data: dict[str, Any] = entry.data or {}
    automatic = entry.outgoing and entry.author != "agent"
    texts: list[str | None] = [] if opening is None else [opening.subject, opening.name, opening.address]
    if entry.kind in SEARCHED and not automatic:
        texts += [entry.text, *(edit["text"] for edit in data.get("edits") or ())]
    elif data.get("change") == "edited_unseen":
        texts.append(entry.text)
    if entry.kind == "call":
        texts.append(entry.address)
    return texts


def _finish(tx: Connection, *, after: int, most: int) -> Sequence[int]:
    """Index recorded changes; when none are left, the new index replaces the old one."""
    if tx.dialect.name == "sqlite":  # on PostgreSQL the desk indexes them itself
        newer = select(entries.c.id).where(entries.c.id > after).order_by(entries.c.id).limit(most)
        late = list(tx.execute(newer).scalars())
        if len(late) == most:
            _index(tx, entry_ids=late)
            return late
        changed = fulltext_rebuild.changed(tx)
        for first in range(0, len(changed), most):
            _index(tx, entry_ids=changed[first : first + most])
        _index(tx, entry_ids=[entry_id for entry_id in late if entry_id not in set(changed)])
    fulltext_rebuild.finish(tx)
    for row in tx.execute(_MERGED):
        fulltext.add(tx, entry_id=row.id, folded=_folded([row.subject, row.name, row.address]))
    return ()

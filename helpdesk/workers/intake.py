"""Turns what arrived into lines of a timeline: in order, many at a time, one bad message never stops the next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection

from channels.contract import Attachment, Channel, Inbound, Unreadable
from helpdesk.clock import Clock
from helpdesk.database.dialects import savepoint
from helpdesk.database.engine import Database
from helpdesk.database.metadata import Line
from helpdesk.files.store import Files
from helpdesk.intake import actions, queries
from helpdesk.intake.rules import storable
from helpdesk.journey.book import Book
from helpdesk.journey.receive import Arrival, receive
from helpdesk.workers.waiting import Bell

log = structlog.get_logger("intake")
FILES_AT_ONCE = 8
FETCHING = 45.0  # seconds for the files of one message, then it is tried again later


@dataclass(slots=True)
class Understood:
    """A row of intake and what its channel made of it, or why it could not."""

    row: Line
    things: list[Inbound] = field(default_factory=list)
    files: list[list[dict[str, Any]]] = field(default_factory=list)
    error: BaseException | None = None


@dataclass(slots=True)
class IntakeWorker:
    """Works the intake until cancelled."""

    database: Database
    book: Book
    files: Files
    clock: Clock
    bell: Bell
    waits: Sequence[int]  # seconds between tries, then quarantine
    batch: int = 50
    poll: float = 5.0
    on_taken: Callable[[str, int], None] = lambda channel, count: None

    async def run(self) -> None:
        """Work what is due, then sleep until the bell rings, the next try is due, or the poll interval is over."""
        while True:
            if not await self.work_once():
                due = await self.database.read(queries.next_due)
                wait = self.poll if due is None else min(self.poll, max(0.05, (due - self.clock()).total_seconds()))
                await self.bell.wait(wait)

    async def work_once(self) -> int:
        """Work one batch; returns how many rows were taken up."""
        now = self.clock()
        rows = await self.database.read(queries.due, now=now, most=self.batch)
        if not rows:
            return 0
        understood = await asyncio.to_thread(self._understand, rows)
        await self._fetch(understood)
        await asyncio.to_thread(self._store, understood, now)
        done = await self.database.write(take, book=self.book, batch=understood, now=now, waits=self.waits)
        for channel, count in done.items():
            self.on_taken(channel, count)
        return len(rows)

    def _understand(self, rows: Sequence[Line]) -> list[Understood]:
        return [self._one(row, self.book.channels) for row in rows]

    def _one(self, row: Line, channels: Mapping[str, Channel]) -> Understood:
        result = Understood(row)
        try:
            channel = channels.get(row.channel)
            if channel is None:
                raise Unreadable(f"the channel {row.channel} is not switched on")
            made = channel.normalise(row.account, row.raw)
            things = made if isinstance(made, list) else [made] if made is not None else []
            result.things = [storable(thing) for thing in things]
        except Exception as error:  # whatever a raw message does to its channel, it is kept and shown
            result.error = error
        return result

    async def _fetch(self, batch: Sequence[Understood]) -> None:
        """Get the files that a channel only named, a few at once and outside of any transaction."""
        wanting = [
            one
            for one in batch
            if one.error is None
            and any(file.remote and file.content is None for thing in one.things for file in thing.attachments)
        ]
        for start in range(0, len(wanting), FILES_AT_ONCE):
            await asyncio.gather(*(self._bring(one) for one in wanting[start : start + FILES_AT_ONCE]))

    async def _bring(self, one: Understood) -> None:
        try:
            async with asyncio.timeout(FETCHING):
                one.things = [await self._with_files(one.row, thing) for thing in one.things]
        except Exception as error:  # tried again with the whole message; the others go on
            one.error = error

    async def _with_files(self, row: Line, thing: Inbound) -> Inbound:
        channel = self.book.channels[row.channel]
        files = [
            await channel.fetch(row.account, file) if file.remote and file.content is None else file
            for file in thing.attachments
        ]
        return replace(thing, attachments=files)

    def _store(self, batch: Sequence[Understood], now: datetime) -> None:
        for one in batch:
            try:
                one.files = [[self._keep(file, now) for file in thing.attachments] for thing in one.things]
            except OSError as error:  # a full disk: the message waits for better times
                one.error = error

    def _keep(self, file: Attachment, now: datetime) -> dict[str, Any]:
        return {
            "name": file.name,
            "content_type": file.content_type,
            "size": file.size,
            "inline": file.inline,
            "content_id": file.content_id,
            "problem": file.problem,
            "created_at": now,
            "hash": None if file.content is None else self.files.keep(file.content),
        }


def take(
    tx: Connection, *, book: Book, batch: Sequence[Understood], now: datetime, waits: Sequence[int]
) -> dict[str, int]:
    """Put a batch on its timelines, a savepoint each. Later ones of a conversation wait for a failed one."""
    done: dict[str, int] = {}
    finished: dict[str, list[int]] = {"done": [], "ignored": []}
    held_back: set[tuple[str, str, str]] = set()
    ours = queries.still_new(tx, intake_ids=[one.row.id for one in batch])
    for one in batch:
        row = one.row
        if row.id not in ours:
            continue
        key = (row.channel, row.account, row.order_key)
        if key in held_back:
            continue
        error = one.error
        if error is None:
            try:
                with savepoint(tx):
                    made = [_receive(tx, book, row, *pair) for pair in zip(one.things, one.files, strict=True)]
                finished["done" if any(made) else "ignored"].append(row.id)
                done[row.channel] = done.get(row.channel, 0) + 1
            except Exception as failure:  # the savepoint undid it; it is tried again or held
                error = failure
        if error is not None and not _failed(tx, row, error, now, waits):
            held_back.add(key)
    for state, ids in finished.items():
        actions.done(tx, intake_ids=ids, state=state)
    return done


def _receive(tx: Connection, book: Book, row: Line, inbound: Inbound, files: Sequence[Mapping[str, Any]]) -> int | None:
    arrival = Arrival(row.channel, row.account, row.id, row.received_at)
    return receive(tx, book, arrival, inbound, files)


def _failed(tx: Connection, row: Line, error: BaseException, now: datetime, waits: Sequence[int]) -> bool:
    for_good = isinstance(error, Unreadable)
    reason = str(error) if for_good else f"{type(error).__name__}: {error}"
    held = actions.failed(
        tx, intake_id=row.id, error=reason, now=now, attempts=row.attempts + 1, waits=waits, for_good=for_good
    )
    log.warning(
        "quarantined" if held else "not understood",
        intake=row.id,
        channel=row.channel,
        error=type(error).__name__,
        attempt=row.attempts + 1,
    )
    return held

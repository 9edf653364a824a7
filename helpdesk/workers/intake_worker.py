"""Turns what arrived into lines of a timeline: in order, many at a time, one bad message never stops the next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from channels.contract import Attachment, Channel, Inbound, Unreadable
from helpdesk.clock import Clock
from helpdesk.database.dialect import savepoint
from helpdesk.database.engine import Database
from helpdesk.database.metadata import Row
from helpdesk.errors import Unavailable
from helpdesk.files.file_store import FileStore
from helpdesk.intake import actions, queries
from helpdesk.intake.rules import bears_id_of_another, storable
from helpdesk.journey.context import DeskContext
from helpdesk.journey.receiving.arrival import Arrival
from helpdesk.journey.receiving.receive import receive
from helpdesk.tickets.rows import NewFile
from helpdesk.workers import attachment_fetch
from helpdesk.workers.attachment_fetch import NormalisedIntake
from helpdesk.workers.loops.wakeup import Wakeup
from helpdesk.workers.normalise_process import NormaliseProcess, Normaliser

log = structlog.get_logger("intake")
FEW, SHORT = 8, 16_384  # messages, and bytes of them together, that are understood at once


class StoreFailed(Exception):
    """The files of a message could not be stored. That is no fault of the message."""


@dataclass(slots=True)
class IntakeWorker:
    """Works the intake until cancelled. Messages whose files take long hold up nobody but their own conversation."""

    database: Database
    context: DeskContext
    files: FileStore
    clock: Clock
    bell: Wakeup
    waits: Sequence[int]  # seconds between tries, then quarantine
    batch: int = 50
    poll: float = 5.0
    process: NormaliseProcess | None = None  # None: everything is understood in this process
    on_taken: Callable[[str, int], None] = lambda channel, count: None
    _fetch_tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _fetch_slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(attachment_fetch.FILES_AT_ONCE))

    async def run(self) -> None:
        """Work what is due, then sleep until the bell rings, the next try is due, or the poll interval is over."""
        try:
            while True:
                self.bell.hush()  # whoever rings from now on may not be in what is read
                if await self._batch() < self.batch and not self.bell.rings:
                    await self.bell.wait(await self._nap())
        finally:
            for task in self._fetch_tasks:
                task.cancel()
            await asyncio.gather(*self._fetch_tasks, return_exceptions=True)
            if self.process is not None:
                await self.process.close()

    async def work_once(self) -> int:
        """Work one batch to its end, files and all; returns how many rows were taken up."""
        count = await self._batch()
        await asyncio.gather(*self._fetch_tasks)
        return count

    def _longest(self) -> timedelta:
        """The longest wait that is ever set here."""
        return max(timedelta(seconds=max(self.waits, default=0)), attachment_fetch.HELD, attachment_fetch.PAUSE)

    async def _nap(self) -> float:
        now = self.clock()
        due = await self.database.read(queries.next_due, after=now)
        return self.poll if due is None else min(self.poll, max(0.05, (due - now).total_seconds()))

    async def _batch(self) -> int:
        """Take up one batch. What waits for files is taken later, by tasks of its own."""
        now = self.clock()
        rows = await self.database.read(queries.due, now=now, most=self.batch, longest=self._longest())
        if not rows:
            return 0
        understood = await self._understand_all(rows)
        ready, waiting = attachment_fetch.split_by_missing_files(understood)
        if waiting:
            await self._start(waiting, now)
        if ready:
            if any(thing.attachments for item in ready for thing in item.things):
                await asyncio.to_thread(self._store, ready, now)
            else:
                self._store(ready, now)
            await self._write_or_split(ready, now)
        return len(rows)

    async def _write_or_split(self, batch: Sequence[NormalisedIntake], now: datetime) -> None:
        try:
            await self._write_batch(batch, now)
        except Unavailable:
            if len(batch) == 1:
                raise
            for (
                item
            ) in batch:  # one at a time takes less room on the disk; the first that fails ends it, so order stays
                await self._write_batch([item], now)

    async def _write_batch(self, batch: Sequence[NormalisedIntake], now: datetime) -> None:
        done = await self.database.write(receive_batch, context=self.context, batch=batch, now=now, waits=self.waits)
        for channel, count in done.items():
            self.on_taken(channel, count)

    async def _start(self, conversations: Sequence[Sequence[NormalisedIntake]], now: datetime) -> None:
        """Fetch files beside everything else. Until they are there the database keeps their conversations waiting."""
        full = len(self._fetch_tasks) >= attachment_fetch.MOST_CONVERSATIONS
        ids = [item.row.id for conversation in conversations for item in conversation]
        until = now + (attachment_fetch.PAUSE if full else attachment_fetch.HELD)
        ours = await self.database.write(
            actions.lock_until, intake_ids=ids, now=now, until=until, longest=self._longest()
        )
        for conversation in conversations if not full else ():
            own = [item for item in conversation if item.row.id in ours]  # another worker may have the rest
            if own:
                task = asyncio.create_task(self._fetch_and_receive(own), name="files")
                self._fetch_tasks.add(task)
                task.add_done_callback(self._fetch_done)

    def _fetch_done(self, task: asyncio.Task[None]) -> None:
        self._fetch_tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:  # they are due again when nobody holds them
            log.error("files were fetched in vain", error=type(task.exception()).__name__)
        self.bell.ring()

    async def _fetch_and_receive(self, conversation: Sequence[NormalisedIntake]) -> None:
        """Fetch the files of messages of one conversation, then put them on their timeline in order."""
        keeping = asyncio.create_task(self._renew_lock([item.row.id for item in conversation]))
        try:
            await asyncio.gather(*(self._fetch(item) for item in conversation if attachment_fetch.wants(item)))
        finally:
            keeping.cancel()
        now = self.clock()
        await asyncio.to_thread(self._store, [item for item in conversation if not item.files], now)
        await self._write_or_split(conversation, now)

    async def _renew_lock(self, ids: Sequence[int]) -> None:
        while True:
            await asyncio.sleep(attachment_fetch.HELD.total_seconds() / 3)
            until = self.clock() + attachment_fetch.HELD
            await self.database.write(
                actions.lock_until, intake_ids=ids, now=until, until=until, longest=self._longest()
            )

    async def _fetch(self, item: NormalisedIntake) -> None:
        async with self._fetch_slots:
            await attachment_fetch.fetch(item, self.context.channels[item.row.channel])
        if item.error is None:
            await asyncio.to_thread(self._store, [item], self.clock())
            attachment_fetch.release_files(item)

    async def _understand_all(self, rows: Sequence[Row]) -> list[NormalisedIntake]:
        """All rows understood, in their order: in the process beside this one what can take long, else here."""
        beside: dict[int, Normaliser] = {}
        for row in rows if self.process is not None else ():
            channel = self.context.channels.get(row.channel)
            if channel is not None and (function := channel.normaliser()) is not None:
                beside[row.id] = function
        here = [row for row in rows if row.id not in beside]
        few = len(here) <= FEW and sum(len(row.raw) for row in here) <= SHORT  # quicker than a way to a thread and back
        done = {
            item.row.id: item
            for item in (self._understand(here) if few else await asyncio.to_thread(self._understand, here))
        }
        if self.process is not None and beside:
            apart = [row for row in rows if row.id in beside]
            done |= {item.row.id: item for item in await self._understand_beside(self.process, apart, beside)}
        return [done[row.id] for row in rows]

    async def _understand_beside(
        self, process: NormaliseProcess, rows: Sequence[Row], functions: Mapping[int, Normaliser]
    ) -> list[NormalisedIntake]:
        try:
            results = await process.normalise([(functions[row.id], row.account, row.raw) for row in rows])
        except OSError as error:  # a machine that starts no process still takes mails in
            log.warning("normalising in the desk's own process", error=str(error))
            return await asyncio.to_thread(self._understand, rows)
        return [_understood(row, result) for row, result in zip(rows, results, strict=True)]

    def _understand(self, rows: Sequence[Row]) -> list[NormalisedIntake]:
        return [self._one(row, self.context.channels) for row in rows]

    def _one(self, row: Row, channels: Mapping[str, Channel]) -> NormalisedIntake:
        try:
            channel = channels.get(row.channel)
            if channel is None:
                raise Unreadable(f"the channel {row.channel} is not switched on")
            made: Inbound | list[Inbound] | BaseException | None = channel.normalise(row.account, row.raw)
        except Exception as error:  # whatever a raw message does to its channel, it is kept and shown
            made = error
        return _understood(row, made)

    def _store(self, batch: Sequence[NormalisedIntake], now: datetime) -> None:
        for row in batch:
            try:
                row.files = [[self._keep(file, now) for file in thing.attachments] for thing in row.things]
            except OSError as error:  # a full disk: the message waits for better times
                row.error = StoreFailed(str(error))

    def _keep(self, file: Attachment, now: datetime) -> NewFile:
        return {
            "name": file.name,
            "content_type": file.content_type,
            "size": file.size,
            "inline": file.inline,
            "content_id": file.content_id,
            "problem": file.problem,
            "created_at": now,
            "hash": None if file.content is None else self.files.store(file.content),
        }


def _understood(row: Row, made: Inbound | list[Inbound] | BaseException | None) -> NormalisedIntake:
    if isinstance(made, BaseException):
        return NormalisedIntake(row, error=made)
    things = made if isinstance(made, list) else [made] if made is not None else []
    if bears_id_of_another(row.external_id):
        things = [replace(thing, details={**thing.details, "problem": "same id"}) for thing in things]
    try:
        return NormalisedIntake(row, [storable(thing) for thing in things])
    except Exception as error:  # what can't be stored is kept in quarantine
        return NormalisedIntake(row, error=error)


def receive_batch(
    tx: Connection, *, context: DeskContext, batch: Sequence[NormalisedIntake], now: datetime, waits: Sequence[int]
) -> dict[str, int]:
    """Put a batch on its timelines, a savepoint each. Later ones of a conversation wait for a failed one."""
    done: dict[str, int] = {}
    finished: dict[str, list[int]] = {"done": [], "ignored": []}
    held_back: set[tuple[str, str, str]] = set()
    ours = queries.still_new(tx, intake_ids=[item.row.id for item in batch])
    for item in batch:
        row = item.row
        if row.id not in ours:
            continue
        key = (row.channel, row.account, row.order_key)
        if key in held_back:
            continue
        error = item.error
        if error is None:
            try:
                with savepoint(tx):
                    made = [
                        _receive_one(tx, context, row, *pair, now=now)
                        for pair in zip(item.things, item.files, strict=True)
                    ]
                finished["done" if any(made) else "ignored"].append(row.id)
                done[row.channel] = done.get(row.channel, 0) + 1
            except Unavailable:  # no fault of the message: it must not bring it nearer to quarantine
                raise
            except Exception as failure:  # the savepoint undid it; it is tried again or held
                error = failure
        if error is not None and not _failed(tx, row, error, now, waits):
            held_back.add(key)
    for state, ids in finished.items():
        actions.mark_done(tx, intake_ids=ids, state=state)
    return done


def _receive_one(
    tx: Connection, context: DeskContext, row: Row, inbound: Inbound, files: Sequence[NewFile], *, now: datetime
) -> int | None:
    received_at = min(row.received_at, now)  # nothing was received later than now: a clock was wrong
    arrival = Arrival(row.channel, row.account, row.id, received_at)
    return receive(tx, context, arrival, inbound, files)


def _failed(tx: Connection, row: Row, error: BaseException, now: datetime, waits: Sequence[int]) -> bool:
    for_good = isinstance(error, Unreadable)
    reason = str(error) if for_good else f"{type(error).__name__}: {error}"
    attempts = row.attempts if isinstance(error, StoreFailed) else row.attempts + 1
    held = actions.mark_failed(
        tx, intake_id=row.id, error=reason, now=now, attempts=attempts, waits=waits, for_good=for_good
    )
    log.warning(
        "quarantined" if held else "not understood",
        intake=row.id,
        channel=row.channel,
        error=type(error).__name__,
        attempt=attempts,
    )
    return held

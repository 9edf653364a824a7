"""Sends what must leave: claims with a lease, hands it to the channel, writes what became of it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection

from channels.contract import DeliveryError
from helpdesk.clock import Clock
from helpdesk.database.engine import Database
from helpdesk.database.metadata import Row
from helpdesk.files.file_store import FileStore
from helpdesk.journey.answering import delivery, edit_sent, unread_fallback
from helpdesk.journey.context import DeskContext
from helpdesk.journey.outgoing import outbound as letters
from helpdesk.outbox import actions, queries
from helpdesk.outbox.rules import GIVE_UP, next_attempt
from helpdesk.workers import apply_edits
from helpdesk.workers.loops.wakeup import Wakeup

log = structlog.get_logger("outbox")
LOST = "the desk stopped while this was being sent; it may have arrived"
GRACE = 3.0  # seconds that messages under way have left when the desk stops
LEASE = timedelta(seconds=120)
Outcome = Sequence[str] | DeliveryError


@dataclass(slots=True)
class OutboxWorker:
    """Sends until cancelled. `name` is unique among all workers of the desk."""

    database: Database
    context: DeskContext
    files: FileStore
    clock: Clock
    bell: Wakeup
    name: str
    waits: Sequence[int]  # seconds between tries
    lease: timedelta = LEASE
    first_wait: timedelta = timedelta(hours=1)  # the longest before a first try: time to undo, delay of a survey
    longest_wait: timedelta = GIVE_UP  # the longest before any other
    at_once: int = 4
    poll: float = 5.0
    _busy: set[asyncio.Task[None]] = field(default_factory=set)
    _recovered: datetime | None = None

    async def run(self) -> None:
        """Keep every slot filled with what is due; else sleep until the bell, the next due time, or the poll interval."""
        try:
            while True:
                looked = self.clock()
                if len(self._busy) >= self.at_once:
                    await self.bell.wait(self.poll)  # a slot that gets free rings
                    continue
                # leases last far longer than the poll interval
                if self._recovered is None or looked >= self._recovered + timedelta(seconds=self.poll):
                    await self._recover(looked)
                    self._recovered = looked
                if not await self._start(looked):
                    await self.bell.wait(await self._nap(looked))
        except asyncio.CancelledError:  # after any other fall the same worker goes on, and so does what is under way
            await self._end()
            raise

    async def _recover(self, now: datetime) -> None:
        """Find what a dead sender left behind, and what a wrong clock has put off."""
        await self.database.write(recover, context=self.context, now=now, lease=self.lease)
        count = await self.database.write(
            actions.correct_due_times, now=now, first=self.first_wait, longest=max(self.longest_wait, GIVE_UP)
        )
        if count:
            log.warning("due times corrected", count=count)

    async def work_once(self) -> int:
        """Claim and send one batch to its end; returns how many."""
        tasks = await self._start(self.clock())
        await asyncio.gather(*tasks)
        return len(tasks)

    async def _start(self, now: datetime) -> list[asyncio.Task[None]]:
        """Claim as many as there are free slots, and begin to send them."""
        claim = asyncio.ensure_future(
            self.database.write(
                actions.claim,
                worker=self.name,
                channels=list(self.context.channels),
                now=now,
                lease=self.lease,
                most=self.at_once - len(self._busy),
            )
        )
        try:
            rows = await asyncio.shield(claim)
        except asyncio.CancelledError:  # claimed and not begun: nobody need wonder whether it left
            for row in await claim:
                await self.database.write(actions.requeue, row_id=row.id, now=now)
            raise
        tasks = [asyncio.create_task(self._send(row)) for row in rows]
        self._busy.update(tasks)
        for task in tasks:
            task.add_done_callback(self._freed)
        return tasks

    def _freed(self, task: asyncio.Task[None]) -> None:
        self._busy.discard(task)
        self.bell.ring()
        if not task.cancelled() and (error := task.exception()) is not None:
            # its lease ends: then it is uncertain
            log.error("outcome not written", error=type(error).__name__)

    async def _end(self) -> None:
        """Messages under way get a moment; what is cut off is found by its lease."""
        if self._busy:
            _, late = await asyncio.wait(self._busy, timeout=GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _nap(self, looked: datetime) -> float:
        due = await self.database.read(queries.next_due, after=looked)
        return self.poll if due is None else min(self.poll, max(0.05, (due - self.clock()).total_seconds()))

    async def _send(self, row: Row) -> None:
        channel = self.context.channels[row.channel]
        left = dict(row.payload)
        outcome: Outcome
        try:
            async with asyncio.timeout(self.lease.total_seconds() * 0.8):
                if edit_sent.is_edit(left):
                    outcome = await apply_edits.apply_edit(channel, left)
                else:
                    ready = not left["files"]  # nothing to be read from the disk: no other thread is needed
                    outbound = (
                        letters.to_outbound(left)
                        if ready
                        else await asyncio.to_thread(letters.to_outbound, left, self.files.read)
                    )
                    made = await channel.send(outbound)
                    outcome = [made] if isinstance(made, str) else made
        except DeliveryError as error:
            outcome = error
        except TimeoutError:
            outcome = DeliveryError("the other side did not answer in time", uncertain=True)
        except Exception as error:  # a bug in a channel must not lose a message: it is tried again and shown
            log.exception("send failed", outbox=row.id, channel=row.channel)
            outcome = DeliveryError(f"{type(error).__name__}: {error}")
        await self.database.write(
            record_outcome, context=self.context, row=row, outcome=outcome, now=self.clock(), worker=self.name, waits=self.waits,
            left=left,
        )  # fmt: skip
        problem = _kind(outcome)
        log.info(
            "sent" if problem is None else "not sent",
            ticket=row.ticket_id,
            channel=row.channel,
            attempt=row.attempts,
            problem=problem,
        )


def _kind(outcome: Outcome) -> str | None:
    """What kind of failure it was. The remote's own words name customers, and stand on the timeline alone."""
    if not isinstance(outcome, DeliveryError):
        return None
    kinds = ("uncertain", "unreachable", "permanent")
    return next((kind for kind in kinds if getattr(outcome, kind)), "for now")


def record_outcome(
    tx: Connection,
    *,
    context: DeskContext,
    row: Row,
    outcome: Outcome,
    now: datetime,
    worker: str,
    waits: Sequence[int],
    left: Mapping[str, Any] | None = None,
) -> None:
    """Write how a try ended, on the outbox and on the timeline. `left`: the payload with what is still to be done."""
    change, left = edit_sent.is_edit(row.payload), left or row.payload  # made twice it does no harm: never uncertain
    if not isinstance(outcome, DeliveryError):
        if actions.settle(tx, row_id=row.id, state="sent", now=now, worker=worker):
            if change:
                edit_sent.record_edit_done(tx, context, entry_id=row.entry_id, now=now, problem=left.get("problem", ""))
            else:
                _record_arrived(tx, context, row, outcome, now)
        return
    if outcome.left and not change:
        _record_without_files(tx, context, row, outcome, now=now, worker=worker)
    elif outcome.uncertain and not change:
        if actions.settle(tx, row_id=row.id, state="uncertain", now=now, error=outcome.reason, worker=worker):
            delivery.record_uncertain(tx, entry_id=row.entry_id, reason=outcome.reason, now=now)
    elif (again := _next_attempt(row, outcome, now, waits)) is not None:
        payload = left if change else None
        if actions.reschedule(tx, row_id=row.id, due_at=again, error=outcome.reason, worker=worker, payload=payload):
            record = edit_sent.record_edit_delayed if change else delivery.record_delayed
            record(tx, entry_id=row.entry_id, reason=outcome.reason)
    elif actions.settle(tx, row_id=row.id, state="failed", now=now, error=outcome.reason, worker=worker):
        if left.get("edited"):  # only what stood below it is still there
            edit_sent.record_edit_done(tx, context, entry_id=row.entry_id, now=now, problem=outcome.reason)
        elif change:
            edit_sent.record_edit_refused(tx, entry_id=row.entry_id, reason=outcome.reason, now=now)
        else:
            delivery.record_failed(
                tx, context, entry_id=row.entry_id, reason=outcome.reason, now=now, unreachable=outcome.unreachable
            )


def _record_arrived(tx: Connection, context: DeskContext, row: Row, remote_ids: Sequence[str], now: datetime) -> None:
    delivery.record_sent(tx, context, entry_id=row.entry_id, remote_ids=remote_ids, now=now)
    unread_fallback.schedule_unread_check(tx, context, entry_id=row.entry_id, now=now)


def _record_without_files(
    tx: Connection, context: DeskContext, row: Row, outcome: DeliveryError, *, now: datetime, worker: str
) -> None:
    """The words are there, a file will never be."""
    if actions.settle(tx, row_id=row.id, state="sent", now=now, error=outcome.reason, worker=worker):
        _record_arrived(tx, context, row, outcome.left, now)
        delivery.record_lost_files(tx, entry_id=row.entry_id, names=outcome.files, reason=outcome.reason, now=now)


def _next_attempt(row: Row, outcome: DeliveryError, now: datetime, waits: Sequence[int]) -> datetime | None:
    """When to try again; None: never."""
    if outcome.permanent:
        return None
    return next_attempt(
        attempts=row.attempts, created_at=row.created_at, now=now, waits=waits, retry_after=outcome.retry_after,
        jitter=random.random(),  # noqa: S311 - spreads the tries, keeps no secret
    )  # fmt: skip


def recover(tx: Connection, *, context: DeskContext, now: datetime, lease: timedelta = LEASE) -> int:
    """Messages whose sender died: nobody knows whether they left, so a person decides. Returns how many."""
    lost = actions.release_abandoned(tx, now=now, lease=lease)
    for row in lost:
        if edit_sent.is_edit(row.payload):
            actions.requeue(tx, row_id=row.id, now=now)
            continue
        actions.settle(tx, row_id=row.id, state="uncertain", now=now, error=LOST)
        delivery.record_uncertain(tx, entry_id=row.entry_id, reason=LOST, now=now)
    return len(lost)

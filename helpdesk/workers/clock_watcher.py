"""Sleeps until the next warning, due time or sure answer of a survey and fires it. After a stop of the program it fires late, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection

from helpdesk.clock import Clock
from helpdesk.database.engine import Database
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import clocks, sla_alerts, survey_taps
from helpdesk.sla.store import queries
from helpdesk.workers.loops.wakeup import Wakeup

log = structlog.get_logger("clocks")
BATCH = 50  # tickets in a transaction
LONGEST_NAP = 3600.0  # seconds; a changed system clock is noticed within this


@dataclass(slots=True)
class ClockWatcher:
    """Watches until cancelled."""

    database: Database
    context: DeskContext
    clock: Clock
    bell: Wakeup

    async def run(self) -> None:
        """Count anew what other rules have counted; then fire what is due, and sleep until the next one or the bell."""
        await self.recount()
        while True:
            fired = await self.database.write(sla_alerts.fire_due_alerts, now=self.clock())
            fired += await self.database.write(survey_taps.settle, self.context, now=self.clock())
            if fired:
                log.info("clocks fired", count=fired)
                continue
            due = await self.database.read(_next_due)
            nap = LONGEST_NAP if due is None else (due - self.clock()).total_seconds()
            await self.bell.wait(min(LONGEST_NAP, max(0.02, nap)))

    async def recount(self) -> int:
        """Clocks that calendars or policies of another time have counted are counted by those of now. Returns how many."""
        numbers = await self.database.read(clocks.outdated, self.context)
        for first in range(0, len(numbers), BATCH):
            batch = numbers[first : first + BATCH]
            last = first + BATCH >= len(numbers)
            await self.database.write(clocks.recount, self.context, ticket_ids=batch, last=last, now=self.clock())
        if numbers:
            log.info("clocks counted anew", tickets=len(numbers))
        return len(numbers)


def _next_due(tx: Connection) -> datetime | None:
    """When the next clock wants to be looked at, or a tap of a survey's page is sure."""
    times = (queries.next_fire(tx), survey_taps.next_settling(tx))
    return min((time for time in times if time is not None), default=None)

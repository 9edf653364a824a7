"""Sleeps until the next warning or due time and fires it. After a stop of the program it fires late, once."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from helpdesk.clock import Clock
from helpdesk.database.engine import Database
from helpdesk.journey.lifecycle import sla_alerts
from helpdesk.sla.store import queries
from helpdesk.workers.loops.wakeup import Wakeup

log = structlog.get_logger("clocks")
LONGEST_NAP = 3600.0  # seconds; a changed system clock is noticed within this


@dataclass(slots=True)
class ClockWatcher:
    """Watches until cancelled."""

    database: Database
    clock: Clock
    bell: Wakeup

    async def run(self) -> None:
        """Fire what is due, then sleep until the next one or the bell."""
        while True:
            fired = await self.database.write(sla_alerts.fire_due_alerts, now=self.clock())
            if fired:
                log.info("clocks fired", count=fired)
                continue
            due = await self.database.read(queries.next_fire)
            nap = LONGEST_NAP if due is None else (due - self.clock()).total_seconds()
            await self.bell.wait(min(LONGEST_NAP, max(0.02, nap)))

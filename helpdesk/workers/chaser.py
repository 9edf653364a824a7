"""Sleeps until answers have been unread for long enough, and has them sent by mail. After a stop it looks late, once."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from helpdesk.clock import Clock
from helpdesk.database.engine import Database
from helpdesk.journey import chase
from helpdesk.journey.book import Book
from helpdesk.outbox import unread
from helpdesk.workers.waiting import Bell

log = structlog.get_logger("unread")
LONGEST_NAP = 600.0  # seconds


@dataclass(slots=True)
class Chaser:
    """Looks until cancelled."""

    database: Database
    book: Book
    clock: Clock
    bell: Bell

    async def run(self) -> None:
        """Look at what is due, then sleep until the next one or the bell."""
        while True:
            due = await self.database.read(unread.next_look)
            nap = LONGEST_NAP if due is None else (due - self.clock()).total_seconds()
            if nap > 0:
                await self.bell.wait(min(LONGEST_NAP, nap))
                continue
            mailed = await self.database.write(chase.look, self.book, now=self.clock())
            if mailed:
                log.info("unread answers go by mail", count=mailed)

"""Sleeps until answers have been unread for long enough, and has them sent by mail. After a stop it looks late, once."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from helpdesk.clock import Clock
from helpdesk.database.engine import Database
from helpdesk.journey.answering import unread_fallback
from helpdesk.journey.context import DeskContext
from helpdesk.outbox import unread_checks
from helpdesk.workers.loops.wakeup import Wakeup

log = structlog.get_logger("unread")
LONGEST_NAP = 600.0  # seconds


@dataclass(slots=True)
class UnreadReplyWatcher:
    """Looks until cancelled."""

    database: Database
    context: DeskContext
    clock: Clock
    bell: Wakeup

    async def run(self) -> None:
        """Look at what is due, then sleep until the next one or the bell."""
        while True:
            due = await self.database.read(unread_checks.next_check)
            now, longest = self.clock(), unread_fallback.longest_wait(self.context)
            nap = LONGEST_NAP if due is None else (due - now).total_seconds()
            if due is None or now < due <= now + longest:  # one further ahead was set by a wrong clock
                await self.bell.wait(min(LONGEST_NAP, nap))
                continue
            mailed = await self.database.write(unread_fallback.mail_unread_replies, self.context, now=self.clock())
            if mailed:
                log.info("unread answers go by mail", count=mailed)

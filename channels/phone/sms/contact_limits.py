"""Contact limits: how often an automatic text or call may disturb a number. Stored by the desk."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from channels.contract import DeliveryError, Desk, Outbound
from channels.phone.settings import Survey
from channels.phone.sms import quiet_hours, sms_inbound

ASKED = "asked"  # the account under which the last survey of each number is remembered
DAY = timedelta(hours=24)
MOST_TRIES = 2
REMEMBERED = 10_000  # automatic messages whose failed tries are counted


@dataclass
class ContactLimits:
    """The rules for one desk. Without a desk (before it runs) only the hours are kept."""

    survey: Survey
    failed: OrderedDict[str, int] = field(default_factory=OrderedDict)

    async def check(self, outbound: Outbound, to: str, desk: Desk | None, now: datetime) -> None:
        """Raises DeliveryError: at night until the morning, for good when they asked for peace or were asked today."""
        wait = quiet_hours.quiet_until(self.survey, now)
        if wait:
            raise DeliveryError("quiet hours: it leaves in the morning", retry_after=wait)
        if desk is None:
            return
        if await desk.recall(sms_inbound.WISHES, to) == "stop":
            raise DeliveryError("the customer asked for no more messages", permanent=True)
        if outbound.kind == "survey":
            await self._once_a_day(outbound.token, to, desk, now)

    async def _once_a_day(self, token: str, to: str, desk: Desk, now: datetime) -> None:
        last = await _last(desk, to)
        same = last.get("survey") == _mark(token)
        if not same and last and now - datetime.fromisoformat(last["at"]) < DAY:
            raise DeliveryError("this number was asked for an opinion within the last 24 hours", permanent=True)
        tries = int(last.get("tries", 0)) + 1 if same else 1
        if tries > MOST_TRIES:
            raise DeliveryError("it was tried twice; nobody is asked a third time", permanent=True)
        details = {"survey": _mark(token), "at": now.isoformat(), "tries": tries}
        await desk.remember(ASKED, to, json.dumps(details))

    async def record_failure(self, outbound: Outbound, to: str, desk: Desk | None, error: DeliveryError) -> None:
        """A try failed. Raises DeliveryError for good after the second one; who was not asked may be asked another time."""
        if error.uncertain:
            return
        tries = await self._tries(outbound, to, desk)
        if (error.permanent or tries >= MOST_TRIES) and outbound.kind == "survey" and desk is not None:
            await desk.remember(ASKED, to, "{}")
        if not error.permanent and tries >= MOST_TRIES:
            raise DeliveryError(f"{error.reason}; tried twice", permanent=True) from None

    async def _tries(self, outbound: Outbound, to: str, desk: Desk | None) -> int:
        if outbound.kind == "survey" and desk is not None:
            return int((await _last(desk, to)).get("tries", 1))
        tries = self.failed.pop(outbound.token, 0) + 1
        self.failed[outbound.token] = tries
        while len(self.failed) > REMEMBERED:
            self.failed.popitem(last=False)
        return tries


async def _last(desk: Desk, to: str) -> dict[str, Any]:
    record = json.loads(await desk.recall(ASKED, to) or "{}")
    return record if isinstance(record, dict) else {}


def _mark(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:16]

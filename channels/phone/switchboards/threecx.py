"""3CX: the ReportCall scenario of a CRM template. It has no call id, and reports once for every agent that was called."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from channels.phone.calls.call_events import Fact, NotACall, Reading, believable, iso
from channels.phone.switchboards.generic import summary
from channels.phone.web.webhook_request import Webhook, later, moment

KINDS = {"inbound": ("inbound", "answered"), "outbound": ("outbound", "answered"), "missed": ("inbound", "missed"),
         "notanswered": ("outbound", "no_answer"), "unanswered": ("outbound", "no_answer")}  # fmt: skip


def read(hook: Webhook) -> list[Reading]:
    """One report. Raises NotACall without a number or with a type 3CX does not know."""
    number = hook.text("Number", "number")
    kind = re.sub(r"\W", "", hook.text("CallType", "calltype", "type")).lower()
    if not number or kind not in KINDS:
        raise NotACall("the report needs Number and a CallType of Inbound, Outbound, Missed or Notanswered")
    direction, disposition = KINDS[kind]
    start = _time(hook, "CallStartTime")
    end = _time(hook, "CallEndTime")
    talk = hook.seconds("Duration", "DurationTimespan", "duration")
    agent = hook.text("Agent", "agent")
    answered = disposition == "answered"
    details: dict[str, Any] = {
        "direction": direction,
        "disposition": disposition,
        "status": "ended",
        "customer": number,
        "from_": number if direction == "inbound" else agent,
        "to": agent if direction == "inbound" else number,
        "name": hook.text("Name", "name"),
        "queue": hook.text("QueueExtension", "Queue"),
        "started_at": start,
        "answered_at": _time(hook, "CallEstablishedTime") if answered else None,
        "ended_at": end or later(start, talk),
        "talk_s": talk if answered else None,
        "agents": [agent] if answered and agent else [],
    }
    files = [Fact(what="recorded", at=hook.received_at, text=item) for item in [hook.text("Recording")] if item]
    return [summary(hook, _call_id(hook, number, start), details, *files)]


def _call_id(hook: Webhook, number: str, start: str | None) -> str:
    """The same for every report of one call: who, and since when."""
    parts = [number, start] if start else [repr(sorted(hook.fields.items()))]
    return "3cx-" + hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:24]


def _time(hook: Webhook, name: str) -> str | None:
    for zone, suffix in (("UTC", "UTC"), (hook.options.zone, "Local"), (hook.options.zone, "")):
        text = hook.text(name + suffix)
        time = moment(text, zone) or _american(text, zone)
        if time:
            return iso(time)
    return None


def _american(text: str, zone: str) -> datetime | None:
    """`1/31/2026 2:05:09 PM`, as the template language writes it when it is not told otherwise."""
    for form in ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S"):
        try:
            return believable(datetime.strptime(text, form).replace(tzinfo=ZoneInfo(zone)))
        except ValueError:
            continue
    return None

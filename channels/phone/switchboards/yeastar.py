"""Yeastar: NewCdr reports of S-Series, K2 and Cloud PBX, and event 30012 of the P-Series. One row per leg."""

from __future__ import annotations

import json
from typing import Any

from channels.phone.calls.call_events import Fact, NotACall, Reading
from channels.phone.calls.phone_numbers import is_outside
from channels.phone.switchboards.generic import summary, word
from channels.phone.web.webhook_request import Webhook, later

STATES = {"answered": "answered", "answerd": "answered", "no_answer": "no_answer", "no_answered": "no_answer",
          "busy": "busy", "voicemail": "voicemail", "failed": "failed"}  # fmt: skip


def read(hook: Webhook) -> list[Reading]:
    """One row. Other events of the switchboard say nothing. Raises NotACall for a row without its call's id."""
    flat = _flat(hook)
    if flat is None:
        return []
    call_id = flat.text("callid", "call_id", "cdrid")
    if not call_id:
        raise NotACall("the row has neither callid nor call_id")
    start = flat.time("timestart", "timestamp", "time_start")
    duration = flat.seconds("callduraction", "callduration", "call_duration")
    talk = flat.seconds("talkduraction", "talkduration", "talk_duration")
    direction = word(flat.text("type"))
    caller, callee = flat.text("callfrom", "call_from"), flat.text("callto", "call_to")
    status = STATES.get(word(flat.text("status")), "")
    answered = status == "answered"
    agent = callee if direction == "inbound" else caller
    person = answered and not is_outside(agent) and agent.isdigit()
    end = later(start, duration)
    details: dict[str, Any] = {
        "direction": direction,
        "disposition": status,
        "status": "ended",
        "from_": caller,
        "to": flat.text("didnumber", "did_number") or callee,
        "started_at": start,
        "ended_at": end,
        "answered_at": later(end, -(talk or 0)) if answered else None,
        "parts_s": talk if answered else None,
        "agents": [agent] if person else [],
        "ring_s": flat.seconds("agentringtime", "agent_ring_time") or None,
    }
    files = []
    if flat.text("recording"):
        files.append(
            Fact(what="recorded" if answered else "voicemail", at=hook.received_at, text=flat.text("recording"))
        )
    elif status == "voicemail":
        files.append(Fact(what="voicemail", at=hook.received_at))
    return [summary(flat, call_id, details, *files)]


def _flat(hook: Webhook) -> Webhook | None:
    """The row as it lies within the report; None when the report is about something else."""
    inner = hook.fields.get("msg")
    if inner is not None:
        if hook.text("type") not in ("30012", ""):
            return None
        if isinstance(inner, str):
            try:
                inner = json.loads(inner)
            except (ValueError, RecursionError):
                raise NotACall("msg is not whole JSON") from None
        if not isinstance(inner, dict):
            raise NotACall("msg is no object")
        return Webhook(hook.provider, inner, hook.headers, hook.received_at, hook.options)
    event = hook.text("event", "action")
    return hook if not event or event.lower() == "newcdr" else None

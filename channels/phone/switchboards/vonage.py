"""Vonage: event webhooks of the Voice API. A conversation is the call, its legs have ids of their own."""

from __future__ import annotations

from typing import Any

from channels.phone.calls.call_events import Fact, NotACall, Reading
from channels.phone.switchboards.generic import summary
from channels.phone.web.webhook_request import Webhook

LEGS = {"busy": "busy", "cancelled": "no_answer", "unanswered": "no_answer", "timeout": "no_answer",
        "rejected": "busy", "failed": "failed"}  # fmt: skip


def read(hook: Webhook) -> list[Reading]:
    """One event. Raises NotACall when it names no conversation."""
    call_id = hook.text("conversation_uuid") or hook.text("uuid")
    if not call_id:
        raise NotACall("the event has neither conversation_uuid nor uuid")
    if hook.text("recording_url"):
        at = hook.received_at
        return [Reading(call_id, [Fact(what="recorded", at=at, text=hook.text("recording_url"))], hook.provider)]
    status, at_text = hook.text("status").lower(), hook.time("timestamp")
    inward = hook.text("direction").lower() == "inbound"
    details: dict[str, Any] = {}
    if inward:
        details = {"direction": "inbound", "from_": hook.text("from"), "to": hook.text("to")}
        if status in ("started", "ringing"):
            details["started_at"] = at_text
        if status in ("completed", "disconnected", *LEGS):
            details |= {"status": "ended", "ended_at": hook.time("end_time") or at_text, "disposition": "missed"}
            details["started_at"] = hook.time("start_time")
    return [summary(hook, call_id, details if inward else _outgoing(hook, status, at_text))]


def _outgoing(hook: Webhook, status: str, at: str | None) -> dict[str, Any]:
    """A leg dialled by us: an agent's in a customer's call (that call's own events say so), else the customer's."""
    details: dict[str, Any] = {"placed_from": hook.text("from"), "placed_to": hook.text("to")}
    if status == "machine":
        details["disposition"] = "machine"
    elif status == "answered":
        details |= {"disposition": "answered", "answered_at": at, "status": "talking"}
    elif status == "completed" and hook.seconds("duration"):
        details |= {"disposition": "answered", "parts_s": hook.seconds("duration"), "placed_end": at}
        details["answered_at"] = hook.time("start_time")
    elif status in LEGS:
        details |= {"placed_outcome": LEGS[status], "placed_end": at}
    return details

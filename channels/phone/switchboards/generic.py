"""The generic call event, the desk's own format, and the field map that makes other switchboards fit it.

A JSON object or a form with `call_id` and whatever of the record is known: several events of one call add up.
"""

from __future__ import annotations

from typing import Any

from channels.phone.calls.call_events import Fact, NotACall, Reading
from channels.phone.calls.call_record import DISPOSITIONS, KINDS
from channels.phone.web.webhook_request import Webhook, moment

WORDS = {
    "in": "inbound", "incoming": "inbound", "out": "outbound", "outgoing": "outbound", "local": "internal",
    "answer": "answered", "no answer": "no_answer", "noanswer": "no_answer", "notanswered": "no_answer",
    "unanswered": "no_answer", "cancelled": "no_answer", "canceled": "no_answer", "rejected": "busy",
    "answering machine": "machine", "machine detected": "machine", "fax": "machine", "left by key": "left_by_key", "congestion": "failed",
}  # fmt: skip
STATES = {
    "ringing": "ringing", "started": "ringing", "queued": "queued", "answered": "talking", "connected": "talking",
    "talking": "talking", "ended": "ended", "hangup": "ended", "completed": "ended",
}  # fmt: skip
TEXTS = ("name", "queue", "hangup_by")
DURATIONS = ("queue_wait_s", "ring_s", "talk_s")
TIMES = ("started_at", "queued_at", "answered_at", "ended_at")


def read(hook: Webhook) -> list[Reading]:
    """What an event in our own form says. Raises NotACall when it names no call."""
    call_id = hook.text("call_id")
    if not call_id:
        raise NotACall("the event has no call_id")
    facts = [Fact(what="told", at=_at(hook), summary=_summary(hook))]
    if hook.text("rate"):
        facts.append(Fact(what="survey", at=_at(hook), text=hook.text("survey_id"), status=hook.text("rate")))
    facts += _files(hook)
    return [Reading(call_id, facts, hook.provider)]


def mapped(hook: Webhook) -> list[Reading]:
    """The same for a foreign form, by the source's `fields` and `words`. Raises NotACall when it names no call."""
    plain: dict[str, Any] = {}
    for ours, theirs in hook.options.fields.items():
        value = dug(hook.fields, theirs)
        if value not in (None, ""):
            words = hook.options.words.get(ours, {})
            plain[ours] = words.get(str(value), words.get(str(value).lower(), value))
    if not plain.get("call_id"):
        where = hook.options.fields.get("call_id", "call_id")
        raise NotACall(f"the event has no {where}, where this source's map expects the call's id")
    return read(Webhook(hook.provider, plain, hook.headers, hook.received_at, hook.options))


def dug(fields: Any, path: str) -> Any:
    """`caller.number` in nested objects; None where it leads nowhere."""
    for part in path.split("."):
        if isinstance(fields, list) and part.isdigit() and int(part) < len(fields):
            fields = fields[int(part)]
        elif isinstance(fields, dict):
            fields = fields.get(part)
        else:
            return None
    return fields


def word(text: str) -> str:
    """Our word for a direction or an outcome."""
    plain = text.strip().lower().replace("-", " ").replace("_", " ")
    return WORDS.get(plain, plain.replace(" ", "_"))


def summary(hook: Webhook, call_id: str, details: dict[str, Any], *more: Fact) -> Reading:
    """A reading of one summary, without what it leaves open."""
    known = {name: value for name, value in details.items() if value not in (None, "", [])}
    return Reading(call_id, [Fact(what="told", at=_at(hook), summary=known), *more], hook.provider)


def _at(hook: Webhook) -> Any:
    return moment(hook.text("at", "time", "timestamp"), hook.options.zone) or hook.received_at


def _summary(hook: Webhook) -> dict[str, Any]:
    details: dict[str, Any] = {name: hook.text(name) for name in TEXTS}
    details |= {"from_": hook.text("from"), "to": hook.text("to"), "customer": hook.text("customer")}
    details |= {name: hook.seconds(name) for name in DURATIONS}
    details |= {name: hook.time(name) for name in TIMES}
    direction, kind = word(hook.text("direction") or hook.options.direction), word(hook.text("kind"))
    details["direction"] = direction if direction in ("inbound", "outbound", "internal") else ""
    details["kind"] = kind if kind in KINDS else ""
    event = word(hook.text("event"))
    outcome = word(hook.text("disposition")) or (event if event in DISPOSITIONS else "")
    details["disposition"] = outcome if outcome in DISPOSITIONS else ""
    details["status"] = STATES.get(event, "ended" if event in DISPOSITIONS or details["ended_at"] else "")
    for word_of, name in (("answered", "answered_at"), ("queued", "queued_at")):
        if event == word_of and not details[name]:
            details[name] = hook.time("at", "time", "timestamp")
    agents = hook.fields.get("agents") or hook.fields.get("agent") or []
    details["agents"] = [
        str(agent) for agent in (agents if isinstance(agents, list) else [agents]) if str(agent).strip()
    ]
    if hook.text("agent"):
        details["agent_ext"] = hook.text("agent")
    return {name: value for name, value in details.items() if value not in (None, "", [])}


def _files(hook: Webhook) -> list[Fact]:
    facts: list[Fact] = []
    for kind in ("recorded", "voicemail"):
        place = hook.text("recording" if kind == "recorded" else "voicemail")
        if place and place.lower() not in ("false", "0", "no"):
            file = "" if place.lower() in ("true", "1", "yes") else place
            facts.append(Fact(what="recorded" if kind == "recorded" else "voicemail", at=_at(hook), text=file))
    return facts

"""Twilio: status callbacks of calls, results of Dial and Enqueue, answering machine detection, recordings.

A call that Twilio "completed" was only answered by a script; people took it where Dial, a queue or a child call says so.
"""

from __future__ import annotations

from typing import Any

from channels.phone.calls.call_events import Fact, NotACall, Reading, iso
from channels.phone.switchboards.generic import summary
from channels.phone.web.webhook_request import Webhook, later

ENDS = {"completed": "", "busy": "busy", "failed": "failed", "no-answer": "no_answer", "canceled": "no_answer"}
DIALS = {"completed": "answered", "answered": "answered", "busy": "busy", "no-answer": "no_answer",
         "failed": "failed", "canceled": "no_answer"}  # fmt: skip
QUEUES = {"bridged": "answered", "bridging-in-process": "answered", "hangup": "abandoned", "redirected": "",
          "queue-full": "missed", "system-error": "missed", "error": "missed", "leave": "left_by_key"}  # fmt: skip


def read(hook: Webhook) -> list[Reading]:
    """One callback. Raises NotACall when it has no CallSid."""
    own, parent = hook.text("CallSid"), hook.text("ParentCallSid")
    if not own:
        raise NotACall("the callback has no CallSid")
    if parent:
        return [_child(hook, parent)]
    status, at = hook.text("CallStatus").lower(), hook.time("Timestamp", "timestamp")
    machine = "machine" if hook.text("AnsweredBy").lower().startswith(("machine", "fax")) else ""
    if not status and hook.text("AnsweredBy"):  # the detection's result has a callback of its own
        return [summary(hook, own, {"disposition": machine, "direction": "outbound"})]
    softphone = _softphone(hook.text("From", "Caller"))
    outgoing = hook.text("Direction").lower().startswith("outbound")
    details: dict[str, Any] = {
        "softphone": softphone,
        "by_program": hook.text("Direction").lower() == "outbound-api",
        "direction": "outbound" if outgoing else "inbound",
        "from_": "" if softphone else hook.text("From", "Caller"),
        "to": hook.text("To", "Called"),
        "name": hook.text("CallerName"),
        "queue": hook.text("QueueName", "Queue"),
        "queue_wait_s": hook.seconds("QueueTime"),
        "started_at": at if status in ("queued", "ringing") else None,
    }
    outcome = _outcome(hook, status, outgoing=outgoing)
    details["disposition"] = machine if machine and outcome == "answered" else outcome
    details["talk_s"] = hook.seconds("DialCallDuration")
    if status in ENDS:
        details |= {"status": "ended", "ended_at": at or later(_now(hook), 0.0)}
        duration = hook.seconds("CallDuration")
        if duration is not None and details["ended_at"]:
            details["started_at"] = later(details["ended_at"], -duration)
            if outgoing and outcome == "answered":
                details |= {"answered_at": details["started_at"], "talk_s": duration}
    return [summary(hook, own, details, *_files(hook))]


def _now(hook: Webhook) -> str | None:
    return iso(hook.received_at) if hook.received_at else None


def _outcome(hook: Webhook, status: str, *, outgoing: bool) -> str:
    if hook.text("DialCallStatus"):
        return DIALS.get(hook.text("DialCallStatus").lower(), "")
    if hook.text("QueueResult"):
        return QUEUES.get(hook.text("QueueResult").lower(), "")
    if outgoing and status in ("in-progress", "completed"):
        return "answered"
    return ENDS.get(status) or ("missed" if status in ENDS and not outgoing else "")


def _child(hook: Webhook, parent: str) -> Reading:
    """A line dialled for another: on a customer's call it is the agent's, on a softphone's the customer's."""
    status, at = hook.text("CallStatus").lower(), hook.time("Timestamp", "timestamp")
    to = hook.text("To", "Called")
    details: dict[str, Any] = {"child_to": to, "child_outcome": ENDS.get(status, "")}
    if status in ("in-progress", "answered") or (status == "completed" and hook.seconds("CallDuration")):
        details |= {"disposition": "answered", "child_agents": [_agent(to)]}
        if status == "completed":
            details |= {"parts_s": hook.seconds("CallDuration")}
            details["answered_at"] = later(at, -(hook.seconds("CallDuration") or 0))
        else:
            details |= {"answered_at": at, "status": "talking"}
    return summary(hook, parent, details, *_files(hook))


def _agent(to: str) -> str:
    """`client:ali` and `sip:101@pbx.example` -> `ali`, `101`."""
    scheme, colon, rest = to.partition(":")
    return rest.split("@")[0] if colon and scheme in ("client", "sip", "sips") else to


def _softphone(caller: str) -> str:
    """The agent who calls from a browser or a registered telephone; Twilio has such calls come in. "" for anybody else."""
    agent = _agent(caller)
    return agent if agent != caller and not agent.lstrip("+").isdigit() else ""


def _files(hook: Webhook) -> list[Fact]:
    url = hook.text("RecordingUrl")
    if not url or hook.text("RecordingStatus").lower() in ("failed", "absent", "in-progress"):
        return []
    message = hook.text("RecordingSource").lower() == "recordverb" or "transcriptiontext" in map(str.lower, hook.fields)
    return [Fact(what="voicemail" if message else "recorded", at=hook.received_at, text=url)]

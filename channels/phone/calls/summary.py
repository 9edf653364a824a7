"""A switchboard's call summary (CDR): fills what the events leave open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from channels.phone.calls.call_events import Fact
from channels.phone.calls.call_record import Record
from channels.phone.calls.phone_numbers import is_hidden, is_outside, number

STATUS = ("ringing", "queued", "talking", "ended")
RANK = ("no_answer", "missed", "failed", "busy", "abandoned", "left_by_key", "voicemail", "answered", "machine")
PEOPLE = ("agents", "child_agents")
NUMBERS = ("from_", "to", "customer")
TIMES = ("started_at", "queued_at", "answered_at", "ended_at")
SECONDS = ("queue_wait_s", "ring_s", "talk_s", "spoken_s")


def summarise(facts: Sequence[Fact]) -> dict[str, Any]:
    """What several summaries of one call come to: later words win, agents and talking times add up."""
    summary: dict[str, Any] = {}
    for fact in facts:
        for name, value in fact.summary.items():
            if value in (None, "", []):
                continue
            summary[name] = _joined(name, summary.get(name), value)
        if fact.end and fact.summary.get("billed") == "answered":
            summary["partner"] = fact.end
    return summary


def _joined(name: str, old: Any, new: Any) -> Any:
    if old is None:
        return list(new) if name in PEOPLE else new
    if name in PEOPLE:
        return [*old, *(item for item in new if item not in old)]
    if name == "parts_s":
        return old + new
    if name in ("disposition", "billed"):
        return max(old, new, key=_rank)
    if name == "status":
        return max(old, new, key=STATUS.index)
    if name in ("started_at", "queued_at", "answered_at"):
        return min(old, new)
    return max(old, new) if name == "ended_at" else new


def _rank(disposition: str) -> int:
    return RANK.index(disposition) if disposition in RANK else -1


def fill_from_summary(record: Record, summary: Mapping[str, Any], *, region: str, area: str) -> None:
    """Put a summary where the events said nothing."""
    plain = dict(summary)
    _billed(record, plain)
    _placed(plain)
    _children(plain)
    if plain.pop("kind", None) in ("survey", "click_to_call", "automatic") and record.kind == "customer":
        record.kind = str(summary["kind"])
    by_program = plain.pop("by_program", False)
    if plain.get("direction") == "inbound" and is_hidden(str(plain.get("from_") or "")):
        record.caller_hidden = True
    parts = plain.pop("parts_s", None)
    if parts is not None:
        plain.setdefault("talk_s", parts)
    for name in NUMBERS:
        if name in plain:
            plain[name] = number(str(plain[name]), region=region, area=area)
    for name in TIMES:
        if name in plain:
            plain[name] = datetime.fromisoformat(plain[name])
    for name, value in plain.items():
        if hasattr(record, name) and getattr(record, name) in (None, "", [], False, "ringing"):
            setattr(record, name, int(value + 0.5) if name in SECONDS else value)
    _complete(record, region)
    if by_program and record.kind == "customer" and record.direction == "outbound" and not record.agents:
        record.kind = "automatic"


def _complete(record: Record, region: str) -> None:
    """What follows from what is known."""
    if record.direction is None and (record.from_ or record.to):
        inside = record.to and not is_outside(record.to, region=region)
        record.direction = "inbound" if inside or not record.to else "outbound"
    if record.customer is None:
        record.customer = {"inbound": record.from_, "outbound": record.to}.get(record.direction or "")
    if record.agents and record.agent_ext is None:
        record.agent_ext = record.agents[0]
    if record.disposition == "answered":
        record.spoken_s = record.talk_s if record.spoken_s is None else record.spoken_s
        if record.answered_at is None:
            record.answered_at = _answered(record)
    elif record.answered_at is not None and record.disposition is None:
        record.disposition = "answered"
    if record.queued_at is None and record.queue_wait_s is not None:
        record.queued_at = _queued(record, record.queue_wait_s)
    elif record.queued_at is not None and record.queue_wait_s is None:
        left = record.answered_at or record.ended_at
        record.queue_wait_s = int((left - record.queued_at).total_seconds() + 0.5) if left else None
    if record.direction == "inbound" and record.disposition == "no_answer":
        record.disposition = "missed"
    if record.direction == "outbound" and record.disposition in ("missed", "abandoned"):
        record.disposition = "no_answer"


def _queued(record: Record, wait: int) -> datetime | None:
    """When a summary names no such time: what ended the waiting less the waiting, else the start."""
    left = record.answered_at or (record.ended_at if record.disposition == "abandoned" else None)
    return left - timedelta(seconds=wait) if left is not None else record.started_at


def _answered(record: Record) -> datetime | None:
    """When a summary names no such time: the end less the talking, else the start."""
    if record.ended_at is not None and record.talk_s is not None:
        return record.ended_at - timedelta(seconds=record.talk_s)
    return record.started_at


def _placed(plain: dict[str, Any]) -> None:
    """A line dialled out: the agent's in a call that came in, else the call itself."""
    placed = {name: plain.pop(f"placed_{name}", None) for name in ("from", "to", "outcome", "end")}
    if plain.get("direction") == "inbound":
        if plain.get("disposition") == "answered" and placed["to"]:
            plain.setdefault("agents", [placed["to"]])
    elif placed["to"]:
        plain |= {"direction": "outbound", "from_": placed["from"], "to": placed["to"]}
        if placed["end"]:
            plain |= {"status": "ended", "ended_at": placed["end"]}
        if placed["outcome"] and plain.get("disposition") not in ("answered", "machine"):
            plain["disposition"] = placed["outcome"]


def _children(plain: dict[str, Any]) -> None:
    """Lines dialled for another: the agents of a customer's call; the customer of an agent's, made by a softphone."""
    child = {name: plain.pop(f"child_{name}", None) for name in ("to", "agents", "outcome")}
    caller = plain.pop("softphone", None)
    if caller is None:
        if child["agents"]:
            plain["agents"] = _joined("agents", plain.get("agents"), child["agents"])
        return
    plain |= {
        "direction": "outbound",
        "agents": [caller],
        "from_": plain.get("to"),
        "to": child["to"] or plain.get("to"),
    }
    if child["outcome"] and plain.get("disposition") not in ("answered", "machine"):
        plain["disposition"] = child["outcome"]


def _billed(record: Record, plain: dict[str, Any]) -> None:
    """A call detail record alone: believed about an answer only where it names who was dialled."""
    billed, partner = plain.pop("billed", None), plain.pop("partner", None)
    if billed is None or record.disposition not in (None, "missed") or record.ended_at is None:
        return
    if billed == "answered" and partner and record.direction == "inbound" and record.answered_at is None:
        record.agents, record.agent_ext, record.disposition = [partner], partner, "answered"
    elif record.direction == "outbound" and record.disposition is None:
        record.disposition = billed

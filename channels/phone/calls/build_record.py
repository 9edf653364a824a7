"""The call record builder: one record from all events of a call, the same in whatever order they come. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from channels.phone.calls.call_events import Fact, Reading
from channels.phone.calls.call_record import Record
from channels.phone.calls.call_view import Call, covered, half_up, seconds
from channels.phone.calls.phone_numbers import is_hidden, is_outside, number
from channels.phone.calls.summary import fill_from_summary, summarise
from channels.phone.switchboards.asterisk_fields import NOWHERE

UNANSWERED = {"busy": "busy", "no_answer": "no_answer", "cancelled": "no_answer", "failed": "failed"}
ALIVE = ("opened", "seen", "dialled", "dial_ended", "queued", "left_queue", "connected", "completed", "hung_up")
BUSY_CAUSES, SILENT_CAUSES = {17}, {16, 18, 19, 31}  # of Q.850


def reduce(readings: Iterable[Reading], *, region: str = "IR", area: str = "") -> Record:
    """The record of the call these events are of. Raises ValueError when there are none."""
    known = list(readings)
    if not known:
        raise ValueError("no events")
    facts = {fact.order: fact for reading in known for fact in reading.facts}
    call = Call([facts[key] for key in sorted(facts)])
    record = Record(
        min((known_id.call_id for known_id in known), key=_age),
        provider=min(known_id.provider for known_id in known),
    )
    record.direction = _direction(call, region)
    _who(record, call, region, area)
    record.kind = _kind(record, call)
    _queue(record, call)
    _end(record, call)
    if record.direction == "outbound":
        _outgoing(record, call)
    else:
        _incoming(record, call)
    _files(record, call)
    record.disposition = _disposition(record, call)
    summary = summarise(call.of("told"))
    fill_from_summary(record, summary, region=region, area=area)
    if record.started_at is None:
        record.started_at = min((item.at for item in call.facts if item.at and item.what != "survey"), default=None)
    _status(record, call)
    return record


def _age(call_id: str) -> tuple[list[float], str]:
    """Ids of Asterisk hold the time and a count: the oldest names the call when two became one."""
    return [float(part) for part in re.findall(r"\d+", call_id)], call_id


def _direction(call: Call, region: str) -> str | None:
    outside = call.main_outside
    if call.placed:
        return "outbound"
    if outside:
        return "inbound"
    if outside is None:
        return "inbound" if call.of("queued", "connected", "completed") else None
    to = call.first.to if call.first else ""
    dials = is_outside(to, region=region) or any(leg.outside for leg in call.legs)
    return "outbound" if dials else "internal"


def _who(record: Record, call: Call, region: str, area: str) -> None:
    first = call.first
    opened = [*call.of("opened"), *call.of("seen")]
    if not call.placed and first is not None:
        callers = (number(ticket.number, region=region, area=area) for ticket in opened)
        record.from_ = next((caller for caller in callers if caller), None)
        hidden = record.from_ is None and any(is_hidden(ticket.number) for ticket in opened)
        record.caller_hidden = hidden and record.direction == "inbound"
        aims = (ticket.to for ticket in opened if ticket.to not in NOWHERE)
        record.to = next((number(aim, region=region, area=area) for aim in aims), None)
    record.name = next((ticket.name for ticket in opened if ticket.name), "") if record.direction == "inbound" else ""
    if record.direction == "inbound":
        record.customer = record.from_
    elif record.direction == "outbound":
        lines = [message for message in call.of("dialled", "dial_ended") if message.outside and message.number]
        dialled = (number(line.number, region=region, area=area) for line in lines)
        record.customer = next((item for item in dialled if item), None) or record.to


def _kind(record: Record, call: Call) -> str:
    """A call the switchboard places to the outside with no agent in it is the desk's own: a survey."""
    if record.direction != "outbound" or not call.placed or not call.main_outside:
        return "customer"
    return "customer" if any(leg.end for leg in call.legs) else "survey"


def _queue(record: Record, call: Call) -> None:
    joins, takers = call.of("queued"), call.of("connected", "completed")
    names = [item.queue for item in [*takers, *reversed(joins)] if item.queue]
    record.queue = names[0] if names else None
    if record.queue is None and not joins:
        return
    record.queued_at = min((item.at for item in joins if item.at), default=None)
    waits = [_wait(call, join, joins[index + 1 :]) for index, join in enumerate(joins)]
    known = [wait for wait in waits if wait is not None]
    if known:
        record.queue_wait_s = half_up(sum(known))
    elif not joins:
        values = [item.wait_s for item in [*takers, *call.of("left_queue")] if item.wait_s is not None]
        record.queue_wait_s = half_up(max(values)) if values else None


def _wait(call: Call, join: Fact, later: Sequence[Fact]) -> float | None:
    """Seconds from joining a queue until the caller was out of it, whichever way."""
    until = next((entry.at for entry in later if entry.at), None)
    if join.at is None:
        return None
    ends = [*call.of("connected", "left_queue", "hung_up", "over"), *call.answers]
    for end in sorted(ends, key=lambda each: each.order):
        if end.at is None or end.at < join.at or (end.what == "hung_up" and not end.main):
            continue
        if until is not None and end.at > until:
            break
        if end.queue in ("", join.queue):
            return (end.at - join.at).total_seconds()
    return None if until is None else (until - join.at).total_seconds()


def _end(record: Record, call: Call) -> None:
    record.started_at = min((message.at for message in call.of(*ALIVE) if message.at), default=None)
    record.ended_at = call.hung_up_at
    causes = [int(message.wait_s) for message in call.of("hung_up") if message.main and message.wait_s is not None]
    record.cause = causes[-1] if causes else None
    by = [message.status for message in call.of("completed", "hung_up") if message.status in ("caller", "agent")]
    record.hangup_by = by[-1] if by else None


def _incoming(record: Record, call: Call) -> None:
    spells = call.spells()
    if not spells:
        return
    record.agents = list(dict.fromkeys(end for end, _, _ in spells if end))
    record.agent_ext = record.agents[0] if record.agents else None
    takers = call.of("connected")
    record.answered_at = next((start for _, start, _ in spells if start), None) or _worked_out(call)
    ring_times = [taker.ring_s for taker in takers if taker.ring_s is not None]
    record.ring_s = half_up(ring_times[0]) if ring_times else _rang(call, call.answers[:1])
    if record.ended_at is not None or any(end for _, _, end in spells):
        talked = [message.talk_s for message in call.of("completed") if message.talk_s is not None]
        record.talk_s = covered(spells)
        if record.talk_s is None and talked:
            record.talk_s = half_up(sum(talked))
        record.spoken_s = record.talk_s


def _worked_out(call: Call) -> datetime | None:
    """When the event of the answer was lost: the end of the first talk tells, and so does the end of waiting."""
    left = [message.at for message in call.of("left_queue") if message.at]
    return left[0] if left else next((message.at for message in call.of("completed") if message.at), None)


def _rang(call: Call, answers: Sequence[Fact]) -> int | None:
    for answer in answers:
        began = [message.at for message in call.of("dialled") if message.leg == answer.leg and message.at]
        return seconds(began[0], answer.at) if began else None
    return None


def _customer_lines(call: Call) -> list[Fact]:
    """How dialling the customer went: the outside line, be it the first or one dialled for an agent."""
    if call.placed and call.main_outside:
        return [message for message in call.of("dial_ended") if message.main]
    return [leg for leg in call.legs if leg.what == "dial_ended" and (leg.outside or not leg.end)]


def _outgoing(record: Record, call: Call) -> None:
    record.agent_ext = call.main_end or next((leg.end for leg in call.legs if leg.end), None)
    answers = [line for line in _customer_lines(call) if line.status == "answered"]
    if not answers:
        return
    record.answered_at = answers[0].at
    gone = [message.at for message in call.of("hung_up") if message.leg == answers[0].leg and message.at]
    record.spoken_s = seconds(record.answered_at, gone[-1] if gone else record.ended_at)
    if not call.placed:  # dialled by hand: a person's own call, measured like one
        record.agents = [record.agent_ext] if record.agent_ext else []
        record.ring_s, record.talk_s = _rang(call, answers), record.spoken_s


def _files(record: Record, call: Call) -> None:
    recorded, messages, keys = call.of("recorded"), call.of("voicemail"), call.of("survey")
    record.recording, record.voicemail = bool(recorded), bool(messages)
    record.recording_file = next((item.text for item in recorded if item.text), None)
    record.voicemail_file = next((message.text for message in messages if message.text), None)
    if keys:
        record.survey = {"SurveyId": keys[-1].text, "Rate": keys[-1].status}


def _disposition(record: Record, call: Call) -> str | None:
    if record.answered_at is not None or record.agents:
        return "answered"
    if record.ended_at is None:
        return None
    if record.direction == "outbound":
        return _not_reached(record, call)
    if record.direction is None and not call.of("left_queue", "voicemail", "dial_ended"):
        return None
    if record.voicemail:
        return "voicemail"
    if any(message.status == "key" for message in call.of("left_queue")):
        return "left_by_key"
    if call.gave_up:
        return "abandoned"
    ways = {message.status for message in call.of("dial_ended")}
    return "busy" if ways == {"busy"} and not call.of("queued") else "missed"


def _not_reached(record: Record, call: Call) -> str | None:
    ends = [*_customer_lines(call), *(message for message in call.of("dial_ended") if message.main)]
    ways = [UNANSWERED[end.status] for end in ends if end.status in UNANSWERED]
    if ways:
        return (
            ways[0] if len(set(ways)) == 1 else next(item for item in ("busy", "no_answer", "failed") if item in ways)
        )
    if record.cause in BUSY_CAUSES:
        return "busy"
    return "no_answer" if record.cause in SILENT_CAUSES or record.cause is None else "failed"


def _status(record: Record, call: Call) -> None:
    waiting = call.of("queued") and record.queue_wait_s is None
    if record.ended_at is not None:
        record.status = "ended"
    elif record.status == "ringing" and (record.answered_at is not None or waiting):
        record.status = "talking" if record.answered_at is not None else "queued"

"""`sla due` and `sla replay`: JSON objects in, JSON objects out, by the functions the desk runs on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from helpdesk.errors import Invalid
from helpdesk.sla.calendar.calendars import Calendar, parse
from helpdesk.sla.engine.replay import Cycle, CycleTargets, Response, replay
from helpdesk.sla.engine.timeline_entries import entry, moment


def due(raw: Any) -> dict[str, Any]:
    """When minutes of working time are used up, and the spans that lead there. Raises `Invalid`."""
    asked = _object(raw)
    calendar, start = parse(asked.get("calendar")), moment(asked.get("start"), "start")
    result = calendar.due(start, _minutes(asked.get("minutes"), "minutes"))
    return {
        "due_at": written(result.due_at),
        "intervals": [[written(a), written(b)] for a, b in result.intervals],
        "warning": result.warning,
    }


def cycles(raw: Any) -> dict[str, Any]:
    """The cycles of a timeline with their clocks. Raises `Invalid`."""
    asked = _object(raw)
    entries = asked.get("entries")
    if not isinstance(entries, list):
        raise Invalid("entries: a list is needed", "entries")
    calendar, targets = parse(asked.get("calendar")), _targets(asked.get("policy"))
    now = moment(asked.get("now"), "now")
    replayed = replay(calendar, targets, now, [entry(item, number) for number, item in enumerate(entries)])
    return {"cycles": [cycle_record(item) for item in replayed], **_warning(calendar, replayed)}


def _warning(calendar: Calendar, cycles: list[Cycle]) -> dict[str, str]:
    dead = [c for c in cycles if calendar.next_opening(c.first_response.started_at) is None]
    return {"warning": calendar.due(dead[0].first_response.started_at, 1).warning or ""} if dead else {}


def cycle_record(cycle: Cycle) -> dict[str, Any]:
    """A cycle as the record the command prints, times written out."""
    resolution = cycle.resolution
    return {
        "start": cycle.start,
        "first_response": _response(cycle.first_response),
        "next_responses": [_response(next_response) for next_response in cycle.next_responses],
        "resolution": {
            "start": resolution.start,
            "due_at": written(resolution.due_at),
            "stopped_at": written(resolution.stopped_at),
            "working_minutes": _number(resolution.working_minutes),
            "met": resolution.met,
            "paused": [[written(a), written(b)] for a, b in resolution.paused],
        },
        "bot_first_response_at": written(cycle.bot_first_response_at),
    }


def _response(response: Response) -> dict[str, Any]:
    return {
        "start": response.start,
        "due_at": written(response.due_at),
        "stop": response.stop,
        "stopped_at": written(response.stopped_at),
        "person": response.person,
        "working_minutes": _number(response.working_minutes),
        "met": response.met,
        "not_counted": list(response.not_counted),
    }


def written(at: datetime | None) -> str | None:
    """A time in UTC, ending in Z."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _number(minutes: float) -> float:
    rounded = round(minutes, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def _object(raw: Any) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise Invalid("an object is needed")
    return raw


def _targets(raw: Any) -> CycleTargets:
    if raw is None:
        return CycleTargets()
    if not isinstance(raw, Mapping):
        raise Invalid("policy: an object is needed", "policy")
    named = {name: raw.get(name) for name in ("first_response", "next_response", "resolution")}
    return CycleTargets(**{k: None if v is None else _minutes(v, f"policy.{k}") for k, v in named.items()})


def _minutes(raw: Any, where: str) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not 0 <= raw <= 1e9:
        raise Invalid(f"{where}: {raw!r} is no number of minutes from 0", where)
    return raw

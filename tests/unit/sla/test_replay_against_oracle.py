"""SLA clocks against the oracle, on random timelines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.sla.calendar.calendars import parse
from helpdesk.sla.engine.replay import Cycle, CycleTargets, Response, replay
from helpdesk.sla.engine.timeline_entries import entry
from tests.unit.sla import due_oracle
from tests.unit.sla.replay_oracle import Line, Oracle

ZERO = datetime(2026, 11, 20, tzinfo=UTC)
SPAN = 25 * 1440
WEEK = {"sat": [["09:00", "12:00"], ["13:00", "18:00"]], "sun": [["20:00", "03:00"]], "mon": [["00:00", "24:00"]]}
RAW = {"tz": "Asia/Tehran", "week": WEEK | {"wed": [["08:00", "16:00"]]}, "holidays": ["2026-11-23"]}
CALENDAR, WORKING = parse(RAW), due_oracle.working_minutes(RAW, ZERO, SPAN)
POLICIES: list[dict[str, int | None]] = [
    {"first_response": 30, "next_response": 60, "resolution": 480},
    {"first_response": 1, "next_response": None, "resolution": 200},
    {"first_response": None, "next_response": 5, "resolution": None},
]


def timeline(random: Random) -> list[Line]:
    lines: list[Line] = []
    minute = random.randrange(1440)
    for n in range(random.randrange(1, 25)):
        minute += random.choice((0, 0, 1, 5, 30, random.randrange(300)))
        lines.append(
            {"id": f"e{n}", "at": (ZERO + timedelta(minutes=minute)).isoformat(), **what(random, lines, minute)}
        )
    return lines


def what(random: Random, lines: list[Line], minute: int) -> Line:
    kind = random.choices(
        ("customer", "agent", "robot", "delivery", "status", "call", "reopen", "nothing"), (8, 6, 4, 4, 5, 3, 2, 2)
    )[0]
    odd = random.random() < 0.15
    if kind == "customer":
        return {"kind": "message", "author": "customer", "automatic": odd, "thanks": random.random() < 0.1}
    if kind == "agent":
        return {"kind": "message", "author": "agent", "public": not odd, "person": random.choice(("sara", "reza"))}
    if kind == "robot":
        return {"kind": "message", "author": random.choice(("bot", "automation", "survey", "system", "import"))}
    messages = [x["id"] for x in lines if x["kind"] == "message"]
    if kind == "delivery" and messages:
        state = random.choice(("sent", "failed", "failed", "uncertain"))
        return {"kind": "delivery", "author": "system", "of": random.choice(messages), "state": state}
    if kind == "status":
        return {"kind": "status", "author": "agent", "to": random.choice(("open", "waiting", "on_hold", "resolved"))}
    if kind == "call":
        answered = (ZERO + timedelta(minutes=minute + random.randrange(3))).isoformat()
        return {
            "kind": "call",
            "author": random.choice(("agent", "customer", "import", "bot")),
            "direction": random.choice(("incoming", "outgoing")),
            "disposition": random.choice(("answered", "missed", "voicemail")),
            "answered_at": answered,
        }
    if kind == "reopen":
        return {"kind": "reopen", "author": "system"}
    return {"kind": random.choice(("note", "reaction", "survey_answer", "something new")), "author": "agent"}


def minute(at: datetime | None) -> int | None:
    return None if at is None else int((at - ZERO).total_seconds() // 60)


def as_dict(response: Response) -> dict[str, Any]:
    return {
        "start": response.start,
        "stop": response.stop,
        "stopped": minute(response.stopped_at),
        "used": response.working_minutes,
        "due": response.due_at,
        "met": response.met,
        "others": list(response.not_counted),
    }


def as_oracle(cycle: Cycle) -> dict[str, Any]:
    r = cycle.resolution
    pauses: list[tuple[int | None, int | None]] = []
    for a, b in ((minute(a), minute(b)) for a, b in r.paused):
        touches = bool(pauses) and pauses[-1][1] == a  # paused and resumed within the same minute
        pauses[-1:] = [(pauses[-1][0], b)] if touches else [*pauses[-1:], (a, b)]
    return {
        "start": cycle.start,
        "responses": [as_dict(cycle.first_response), *map(as_dict, cycle.next_responses)],
        "resolution": (minute(r.stopped_at), r.working_minutes, r.due_at, r.met, pauses),
        "robot": minute(cycle.bot_first_response_at),
    }


def agree(random: Random) -> int:
    lines, policy = timeline(random), random.choice(POLICIES)
    now = datetime.fromisoformat(lines[-1]["at"]) + timedelta(minutes=random.randrange(1000))
    entries = [entry(one, n) for n, one in enumerate(lines)]
    found = [as_oracle(c) for c in replay(CALENDAR, CycleTargets(**policy), now, entries)]
    assert found == Oracle(lines, WORKING, ZERO, now).cycles(policy), lines
    return len(found)


def test_clocks_match_the_oracle_on_a_thousand_random_timelines() -> None:
    random = Random(14050902)
    counts = [agree(random) for _ in range(1000)]
    assert max(counts) >= 3, "reopened tickets have to be among them"


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_clocks_match_the_oracle_for_generated_timelines(random: Random) -> None:
    agree(random)

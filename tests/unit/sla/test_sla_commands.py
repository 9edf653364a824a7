"""`run.py sla due` and `sla replay`: output and error lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from helpdesk.cli.inspect.sla import app, sla_due, sla_replay

CALENDAR = {"tz": "Asia/Tehran", "week": {"sat": [["08:00", "24:00"]], "thu": [["08:00", "24:00"]]}, "extra": 1}
ASK = {"calendar": CALENDAR, "start": "2026-11-26T23:50:00+03:30", "minutes": 30}


def lines(*asked: Any) -> list[bytes]:
    return [one if isinstance(one, bytes) else json.dumps(one).encode() + b"\n" for one in asked]


def test_a_due_time_is_printed_with_its_intervals_in_utc() -> None:
    (found,) = sla_due(lines(ASK))
    assert found == {
        "due_at": "2026-11-28T04:50:00Z",
        "intervals": [
            ["2026-11-26T20:20:00Z", "2026-11-26T20:30:00Z"],
            ["2026-11-28T04:30:00Z", "2026-11-28T04:50:00Z"],
        ],
        "warning": None,
    }


def test_a_bad_line_gets_an_error_and_the_others_are_answered() -> None:
    bad: list[Any] = [b"{\n", b"\xff\n", b"[]\n", {}, ASK | {"minutes": "x"}, ASK | {"start": "2026-11-26T23:50"}]
    found = list(sla_due(lines(ASK, *bad, b"\n", ASK)))
    assert [one.get("line") for one in found] == [None, 2, 3, 4, 5, 6, 7, None]
    assert "offset" in found[6]["error"]
    assert found[-1] == found[0]


def test_a_calendar_without_working_time_gives_a_warning() -> None:
    (found,) = sla_due(lines(ASK | {"calendar": {"tz": "UTC", "week": {}}}))
    assert found["due_at"] is None
    assert "400 days" in found["warning"]


def test_a_timeline_is_replayed_with_every_field_of_the_record() -> None:
    entries = [
        {"id": "m1", "at": "2026-11-28T08:00:00+03:30", "kind": "message", "author": "customer"},
        {"id": "b1", "at": "2026-11-28T08:01:00+03:30", "kind": "message", "author": "bot"},
        {"id": "m2", "at": "2026-11-28T08:10:30+03:30", "kind": "message", "author": "agent", "person": "sara"},
        {"at": "2026-11-28T08:20:00+03:30", "kind": "status", "to": "waiting", "author": "agent"},
    ]
    asked = {"calendar": CALENDAR, "policy": {"first_response": 30}, "now": "2026-11-28T09:00:00+03:30"}
    (found,) = sla_replay(lines(asked | {"entries": entries}))
    first: dict[str, Any] = {
        "start": "m1",
        "due_at": "2026-11-28T05:00:00Z",
        "stop": "m2",
        "stopped_at": "2026-11-28T04:40:30Z",
    }
    first |= {"person": "sara", "working_minutes": 10.5, "met": True, "not_counted": ["b1"]}
    resolution: dict[str, Any] = {"start": "m1", "due_at": None, "stopped_at": None, "working_minutes": 20, "met": None}
    resolution |= {"paused": [["2026-11-28T04:50:00Z", "2026-11-28T05:30:00Z"]]}
    cycle = {"start": "m1", "first_response": first, "next_responses": [], "resolution": resolution}
    assert found == {"cycles": [cycle | {"bot_first_response_at": "2026-11-28T04:31:00Z"}]}


def test_invalid_entries_are_reported() -> None:
    base = {"calendar": CALENDAR, "now": "2026-11-28T05:30:00Z"}
    bad: list[Any] = [
        {},
        {"kind": "message", "at": "2026-11-28T05:30:00Z", "author": "customer"},
        {"kind": "message", "at": "2026-11-28T05:30:00Z", "author": "robot", "id": 1},
        {"kind": "status", "at": "2026-11-28T05:30:00Z", "to": "sleeping"},
        {"kind": "delivery", "at": "2026-11-28T05:30:00Z", "of": 1, "state": "lost"},
        {"kind": "delivery", "at": "2026-11-28T05:30:00Z", "state": "sent"},
        {"kind": "call", "at": "2026-11-28T05:30:00Z", "id": 1, "author": "agent"},
        {"kind": "note", "at": "yesterday"},
        7,
    ]
    for found in sla_replay(lines(*({**base, "entries": [one]} for one in bad))):
        assert found["error"].startswith("entries[0]"), found
    errors = [one["error"] for one in sla_replay(lines(base, base | {"entries": [], "policy": [1]}, 3))]
    assert ["entries" in errors[0], "policy" in errors[1], "object" in errors[2]] == [True, True, True]


def test_the_command_prints_one_line_each_and_exits_1_after_an_error(tmp_path: Path) -> None:
    file = tmp_path / "asked.jsonl"
    file.write_bytes(b"".join(lines(ASK, b"oops\n", ASK)))
    run = CliRunner().invoke(app, ["due", str(file)])
    assert run.exit_code == 1
    assert [("error" in json.loads(one)) for one in run.stdout.splitlines()] == [False, True, False]
    file.write_bytes(b"".join(lines(ASK)))
    assert CliRunner().invoke(app, ["due", str(file)]).exit_code == 0
    assert len(CliRunner().invoke(app, ["due", "--pretty", str(file)]).stdout.splitlines()) > 5
    assert CliRunner().invoke(app, ["due", str(tmp_path / "none.jsonl")]).exit_code == 2

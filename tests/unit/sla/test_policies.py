"""SLA policies: defaults, conditions, priorities, holidays, queue targets, validation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpdesk.errors import Invalid
from helpdesk.sla.calendar.default_calendar import default_calendar
from helpdesk.sla.policies import load, read
from helpdesk.sla.targets import PolicyFacts

SHIPPED = Path(__file__).parents[3] / "config" / "sla.toml"


def test_the_shipped_file_equals_the_defaults() -> None:
    shipped, built_in = load(SHIPPED, range(2026, 2028)), read({}, range(2026, 2028))
    for kind in ("first_response", "next_response", "resolution"):
        ours = shipped.policies.match(PolicyFacts("email")).minutes(kind, "normal")
        assert ours == built_in.policies.match(PolicyFacts("email")).minutes(kind, "normal")
    assert shipped.calendars["written"] == default_calendar("written", range(2026, 2028))
    assert shipped.calendars["phone"] == default_calendar("phone", range(2026, 2028))


def test_the_first_matching_policy_wins() -> None:
    tables = [
        {"name": "late", "order": 9, "first_response": 5},
        {"name": "persian mail", "order": 1, "when": {"language": "fa", "channel": ["email"]}, "first_response": 10},
        {"name": "angry", "order": 2, "when": {"tag": ["angry", "lawyer"]}, "resolution": False},
    ]
    policies = read({"policy": tables}, ()).policies
    assert policies.match(PolicyFacts("email", language="fa")).name == "persian mail"
    assert policies.match(PolicyFacts("telegram", language="fa")).name == "late"
    angry = policies.match(PolicyFacts("telegram", tags=frozenset({"angry", "new"})))
    assert angry.name == "angry"
    assert angry.minutes("resolution", "normal") is None
    assert angry.minutes("first_response", "normal") == 30


def test_a_priority_changes_only_the_targets_it_names() -> None:
    policy = read({"policy": [{"name": "x", "next_response": 90, "urgent": {"first_response": 5}}]}, ()).policies
    found = policy.match(PolicyFacts("email"))
    assert [found.minutes(k, "urgent") for k in ("first_response", "next_response", "resolution")] == [5, 90, 480]
    assert found.minutes("first_response", "no such priority") == 30


def test_the_policy_label_changes_with_its_targets() -> None:
    one, other = (read({"policy": [{"name": "x", "resolution": n}]}, ()).policies.policies[0] for n in (60, 61))
    assert one.label != other.label
    assert one.label.startswith("x@")


def test_own_holidays_are_added_and_working_holidays_taken_out() -> None:
    raw = {"tz": "Asia/Tehran", "own_holidays": ["2026-12-24"], "working_holidays": ["2026-03-21"]}
    days = {d.isoformat() for d in read({"calendar": {"phone": raw}}, [2026]).calendars["phone"].holidays}
    assert "2026-12-24" in days
    assert "2026-03-22" in days
    assert "2026-03-21" not in days


@pytest.mark.parametrize(
    "raw",
    [
        {"policy": {"name": "x"}},
        {"policy": [{"first_response": 3}]},
        {"policy": [{"name": "x", "firstresponse": 3}]},
        {"policy": [{"name": "x", "first_response": 0}]},
        {"policy": [{"name": "x", "first_response": True}]},
        {"policy": [{"name": "x", "warn_at": 75}]},
        {"policy": [{"name": "x", "order": "first"}]},
        {"policy": [{"name": "x", "urgent": 3}]},
        {"policy": [{"name": "x", "when": {"colour": "red"}}]},
        {"calendar": {"fax": {}}},
        {"calendar": {"phone": {"tz": "Nowhere"}}},
        {"calendar": {"phone": 3}},
    ],
)
def test_an_invalid_policy_setting_is_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=r"policy|calendar"):
        read(raw, ())


def test_an_invalid_toml_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "sla.toml"
    path.write_text("[[policy]\n")
    with pytest.raises(Invalid, match=r"sla\.toml"):
        load(path)
    with pytest.raises(Invalid, match=r"missing\.toml"):
        load(tmp_path / "missing.toml")


def test_the_queue_has_a_target_in_seconds_by_priority_and_none_when_it_is_false():
    raw = {"policy": [{"name": "p", "queue_wait": 20, "urgent": {"queue_wait": 10}, "low": {"queue_wait": False}}]}
    policy = read(raw).policies.match(PolicyFacts("phone"))
    assert [policy.wait_seconds(one) for one in ("low", "normal", "high", "urgent", "unknown")] == [
        None,
        20,
        20,
        10,
        20,
    ]
    assert read({}).policies.match(PolicyFacts("phone")).wait_seconds("normal") == 60
    changed = read({"policy": [{"name": "p", "queue_wait": 21}]}).policies.match(PolicyFacts("phone"))
    assert changed.label != policy.label


@pytest.mark.parametrize("wrong", [0, -1, 1.5, "20", True])
def test_an_invalid_queue_target_is_refused(wrong):
    with pytest.raises(Invalid, match="queue_wait is a number of seconds"):
        read({"policy": [{"name": "p", "queue_wait": wrong}]})

"""Every update of channels/telegram/samples becomes what its expectation says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from channels.telegram.describe import describe

SAMPLES = Path(__file__).parents[4] / "channels" / "telegram" / "samples"
UPDATES = sorted(SAMPLES.glob("*.update.json"))


def told(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "author": entry["from"]["address"], "album": entry["details"].get("album")}


def test_there_are_samples() -> None:
    assert len(UPDATES) >= 40


@pytest.mark.parametrize("path", UPDATES, ids=lambda path: path.name.partition(".")[0])
def test_a_sample_is_understood(path: Path) -> None:
    expected = json.loads(path.with_name(path.name.replace(".update.", ".expected.")).read_text("utf-8"))
    said = describe(path.read_bytes())
    assert len(said["entries"]) == len(expected)
    for entry, wanted in zip(said["entries"], expected, strict=True):
        got = told(entry)
        details = wanted.pop("details", {})
        assert {name: got[name] for name in wanted} == wanted
        assert {name: got["details"].get(name) for name in details} == details


def test_what_we_sent_ourselves_is_ignored_and_says_why() -> None:
    echo = {
        "update_id": 1,
        "business_message": {
            "message_id": 1,
            "date": 1,
            "chat": {"id": 5},
            "sender_business_bot": {"id": 9},
            "text": "x",
        },
    }
    said = describe(json.dumps(echo).encode())
    assert (said["entries"], said["ignored"]) == ([], "own message sent through the business connection")

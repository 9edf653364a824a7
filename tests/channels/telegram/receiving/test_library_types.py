"""Our readers against python-telegram-bot's types; a newer library shows here what is missing."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import telegram

from channels.telegram import normalise
from channels.telegram.describe import describe
from channels.telegram.updates import content, membership_events, message_updates

SAMPLES = Path(__file__).parents[4] / "channels" / "telegram" / "samples"
OLDER = {"poll", "poll-answer", "poll-closed"}  # as Telegram sent polls before its options had lasting ids


def test_every_kind_of_update_the_library_knows_has_a_reader() -> None:
    readers = {
        *normalise.MESSAGES, *normalise.EDITS, normalise.CALLBACK, normalise.REACTION, "message_reaction_count",
        *membership_events._READERS,
    }  # fmt: skip
    assert set(map(str, telegram.Update.ALL_TYPES)) - readers == set()


def test_every_field_of_a_message_the_library_knows_is_content_or_context() -> None:
    fields = {name.replace("from_user", "from") for name in inspect.signature(telegram.Message).parameters}
    assert fields - {"api_kwargs"} - content.ABOUT - message_updates._SEEN == set()


def test_whoever_looks_at_an_update_sees_whether_the_library_refuses_it() -> None:
    refused = set()
    for path in SAMPLES.glob("*.update.json"):
        if "refused_by_library" in describe(path.read_bytes()):
            refused.add(path.name.removesuffix(".update.json"))
    assert refused == OLDER
    assert (
        "TypeError"
        in describe(json.dumps({"update_id": 1, "message": {"date": "soon"}}).encode())["refused_by_library"]
    )

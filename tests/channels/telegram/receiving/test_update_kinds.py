"""Every kind of update becomes an entry or says why not: nothing raises, nothing is dropped."""

from __future__ import annotations

import functools
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from channels.contract import Inbound, Unreadable
from channels.telegram.describe import describe
from channels.telegram.normalise import fingerprint, normalise, order_key, understand
from channels.telegram.updates.update_context import UpdateContext

SHARED = Path(__file__).resolve().parents[5] / "shared" / "testdata" / "telegram"
if not SHARED.is_dir() and os.environ.get("CI"):
    raise RuntimeError("the sample updates are missing")
needs_samples = pytest.mark.skipif(
    not SHARED.is_dir(), reason="../shared is not at hand: its sample updates of Telegram are left out"
)
ABOUT = UpdateContext("shop", "1", b"secret")
ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**70,
    1e308,
    1.5,
    "",
    "سلام",
    "\ud800",
    "\x00",
    [],
    [[]],
    [None, 3, {}],
    {},
    {"text": []},
)


@functools.cache
def types() -> dict[str, Any]:
    return json.loads((SHARED / "schema" / "api.json").read_text("utf-8"))["types"]  # type: ignore[no-any-return]


class Maker:
    """Makes values after the description of the Bot API; `odd` of a hundred fields hold something else."""

    def __init__(self, seed: int, odd: int) -> None:
        self.types, self.random, self.odd = types(), random.Random(seed), odd

    def value(self, names: list[str], depth: int) -> Any:
        name = self.random.choice(names)
        if self.random.randrange(100) < self.odd:
            return self.random.choice(ODD)
        if name.startswith("Array of "):
            count = self.random.randrange(3) if depth else 0
            return [self.value([name.removeprefix("Array of ")], depth - 1) for _ in range(count)]
        simple = {
            "Integer": self.random.randrange(-5, 2_000_000_000),
            "String": self.random.choice(("سلام", "hello 😀", "x")),
            "Boolean": self.random.random() < 0.5,
            "True": True,
            "Float": self.random.uniform(-90, 90),
        }
        if name in simple:
            return simple[name]
        return self.object(name, depth - 1)

    def object(self, name: str, depth: int) -> Any:
        kind = self.types.get(name)
        if kind is None:
            return {}
        if kind.get("subtypes"):
            return self.object(self.random.choice(kind["subtypes"]), depth) if depth > 0 else "x"
        chance = 0.3 if depth > 1 else 0.0
        return {
            field["name"]: self.value(field["types"], depth)
            for field in kind.get("fields", [])
            if (field["required"] and depth > -3) or self.random.random() < chance
        }


def check(update: dict[str, Any]) -> list[Inbound]:
    found = understand(update, ABOUT)
    assert found.things or found.ignored
    raw = json.dumps(update).encode()
    assert isinstance(order_key(raw), str)
    json.dumps(describe(raw), ensure_ascii=False).encode("utf-8")
    for one in found.things:
        assert one.author is not None
        assert one.author.address.startswith("telegram:shop:")
        assert one.external_id
        assert one.thread.conversation
        assert one.text or one.attachments
    return list(found.things)


@needs_samples
@pytest.mark.parametrize("seed", range(5))
def test_every_kind_of_update_of_the_bot_api_makes_a_visible_entry(seed: int) -> None:
    maker = Maker(seed, odd=0)
    for field in maker.types["Update"]["fields"][1:]:
        for _ in range(10):
            for one in check({"update_id": 5, field["name"]: maker.value(field["types"], 4)}):
                assert "unsupported" not in one.text or "message" in field["name"] or "post" in field["name"]


@needs_samples
def test_every_content_of_a_message_is_known() -> None:
    from channels.telegram.updates.content import ABOUT as BESIDE

    maker = Maker(1, odd=0)
    message = {field["name"]: field for field in maker.types["Message"]["fields"]}
    for name in message.keys() - BESIDE - {"caption"}:
        base = {
            "message_id": 3,
            "date": 1795300000,
            "chat": {"id": 7, "type": "private"},
            "from": {"id": 7, "first_name": "S"},
        }
        content = maker.object(message[name]["types"][0], 4) if message[name]["types"][0] in maker.types else None
        value = content if content is not None else maker.value(message[name]["types"], 4)
        [one] = check({"update_id": 5, "message": {**base, name: value}})
        assert one.details.get("content") == name or one.details.get("event") in (name, "unsupported"), name
        assert "unknown_fields" not in one.details


@needs_samples
def test_no_field_beside_the_content_changes_what_a_message_is() -> None:
    maker = Maker(2, odd=0)
    person = {"id": 7, "is_bot": False, "first_name": "سارا"}
    base = {"message_id": 3, "date": 1795300000, "chat": {"id": 7, "type": "private"}, "from": person, "text": "سلام"}
    for field in maker.types["Message"]["fields"]:
        name = field["name"]
        if name in base or name in ("sender_business_bot", "migrate_from_chat_id", "rich_message"):
            continue
        value = maker.value(field["types"], 4) if name != "business_connection_id" else "bc1"
        for kind in ("message", "edited_message"):
            [one] = check({"update_id": 5, kind: {**base, name: value}})
            where = "7@bc1" if name == "business_connection_id" else "7"
            assert one.kind == ("edit" if kind == "edited_message" else "message"), name
            assert one.text == "سلام", name
            assert (one.target or one.external_id) == f"shop:{where}:3", name
            assert (one.thread.conversation or "").startswith(where), name


@pytest.mark.parametrize(
    ("content", "text", "kind", "files"),
    [
        ({"hologram": {"depth": 3}}, "unsupported: hologram", "note", []),
        ({"hologram": {"depth": 3}, "caption": "see?"}, "unsupported: hologram\nsee?", "message", []),
        ({"hologram": {"file_id": "H", "mime_type": "model/gltf", "file_name": "a.glb"}}, "unsupported: hologram", "note", ["a.glb"]),
        ({"caption": "only words"}, "only words", "message", []),
    ],
)  # fmt: skip
def test_content_never_seen_says_so_and_keeps_its_words_and_files(content, text, kind, files) -> None:
    base = {
        "message_id": 3,
        "date": 1795300000,
        "chat": {"id": 7, "type": "private"},
        "from": {"id": 7, "first_name": "S"},
    }
    [one] = check({"update_id": 5, "message": {**base, **content}})
    assert (one.text, one.kind, [file.name for file in one.attachments]) == (text, kind, files)


@needs_samples
@pytest.mark.parametrize("seed", range(5))
def test_fields_of_any_other_kind_lose_nothing(seed: int) -> None:
    maker = Maker(100 + seed, odd=15)
    for field in maker.types["Update"]["fields"][1:]:
        for _ in range(10):
            made = {"update_id": maker.random.choice((7, *ODD)), field["name"]: maker.value(field["types"], 4)}
            found = understand(made, ABOUT)
            assert found.things or found.ignored
            try:
                raw = json.dumps(made).encode()
                json.dumps(describe(raw)).encode()
            except UnicodeEncodeError:  # pragma: no cover
                raise AssertionError(made) from None


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(
        some.sampled_from(
            ("message", "edited_message", "callback_query", "chat", "from", "id", "text", "date", "photo", "poll", "type",
             "message_id", "reply_to_message", "entities", "new_reaction", "sticker", "location", "_pasokh", "data")
        ) | some.text(max_size=8), inner, max_size=6,
    ),
    max_leaves=30,
)  # fmt: skip


@given(JSON)
@settings(max_examples=200, deadline=None)
def test_any_json_is_understood_or_refused_in_words(value: Any) -> None:
    raw = json.dumps(value).encode()
    order_key(raw)
    if isinstance(value, dict):
        assert normalise(raw, ABOUT) or understand(value, ABOUT).ignored
        json.dumps(describe(raw), ensure_ascii=False).encode("utf-8")
    else:
        with pytest.raises(Unreadable):
            normalise(raw, ABOUT)


@given(some.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_refused_in_words(raw: bytes) -> None:
    order_key(raw)
    try:
        normalise(raw, ABOUT)
    except Unreadable as error:
        assert str(error)


def test_a_bottomless_update_is_refused_in_words() -> None:
    with pytest.raises(Unreadable):
        normalise(b'{"a":' * 100_000, ABOUT)


@needs_samples
@pytest.mark.parametrize("path", sorted((SHARED / "updates").glob("*.json")), ids=lambda path: path.stem)
def test_the_sample_updates_are_shown(path: Path) -> None:
    said = describe(path.read_bytes())
    assert said["entries"] or said["ignored"]


def test_an_update_told_again_is_the_same_and_another_one_with_its_number_is_not():
    def update(**more):
        message = {
            "message_id": 5, "date": 1, "chat": {"id": 7, "first_name": "Sara"}, "from": {"id": 7, "first_name": "Sara"},
            "text": "hello", **more,
        }  # fmt: skip
        return json.dumps({"update_id": 9, "message": message}).encode()

    same = fingerprint(update())
    assert same is not None
    assert fingerprint(update(chat={"id": 7, "first_name": "S."}, photo=[{"file_id": "new"}])) == same
    for more in ({"text": "bye"}, {"message_id": 6}, {"date": 2}, {"chat": {"id": 8}}):
        assert fingerprint(update(**more)) != same
    assert fingerprint(b"[]") is None

"""The contract tests, one body for every channel found; and that a folder is enough to be one."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path

import pytest

from channels import contract, registry
from channels.contract import Address, Inbound, Outbound
from helpdesk.cli.new_channel import new_channel
from tests.support.desk.desk_story import story
from tests.support.desk.memory_channel import MemoryChannel, letter

FOUND = registry.find()
NEEDED = ("receive", "send", "attachments", "threads", "edits", "retries", "survey")


@pytest.fixture(params=[*sorted(FOUND), "memory"])
def kind(request) -> type[contract.Channel]:
    """Every channel of the folder, and the twin in memory."""
    return {**FOUND, "memory": MemoryChannel}[request.param]


def test_the_desk_finds_email():
    assert "email" in FOUND


def test_a_channel_has_a_name_labels_in_both_languages_and_an_icon(kind):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", kind.name)
    assert set(kind.label) >= {"fa", "en"}
    assert kind.icon
    assert kind.kind in ("written", "phone")
    assert isinstance(kind.can, contract.Capabilities)


def test_its_settings_are_switched_off_by_default_and_work_empty(kind):
    assert kind.Settings().enabled is False


@pytest.mark.parametrize("raw", [b"", b"\x00", b"{}", b"[]", b"null", b"\xff\xfe\x00", b"From: \r\n\r\n", b"a" * 5000])
def test_raw_bytes_of_any_kind_are_understood_or_refused_as_unreadable(kind, raw):
    channel = kind(kind.Settings()) if kind is not MemoryChannel else MemoryChannel()
    try:
        made = channel.normalise("main", raw)
    except contract.Unreadable as error:
        assert str(error)
    except (KeyError, AttributeError, TypeError):
        assert kind is MemoryChannel, "only the twin of the tests may stumble over what it was not given"
    else:
        many = made if isinstance(made, list) else [made]
        assert all(one is None or isinstance(one, Inbound) for one in many)


def test_a_remote_id_is_stable_and_differs_between_entries(kind):
    channel = kind(kind.Settings()) if kind is not MemoryChannel else MemoryChannel()

    def outbound(token: str) -> Outbound:
        return Outbound(token=token, kind="message", account="main", to=Address(f"{kind.name}:a@b.example"), text="x")

    try:
        first, again, other = (channel.remote_id(outbound(token)) for token in ("aaaaaaaa", "aaaaaaaa", "bbbbbbbb"))
    except KeyError:
        return  # an account that is not configured
    assert first == again
    assert first is None or first != other


def test_a_channel_can_do_what_its_class_overrides():
    made = {name: FOUND[name](FOUND[name].Settings()) for name in ("email", "phone", "telegram", "webchat")}
    assert {name: (one.can_edit, one.can_react, one.can_ring) for name, one in made.items()} == {
        "email": (False, False, False),
        "phone": (False, False, False),  # no switchboard is set that could be asked to call
        "telegram": (True, True, False),
        "webchat": (True, False, False),
    }


async def test_what_a_channel_cannot_do_is_refused_for_good(kind):
    channel = kind(kind.Settings()) if kind is not MemoryChannel else MemoryChannel()
    tries = {
        "edit": (channel.can_edit, ("main", "x", "y")),
        "withdraw": (channel.can_edit, ("main", "x")),
        "react": (channel.can_react, ("main", "x", "👍")),
        "ring": (channel.can_ring, ("+989121234567",)),
    }
    for verb, (possible, given) in tries.items():
        if not possible:
            with pytest.raises(contract.DeliveryError) as refused:
                await getattr(channel, verb)(*given)
            assert refused.value.permanent


def test_every_channel_has_a_readme_with_the_table(kind):
    if kind is MemoryChannel:
        return
    words = (registry.HERE / kind.name / "README.md").read_text("utf-8").lower()
    rows = [line.split("|")[1].strip() for line in words.splitlines() if line.count("|") >= 4]
    assert not [one for one in NEEDED if not any(row.startswith(one) for row in rows)]


async def test_a_folder_is_enough_to_be_a_channel(tmp_path, database, monkeypatch):
    folder = tmp_path / "more"
    folder.mkdir()
    new_channel("pigeon", folder)
    monkeypatch.setattr(sys, "path", [*sys.path])
    kind = registry.find(folder)["pigeon"]
    desk = story(database, tmp_path)
    pigeon = kind(kind.Settings(enabled=True))
    desk.app.context.channels["pigeon"] = pigeon
    raw = (folder / "pigeon" / "samples" / "hello.json").read_bytes()
    await desk.app.desk_for("pigeon").accept("main", "1", raw, order_key="")
    number = await desk.work()
    ticket = await desk.ticket(number)
    assert (ticket.channel, ticket.address, ticket.snippet) == ("pigeon", "pigeon:somebody", "Hello")
    sys.modules.pop("pigeon.channel", None)
    sys.modules.pop("pigeon", None)


async def test_many_messages_at_once_are_each_taken_once(tmp_path, database):
    desk = story(database, tmp_path)
    door = desk.app.desk_for("memory")
    raws = [letter(f"message {n}", sender=f"c{n % 7}@customers.example", id=f"m{n}") for n in range(60)]
    names = [json.loads(raw)["id"] for raw in raws]
    fresh = await asyncio.gather(
        *(
            door.accept("main", name, raw, order_key=desk.channel.order_key(raw))
            for name, raw in [*zip(names, raws, strict=True)] * 2
        )
    )
    assert sum(fresh) == 60
    await desk.work()
    texts = []
    for number in range(1, 61):
        texts += [line.text for line in await desk.timeline(number) if line.kind == "message"]
    assert sorted(texts) == sorted(f"message {n}" for n in range(60))


def test_the_registry_names_a_folder_that_is_no_channel(tmp_path: Path):
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong" / "channel.py").write_text("Channel = int\n")
    with pytest.raises(TypeError, match="channels/wrong/channel.py"):
        registry.find(tmp_path)
    sys.modules.pop("wrong.channel", None)
    sys.modules.pop("wrong", None)

"""Slow peers, and a desk that fails in between: nothing acknowledged is lost, nobody else waits."""

from __future__ import annotations

import asyncio
from typing import Any

from channels.webchat.chat.chat_log import ChatLog
from channels.webchat.wire import sockets
from tests.support.webchat.chat_client import OpenChat


async def test_a_client_that_reads_nothing_is_dropped_and_slows_nobody(chat: OpenChat):
    slow, quick = chat.client(), chat.client()
    welcome = await slow.connect()
    quick.token = slow.token
    await quick.connect()
    one = chat.channel.chat().connections[welcome["sid"]]
    for n in range(200):
        one.put({"t": "typing", "on": True, "name": f"{n}"})
    assert (await quick.says("I am quick"))["t"] == "ack"
    assert await slow.closed() == 4408


async def test_a_peer_that_stops_reading_is_cut_off_while_the_others_go_on(chat: OpenChat, monkeypatch):
    monkeypatch.setattr(sockets, "PATIENCE", 0.3)
    slow, quick = chat.client(), chat.client()
    welcome = await slow.connect()
    quick.token = slow.token
    await quick.connect()
    one = chat.channel.chat().connections[welcome["sid"]]
    room = one.room
    assert room is not None
    for _ in range(40):
        one.put({"t": "typing", "on": True, "name": "x" * 400_000})
    assert (await quick.says("I am quick"))["t"] == "ack"
    async with asyncio.timeout(8):
        while one in room.connections:
            await asyncio.sleep(0.02)
    assert (await quick.says("And still here"))["seq"] == 2


async def test_a_crash_between_storing_and_acknowledging_a_message_duplicates_nothing(chat: OpenChat, monkeypatch):
    sara = chat.client()
    await sara.connect()

    def falls(*_args: Any) -> Any:
        raise OSError("killed here")

    monkeypatch.setattr(ChatLog, "took", falls)
    await sara.put(t="msg", cid="cidcidcid", text="Hello")
    assert await sara.closed() == 4500
    monkeypatch.undo()
    await sara.connect()
    assert (await sara.says("Hello", cid="cidcidcid"))["seq"] == 1
    assert (await sara.says("More"))["seq"] == 2
    number = await chat.ticket()
    assert [line.text for line in await chat.story.timeline(number) if line.kind == "message"] == ["Hello", "More"]


async def test_the_desk_that_can_not_keep_a_message_acknowledges_nothing(chat: OpenChat, monkeypatch):
    sara = chat.client()
    await sara.connect()

    async def full(*_args: Any, **_more: Any) -> bool:
        raise OSError("no space left on device")

    desk = chat.channel.chat().desk
    monkeypatch.setattr(type(desk), "accept", full)
    await sara.put(t="msg", cid="cidcidcid", text="Hello")
    assert await sara.closed() == 4500
    monkeypatch.undo()
    await sara.connect()
    assert (await sara.says("Hello", cid="cidcidcid"))["seq"] == 1
    assert sara.texts() in ([], ["Hello"])

"""Hostile visitors: what nobody would send by hand, and what happens to it."""

from __future__ import annotations

import asyncio
import json

import pytest

from channels.webchat import normalise
from channels.webchat.chat.chat_log import ChatLog
from channels.webchat.visitors import visitor_store
from channels.webchat.visitors.identity import Identity
from channels.webchat.wire.connection import Connection
from tests.support.webchat.chat_client import SHOP, open_chat, settings


class Silent(Connection):
    """Somebody connected to whom nothing is sent by itself."""

    def wake(self):
        """Nothing."""

    def close(self, code, reason=""):
        """Nothing."""


async def test_one_user_on_two_devices_in_two_processes_has_one_conversation(chat):
    desk = chat.story.app.desk_for("webchat")
    who = Identity("u-17", "u-17@customers.example", 2**40)

    async def device(key):
        found = await visitor_store.find_visitor(desk, "shop", key * 32)
        return await visitor_store.identify(desk, "shop", found, who)

    made = await asyncio.gather(*(device(key) for key in "abcd"))
    again = [await visitor_store.find_visitor(desk, "shop", key * 32) for key in "abcd"]
    assert len({one.conversation for one in [*made, *again]}) == 1


@pytest.mark.parametrize("wait", ["1" + "0" * 400, "NaN", "-Infinity", "1e999", "true", '"soon"', "null", "-1"])
async def test_whoever_wants_to_wait_oddly_long_is_refused_at_once(chat, wait):
    hello = json.dumps({"t": "hello", "v": 1, "site": "shop"})
    body = f'{{"wait": {wait}, "frames": [{hello}]}}'
    async with asyncio.timeout(15):
        answer = await chat.http.post(
            f"{chat.address}/channels/webchat/poll",
            data=body,
            headers={"Origin": SHOP, "Content-Type": "application/json"},
        )
        assert answer.status == 400


@pytest.mark.parametrize(
    "email",
    ["a,b@x.example", "a;b@x.example", '"a@x.example', "a:b@x.example", "(a)@x.example", "a@b", ".@.", "\u202ea@x.example",
     "a<b@x.example", "a@x.example>", "a@x,example.com", "a@@x.example", "a@x.example, b@x.example", "a@[127.0.0.1]"],
)  # fmt: skip
def test_what_is_no_address_is_nobodys_claim(email):
    said = {
        "frame": {"t": "msg", "cid": "cidcidcid", "text": "Hello"}, "site": "shop", "conversation": "c" * 32,
        "email": email, "vouched": email,
    }  # fmt: skip
    assert normalise.normalise(json.dumps(said).encode()).also == ()


@pytest.mark.parametrize("email", ["Sara@Customers.Example", " o'neil+x@mail.customers.example ", "سارا@نمونه.ایران"])
def test_what_is_an_address_is_claimed(email):
    said = {
        "frame": {"t": "msg", "cid": "cidcidcid", "text": "Hello"}, "site": "shop", "conversation": "c" * 32, "email": email,
    }  # fmt: skip
    [one] = normalise.normalise(json.dumps(said).encode()).also
    assert one.address == f"email:{email.strip().lower()}"


async def test_who_becomes_somebody_new_again_and_again_is_no_crowd_of_visitors(desk, tmp_path):
    async with open_chat(desk, settings(tmp_path, limits={"arrivals": (4, 0.0)})) as chat:
        one = chat.client()
        for _ in range(4):
            if one.ws is None:
                await one.connect()
            else:
                await one.put(t="hello", v=1, site="shop")
                one.token = (await one.until(lambda frame: frame["t"] == "welcome"))["token"]
            await one.says("Hello")
        await one.put(t="hello", v=1, site="shop", token=one.token)
        await one.until(lambda frame: frame["t"] == "welcome")  # somebody known is no newcomer
        await one.put(t="hello", v=1, site="shop")
        assert await one.closed() == 4429


async def test_lines_read_for_one_visitor_are_not_sent_to_the_next_on_the_same_connection(chat):
    desk = chat.story.app.desk_for("webchat")
    running = chat.channel.chat()
    one = Silent(running.context, "127.0.0.1")
    first, second = running.rooms.room("shop", "a" * 32), running.rooms.room("shop", "b" * 32)
    for text in ("For", "the", "first", "alone"):
        await first.log.append({"t": "msg", "text": text})
    await second.log.append({"t": "msg", "text": "Hello"})
    one.room, after = first, first.log.after

    class Slow(ChatLog):
        async def after(self, seq, most=200):
            found = await after(seq, most)
            one.room, one.cursor = second, 0  # they identified themselves meanwhile
            return found

    first.log = Slow(desk, "shop", "a" * 32)
    assert await one.due() == []
    assert [line["text"] for line in await one.due()] == ["Hello"]


async def test_a_message_with_the_client_id_of_a_request_is_not_lost(chat):
    sara = chat.client()
    await sara.connect()
    await sara.says("Hello")
    for _ in range(2):
        await sara.put(t="wish", cid="samesame", wish="person")
        await sara.until(lambda one: one.get("cid") == "samesame")
    await sara.says("And this too", cid="samesame")
    number = await chat.ticket()
    lines = await chat.story.timeline(number)
    assert [one.text for one in lines if one.kind == "message" and one.author == "customer"] == [
        "Hello",
        "And this too",
    ]
    assert [(one.data or {}).get("change") for one in lines].count("wish") == 1

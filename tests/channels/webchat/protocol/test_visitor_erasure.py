"""Erasure of a visitor: token, lines, marks, raw forms and files; everybody else keeps theirs."""

from __future__ import annotations

import io

import pytest

from helpdesk.errors import Invalid
from helpdesk.intake import actions
from helpdesk.intake.models import cursors, intake
from helpdesk.workers.erasure import erase_channel_data
from tests.support.webchat.chat_client import SHOP, claim

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


async def rows(chat, word):
    def look(tx):
        kept = [one for one in tx.execute(cursors.select()) if word in one.key or word in one.value]
        raws = [one for one in tx.execute(intake.select()) if word in one.order_key and word.encode() in one.raw]
        return len(kept), len(raws)

    return await chat.story.database.read(look)


async def test_everything_a_visitor_left_beside_the_timeline_goes(chat, tmp_path):
    sara, omid = chat.client(), chat.client()
    welcome = await sara.connect(identity=claim(chat.story))
    other = (await omid.connect())["visitor"]
    for n in range(25):
        await sara.says(f"line {n}") if n < 15 else None
    await omid.says("I stay")
    await chat.http.post(
        f"{chat.address}/channels/webchat/upload", data=io.BytesIO(PNG),
        headers={"Origin": SHOP, "X-Session": welcome["sid"], "X-Cid": "filefile", "X-Name": "a.png"},
    )  # fmt: skip
    await sara.has(16)
    await sara.put(t="read", seq=16)
    await sara.put(t="ping", n=1)
    await sara.until(lambda one: one.get("n") == 1)
    await chat.story.work()
    who = welcome["visitor"]
    assert (await rows(chat, who))[0] >= 4
    files = [one for one in (tmp_path / "webchat").rglob("*") if one.is_file()]
    assert len(files) == 1
    assert await erase_channel_data(chat.story.database, chat.channel, f"webchat:shop:{who}") > 0
    assert await rows(chat, who) == (0, 0)
    assert not files[0].exists()
    assert await sara.closed() == 4503
    assert (await rows(chat, other))[0] >= 2
    again = await sara.connect(have=0)
    assert again["last"] == 0
    assert (await sara.says("Hello, who are you?"))["seq"] == 1


async def test_an_address_of_another_channel_is_nothing_here(chat):
    assert await erase_channel_data(chat.story.database, chat.channel, "email:a@b.example") == 0


async def test_a_short_word_drops_nothing(chat):
    with pytest.raises(Invalid):
        await chat.story.database.write(actions.forget, channel="webchat", account="shop", word="a")

"""Users the website vouches for, and everybody who is not one."""

from __future__ import annotations

import shutil

import pytest

from helpdesk.database.engine import open_database
from tests.support.desk.desk_story import story
from tests.support.webchat.chat_client import OpenChat, claim, open_chat, settings


@pytest.fixture
async def desk(empty_desk, tmp_path):
    """What is tried here is the same on every database."""
    shutil.copy(empty_desk, tmp_path / "desk.db")
    opened = await open_database(f"sqlite:///{tmp_path / 'desk.db'}")
    yield story(opened, tmp_path)
    await opened.close()


async def test_a_user_the_site_vouches_for_finds_the_conversation_on_another_device(chat: OpenChat):
    phone, laptop = chat.client(), chat.client()
    await phone.connect()
    await phone.says("Before I signed in")
    await phone.put(t="hello", site="shop", token=phone.token, identity=claim(chat.story, name="Sara"))
    await phone.until(lambda one: one["t"] == "welcome")
    await phone.says("After")
    await laptop.connect(identity=claim(chat.story))
    await laptop.has(2)
    assert laptop.texts() == ["Before I signed in", "After"]
    number = await chat.ticket()
    lines = await chat.story.timeline(number)
    said = [line for line in lines if line.kind == "message"]
    assert [line.text for line in said] == ["Before I signed in", "After"]
    assert (said[-1].data or {})["user"] == "u-17"


async def test_a_browser_that_changes_users_shows_the_second_nothing_of_the_first(chat: OpenChat):
    shared = chat.client()
    await shared.connect(identity=claim(chat.story, "first"))
    await shared.says("Private")
    await shared.leave()
    welcome = await shared.connect(identity=claim(chat.story, "second"), have=0)
    assert welcome["last"] == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"signature": "0" * 64},
        {"user": "somebody-else"},
        {"email": "other@customers.example"},
        {"version": 2},
        {"expiry": 1},
    ],
)
async def test_an_identity_that_is_not_signed_as_it_stands_is_refused(chat: OpenChat, wrong):
    sara = chat.client()
    await sara.dial()
    await sara.put(t="hello", site="shop", identity={**claim(chat.story), **wrong})
    assert await sara.closed() == 4403


async def test_where_identity_is_enforced_nobody_speaks_without_one_nor_after_it_ran_out(desk, tmp_path):
    async with open_chat(desk, settings(tmp_path, site={"identity": "enforced"})) as chat:
        nobody = chat.client()
        await nobody.dial()
        await nobody.put(t="hello", site="shop")
        assert await nobody.closed() == 4403
        sara = chat.client()
        await sara.connect(identity=claim(desk, life=60))
        assert (await sara.says("Inside"))["t"] == "ack"
        desk.time.passes(minutes=2)
        late = await sara.says("Too late")
        assert (late["t"], late["code"]) == ("err", "identify")


async def test_a_token_that_somebody_put_into_a_browser_opens_nothing_of_the_user(chat: OpenChat):
    stranger, sara = chat.client(), chat.client()
    await stranger.connect()
    sara.token = stranger.token
    await sara.connect()
    await sara.says("Before I signed in")
    await stranger.has(1)
    await sara.leave()
    welcome = await sara.connect(identity=claim(chat.story))
    assert welcome["token"] not in (None, stranger.token)
    await sara.says("My account number is 4421")
    assert await stranger.closed() == 4503
    welcome = await stranger.connect(have=0)
    assert (welcome["last"], welcome["known"]) == (0, False)
    await stranger.says("Let me in")
    await sara.leave()
    await sara.connect(have=0)
    await sara.has(2)
    assert sara.texts() == ["Before I signed in", "My account number is 4421"]

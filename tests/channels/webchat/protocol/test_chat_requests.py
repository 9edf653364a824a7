"""Visitor requests and later changes by agents: the frames of the README, from outside."""

from __future__ import annotations

import asyncio

import pytest

from channels.contract import DeliveryError
from helpdesk.tickets.models import entries
from tests.support.desk.desk_story import story
from tests.support.webchat.chat_client import claim, open_chat, settings

ARTICLES = [("en/refund", 0.9, ("refund",)), ("en/returns", 0.7, ()), ("en/warranty", 0.2, ()), ("fa/refund", 0.9, ())]


class Engine:
    """An engine that always finds the same."""

    def __init__(self):
        from helpdesk.suggestions.articles.article_files import load
        from tests.architecture.source_files import ROOT

        self.articles = {one.id: one for one in load(ROOT / "faq")}

    def __call__(self, text, language):
        return ARTICLES if "money" in text else []


@pytest.fixture
def desk(database, tmp_path):
    return story(database, tmp_path, suggest=Engine())


@pytest.fixture
async def sara(chat):
    made = chat.client()
    await made.connect(lang="en")
    return made


async def told(client, kind, **frame):
    await client.put(**frame)
    return await client.until(lambda one: one["t"] == kind)


async def test_articles_come_while_the_first_message_is_typed(chat, sara):
    found = await told(sara, "suggest", t="suggest", n=4, text="where is my money")
    assert (found["n"], [one["id"] for one in found["items"]]) == (4, ["en/refund", "en/returns"])
    assert all(one["title"] and one["text"] and "{" not in one["text"] for one in found["items"])
    assert (await told(sara, "suggest", t="suggest", n=5, text="hello"))["items"] == []
    await chat.story.work()
    assert await chat.story.database.read(lambda tx: tx.execute(entries.select()).all()) == []


async def test_suggestions_are_limited_without_an_error(chat, sara):
    found = [await told(sara, "suggest", t="suggest", n=n, text="my money") for n in range(14)]
    assert [bool(one["items"]) for one in found].count(True) in (10, 11)


async def test_an_article_that_helped_is_counted_once_and_only_when_it_was_offered(chat, sara):
    await told(sara, "suggest", t="suggest", n=1, text="my money")
    for article in ("en/refund", "en/refund", "fa/never-offered"):
        await sara.put(t="helped", id=article)
    await told(sara, "ack", t="ping", n=1)
    desk = chat.channel.chat().desk
    assert await desk.recall("shop", "helped:en/refund") == "1"
    assert await desk.recall("shop", "helped:fa/never-offered") is None


async def test_requests_are_stored_acknowledged_and_shown(chat, sara):
    await sara.says("Hello robot")
    number = await chat.ticket()
    for _ in range(2):  # the same one again changes nothing
        assert (await told(sara, "ack", t="wish", cid="wishwish", wish="person"))["cid"] == "wishwish"
    await chat.story.work()
    said = [one.data for one in await chat.story.timeline(number) if (one.data or {}).get("change") == "wish"]
    assert [one["wish"] for one in said] == ["person"]
    await told(sara, "ack", t="wish", cid="wishtwo2", wish="end")
    await chat.story.work()
    assert (await chat.story.ticket(number)).status == "resolved"


async def test_a_request_before_any_message_is_refused(sara):
    assert (await told(sara, "err", t="wish", cid="wishwish", wish="person"))["code"] == "nothing"
    assert (await told(sara, "err", t="transcript", cid="wishwish", email="a@b.example"))["code"] == "nothing"
    assert (await told(sara, "err", t="link", cid="linklink"))["code"] == "nothing"


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "a b@c.example", "a@b.example,c@d.example", "<a@b.example>"])
async def test_a_transcript_goes_to_one_address_or_nowhere(sara, email):
    await sara.says("Hello")
    assert (await told(sara, "err", t="transcript", cid="scriptss", email=email))["code"] == "email"


async def test_a_transcript_is_a_wish_with_its_address(chat, sara):
    await sara.says("Hello")
    raw = []
    desk = chat.channel.chat().desk
    await told(sara, "ack", t="transcript", cid="scriptss", email=" Sara@Customers.example ")
    from helpdesk.intake.models import intake

    raw = await desk.database.read(lambda tx: tx.execute(intake.select().order_by(intake.c.id.desc())).first().raw)
    inbound = chat.channel.normalise("shop", raw)
    assert (inbound.kind, inbound.wish, [one.address for one in inbound.also]) == (
        "wish",
        "transcript",
        ["email:sara@customers.example"],
    )
    assert not inbound.also[0].verified


async def test_requests_of_a_visitor_are_limited(chat, sara):
    await sara.says("Hello")
    codes = []
    for n in range(9):
        await sara.put(t="transcript", cid=f"script{n:02}", email="a@b.example")
        codes.append((await sara.until(lambda one: one["t"] in ("ack", "err")))["t"])
    assert codes.count("ack") == 6


async def test_a_link_leads_on_and_welcome_says_whether_there_is_one(database, tmp_path, monkeypatch):
    from helpdesk.workers.channel_desk import ChannelDesk

    desk = story(database, tmp_path)
    real = ChannelDesk.ask

    async def ask(self, question, **about):
        if question == "link":
            until = desk.time()
            return [
                {
                    "channel": "telegram",
                    "label": "Telegram",
                    "url": f"https://t.me/x?start={about['address']}",
                    "expires_at": until,
                }
            ]
        return await real(self, question, **about)

    monkeypatch.setattr(ChannelDesk, "ask", ask)
    async with open_chat(desk, settings(tmp_path)) as chat:
        sara = chat.client()
        assert (await sara.connect())["site"]["telegram"] is True
        await sara.says("Hello")
        found = await told(sara, "link", t="link", cid="linklink")
        assert (found["channel"], found["cid"], found["until"]) == (
            "telegram",
            "linklink",
            int(desk.time().timestamp() * 1000),
        )
        assert "webchat:shop:" in found["url"]


async def test_a_vouched_address_identifies_a_user_and_a_form_field_only_claims(chat):
    from helpdesk.intake.models import intake

    sara = chat.client()
    await sara.connect(identity=claim(chat.story))
    await sara.says("Hello", profile={"email": "other@customers.example", "phone": "۰۹۱۲ ۱۲۳ ۴۵۶۷"})
    raw = await chat.story.database.read(lambda tx: tx.execute(intake.select()).first().raw)
    also = chat.channel.normalise("shop", raw).also
    assert [(one.address, one.verified) for one in also] == [
        ("email:u-17@customers.example", True), ("phone:+989121234567", False),
    ]  # fmt: skip


async def test_a_site_names_its_team(chat):
    site = chat.channel.settings.sites[0].model_copy(update={"desk_team": "Orders"})
    chat.channel.settings.sites[0] = site
    raw = b'{"frame": {"t": "msg", "cid": "c", "text": "x"}, "site": "shop", "conversation": "v"}'
    assert chat.channel.normalise("shop", raw).team == "Orders"


async def test_a_reply_that_was_changed_says_so_to_who_is_there_and_to_who_comes_later(chat, sara):
    await sara.says("When?")
    await chat.answers(await chat.ticket(), "On Monay.")
    await sara.has(2)
    line = sara.lines[2]["id"]
    for _ in range(2):
        await chat.channel.edit("shop", line, "On Monday.")
    await sara.has(3)
    assert (sara.lines[3]["t"], sara.lines[3]["id"], sara.lines[3]["text"]) == ("edit", line, "On Monday.")
    later = chat.client(token=sara.token)
    await later.connect()
    await later.has(3)
    assert later.lines[2]["text"] == "On Monday."
    assert later.lines[2]["edited"]
    assert await chat.channel.chat().rooms.room("shop", line.partition(".")[2]).log.last_seq() == 3


async def test_a_reply_that_was_taken_back_is_gone_from_the_log(chat, sara):
    await sara.says("When?")
    await chat.answers(await chat.ticket(), "My own address is 5 Rose Street")
    await sara.has(2)
    await chat.channel.withdraw("shop", sara.lines[2]["id"])
    await sara.has(3)
    assert sara.lines[3]["t"] == "del"
    later = chat.client(token=sara.token)
    await later.connect()
    await later.has(3)
    assert (later.lines[2]["text"], later.lines[2]["gone"]) == ("", True)


async def test_what_is_not_there_can_not_be_changed(chat, sara):
    for line in ("web-old", "web-abc.nowhere"):
        with pytest.raises(DeliveryError) as refused:
            await chat.channel.edit("shop", line, "x")
        assert refused.value.permanent


async def test_nobody_waits_for_articles_that_take_too_long(chat, sara, monkeypatch):
    from channels.webchat.chat import requests

    monkeypatch.setattr(requests, "PATIENCE", 0.01)

    async def never(*_args, **_more):
        await asyncio.Event().wait()

    monkeypatch.setattr(type(chat.channel.chat().desk), "ask", never)
    assert (await told(sara, "suggest", t="suggest", n=1, text="my money"))["items"] == []


async def test_whoever_looks_learns_that_the_desk_has_closed(desk, tmp_path):
    week = {"tz": "Asia/Tehran", "week": {"mon": [["08:00", "17:00"]]}}
    async with open_chat(desk, settings(tmp_path, site={"hours": week})) as chat:
        sara = chat.client()
        assert (await sara.connect())["open"] is True
        desk.time.passes(hours=9)
        closed = await told(sara, "status", t="ping", n=1)
        assert (closed["open"], closed["back"]) == (False, "2026-03-09T04:30:00Z")
        await told(sara, "ack", t="ping", n=2)
        assert "status" not in [one["t"] for one in sara.frames]

"""Long polling, files, identities, limits, and what a hostile or broken client may try."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import pytest

from helpdesk.database.engine import open_database
from helpdesk.tickets import queries
from tests.support.desk.desk_story import story
from tests.support.webchat.chat_client import SHOP, Client, OpenChat, open_chat, settings

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
async def desk(empty_desk, tmp_path):
    """What is tried here is the same on every database."""
    import shutil

    shutil.copy(empty_desk, tmp_path / "desk.db")
    opened = await open_database(f"sqlite:///{tmp_path / 'desk.db'}")
    yield story(opened, tmp_path)
    await opened.close()


async def poll(chat: OpenChat, **body: Any) -> dict[str, Any]:
    answer = await chat.http.post(
        f"{chat.address}/channels/webchat/poll", json={"wait": 0, **body}, headers={"Origin": SHOP}
    )
    assert answer.status == 200
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert "Set-Cookie" not in answer.headers
    return dict(await answer.json())


async def test_polling_speaks_the_same_frames(chat: OpenChat):
    hello = {"t": "hello", "v": 1, "site": "shop"}
    first = await poll(chat, frames=[hello, {"t": "msg", "cid": "cidcidcid", "text": "Hello"}])
    assert [one["t"] for one in first["frames"]] == ["welcome", "ack", "msg"]
    waiting = asyncio.create_task(poll(chat, sid=first["sid"], have=1, wait=10, frames=[]))
    await chat.answers(await chat.ticket(), "Hello Sara")
    told = await waiting
    told["frames"] += (await poll(chat, sid=first["sid"], have=1))["frames"]
    assert "Hello Sara" in [one.get("text") for one in told["frames"]]


async def test_an_answer_that_was_lost_on_the_way_is_given_again(chat: OpenChat):
    first = await poll(chat, frames=[{"t": "hello", "site": "shop"}, {"t": "msg", "cid": "cidcidcid", "text": "Hi"}])
    again = await poll(chat, sid=first["sid"], have=0)
    assert [one["seq"] for one in again["frames"] if one["t"] == "msg"] == [1]
    assert (await poll(chat, sid=first["sid"], have=1))["frames"] == []


async def test_whoever_polls_a_desk_that_was_restarted_is_told_to_begin_again(chat: OpenChat):
    assert (await poll(chat, sid="gone", frames=[]))["close"] == 4401


async def test_a_socket_and_a_poller_share_a_conversation(chat: OpenChat):
    sara = chat.client()
    await sara.connect()
    first = await poll(chat, frames=[{"t": "hello", "site": "shop", "token": sara.token}])
    await sara.says("By socket")
    await poll(chat, sid=first["sid"], have=0, frames=[{"t": "msg", "cid": "cidcidcid", "text": "By poll"}])
    await sara.has(2)
    assert sara.texts() == ["By socket", "By poll"]


async def upload(
    chat: OpenChat, content: bytes, sid: str, name: str = "%DA%A9%D8%A7%D8%B3%D9%87.png", cid: str = "filefile"
) -> Any:
    return await chat.http.post(
        f"{chat.address}/channels/webchat/upload", data=io.BytesIO(content),
        headers={"Origin": SHOP, "X-Session": sid, "X-Cid": cid, "X-Name": name},
    )  # fmt: skip


async def test_a_file_is_a_message_kept_whole_and_given_back_as_a_download(chat: OpenChat):
    sara = chat.client()
    sid = (await sara.connect())["sid"]
    assert (await upload(chat, PNG, sid)).status == 200
    assert (await upload(chat, PNG, sid)).status == 200
    await sara.has(1)
    file = sara.lines[1]["files"][0]
    assert (file["name"], file["type"], file["size"]) == ("کاسه.png", "image/png", 48)
    answer = await chat.http.get(f"{chat.address}/channels/webchat/{file['url']}")
    assert await answer.read() == PNG
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    number = await chat.ticket()
    line = (await chat.story.timeline(number))[0]
    kept = await chat.story.database.read(queries.attachments_of, entry_ids=[line.id])
    assert [(one.name, one.size) for one in kept] == [("کاسه.png", 48)]
    assert len(await chat.story.timeline(number)) == 1


async def test_a_file_says_by_its_content_what_it_is_and_programs_stay_outside(chat: OpenChat):
    sara = chat.client()
    sid = (await sara.connect())["sid"]
    assert (await upload(chat, b"MZ" + b"\0" * 99, sid, "cat.png")).status == 415
    assert (await upload(chat, b"", sid)).status == 415
    assert (await upload(chat, b"<html><script>", sid, "a.html", "cid-html")).status == 200
    await sara.has(1)
    assert sara.lines[1]["files"][0]["type"] == "application/octet-stream"
    answer = await chat.http.get(f"{chat.address}/channels/webchat/{sara.lines[1]['files'][0]['url']}")
    assert answer.content_type == "application/octet-stream"


async def test_nobody_uploads_without_a_conversation_or_too_much(chat: OpenChat):
    sara = chat.client()
    sid = (await sara.connect())["sid"]
    assert (await upload(chat, PNG, "nobody")).status == 409
    assert (await upload(chat, PNG, sid, cid="x")).status == 400
    assert (await upload(chat, b"\0" * (10 * 1024 * 1024 + 1), sid)).status == 413


async def test_an_address_of_a_file_can_not_be_made_up_and_does_not_last(chat: OpenChat):
    sara = chat.client()
    await upload(chat, PNG, (await sara.connect())["sid"])
    await sara.has(1)
    url = sara.lines[1]["files"][0]["url"]
    parts = url.split("/")
    base = f"{chat.address}/channels/webchat"
    forged = "/".join([*parts[:2], str(int(parts[2]) + 1), *parts[3:]])
    assert (await chat.http.get(f"{base}/{forged}")).status == 404
    chat.story.time.passes(hours=25)
    assert (await chat.http.get(f"{base}/{url}")).status == 404
    welcome = await sara.connect(have=0)
    assert welcome["last"] == 1


BAD = [
    "", "{", "[]", "null", "1", '{"t":"dance"}', '{"t":"msg"}', '{"t":"msg","cid":"x","text":"a"}',
    '{"t":"msg","cid":"cidcidcid","text":" "}', '{"t":"hello","site":5}', '{"t":"read","seq":-1}', "[" * 3000,
    '{"t":"msg","cid":"cidcidcid","text":"' + "x" * 6001 + '"}', '{"t":"typing","on":{}}', '{"t":"read","seq":1e400}',
]  # fmt: skip


@pytest.mark.parametrize("raw", BAD)
async def test_what_is_no_frame_closes_the_connection_and_nothing_else(chat: OpenChat, raw):
    sara, omid = chat.client(), chat.client()
    await sara.connect()
    await omid.connect()
    assert sara.ws is not None
    await sara.ws.send_str(raw)
    assert await sara.closed() == 4400
    assert (await omid.says("Still here"))["t"] == "ack"


async def test_the_first_frame_is_hello_of_a_site_there_is_and_that_lists_the_page(desk, tmp_path):
    own = settings(tmp_path)
    other = own.sites[0].model_copy(update={"name": "other", "origins": ["https://other.example"]})
    async with open_chat(desk, own.model_copy(update={"sites": [*own.sites, other]})) as chat:
        for frame, code in (
            ({"t": "ping"}, 4401), ({"t": "hello", "site": "nowhere"}, 4404), ({"t": "hello", "site": "other"}, 4404)
        ):  # fmt: skip
            sara = chat.client()
            await sara.dial()
            await sara.put(**frame)
            assert await sara.closed() == code


async def test_a_frame_above_sixteen_kibibytes_ends_the_connection(chat: OpenChat):
    sara = chat.client()
    await sara.connect()
    await sara.put(t="typing", on=True, more="x" * 20_000)
    assert await sara.closed() == 1009


async def test_binary_frames_are_refused(chat: OpenChat):
    sara = chat.client()
    await sara.connect()
    assert sara.ws is not None
    await sara.ws.send_bytes(b"\0\1")
    assert await sara.closed() == 4400


async def test_too_many_frames_close_and_too_many_messages_wait(desk, tmp_path):
    limits = {"messages": (3, 0.0), "frames": (30, 0.0), "sockets": 2, "arrivals": (6, 0.0)}
    async with open_chat(desk, settings(tmp_path, limits=limits)) as chat:
        sara = chat.client()
        await sara.connect()
        said = [await sara.says(f"{n}") for n in range(5)]
        assert [one["t"] for one in said] == ["ack"] * 3 + ["err"] * 2
        assert said[-1]["code"] == "slow"
        more, third = chat.client(token=sara.token), chat.client(token=sara.token)
        await more.connect()
        await third.dial()
        await third.put(t="hello", site="shop", token=sara.token)
        assert await third.closed() == 4429
        for n in range(40):
            await sara.put(t="ping", n=n)
        assert await sara.closed() == 4429


async def test_an_address_that_comes_too_often_or_is_blocked_stays_outside(desk, tmp_path):
    async with open_chat(desk, settings(tmp_path, limits={"arrivals": (2, 0.0)})) as chat:
        url, headers = f"{chat.address}/channels/webchat/poll", {"Origin": SHOP}
        seen = [(await chat.http.post(url, json={"frames": []}, headers=headers)).status for _ in range(3)]
    async with open_chat(desk, settings(tmp_path, blocked=["127.0.0.0/8"])) as chat:
        url = f"{chat.address}/channels/webchat/poll"
        bodies = ({"frames": []}, {"sid": "made up", "frames": [{"t": "hello", "site": "shop"}]})
        seen += [(await chat.http.post(url, json=body, headers=headers)).status for body in bodies]
    assert seen == [200, 200, 429, 403, 403]


async def test_a_visitor_who_writes_nothing_is_not_stored(chat: OpenChat):
    from sqlalchemy import func, select

    from helpdesk.intake.models import cursors

    sara: Client = chat.client()
    await sara.connect()
    await sara.put(t="typing", on=True)
    await sara.put(t="ping", n=1)
    await sara.until(lambda one: one.get("n") == 1)
    kept = await chat.story.database.read(
        lambda tx: tx.execute(select(func.count()).select_from(cursors).where(cursors.c.account == "shop")).scalar_one()
    )
    assert kept == 0


async def test_the_token_is_nowhere_to_be_found_in_the_database(chat: OpenChat, tmp_path):
    sara = chat.client()
    await sara.connect()
    await sara.says("Hello")
    await chat.ticket()
    assert sara.token
    content = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert sara.token.encode() not in content
    assert json.dumps("Hello").encode()[1:-1] in content


async def test_outside_working_hours_the_visitor_hears_when_somebody_is_back(desk, tmp_path):
    week = {"tz": "Asia/Tehran", "week": {"sat": [["08:00", "17:00"]], "mon": [["08:00", "17:00"]]}}
    async with open_chat(desk, settings(tmp_path, site={"hours": week})) as chat:
        assert (await chat.client().connect())["open"] is True
        desk.time.passes(hours=8)
        welcome = await chat.client().connect()
        assert (welcome["open"], welcome["back"]) == (False, "2026-03-07T04:30:00Z")


@pytest.mark.parametrize(
    "wait", ["NaN", "1e999", "-1", "-1" + "0" * 400, "1" + "0" * 400, '"soon"', "true", "[]", "null"]
)
async def test_an_absurd_wait_is_a_bad_request(chat: OpenChat, wait: str):
    answer = await chat.http.post(
        f"{chat.address}/channels/webchat/poll",
        data='{"frames": [{"t": "hello", "site": "shop"}], "wait": %s}' % wait,  # noqa: UP031
        headers={"Origin": SHOP, "Content-Type": "application/json"},
    )
    assert (answer.status, await answer.json()) == (400, {"error": "wait"})


async def test_two_messages_with_one_id_of_their_client_are_both_kept_and_marked(chat: OpenChat):
    hello = {"t": "hello", "site": "shop"}
    first = await poll(chat, frames=[hello, {"t": "msg", "cid": "cidcidcid", "text": "Hello"}])
    again = {"t": "msg", "cid": "cidcidcid", "text": "Hello", "page": {"url": "https://shop.example/b"}}
    await poll(chat, sid=first["sid"], frames=[again])
    await poll(chat, sid=first["sid"], frames=[{"t": "msg", "cid": "cidcidcid", "text": "My order is 12"}])
    lines = [
        (entry.text, (entry.data or {}).get("problem"))
        for entry in await chat.story.timeline(await chat.ticket())
        if entry.kind == "message" and entry.author == "customer"
    ]
    assert lines == [("Hello", None), ("My order is 12", "same id")]


async def test_strangers_of_one_address_have_a_budget_of_bytes_on_a_site(desk, tmp_path):
    own = settings(tmp_path, limits={"upload_bytes": (1000, 100.0)}, site={"identity": "optional"})
    async with open_chat(desk, own) as chat:
        first, second = chat.client(), chat.client()
        sids = [(await one.connect())["sid"] for one in (first, second)]
        assert (await upload(chat, PNG + b"a" * 600, sids[0])).status == 200
        assert (await upload(chat, PNG + b"b" * 600, sids[1], cid="otherfile")).status == 429
        assert (await upload(chat, PNG, sids[1], cid="smallfile")).status == 200

"""Below the floor of free space nothing new is taken in, and people go on reading and answering."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from channels.contract import TryLater
from helpdesk.agents import sign_in
from helpdesk.agents.sign_in import Limits
from helpdesk.app import web_application
from helpdesk.database.engine import StorageFailed
from helpdesk.files.free_space import FreeSpace
from helpdesk.intake import queries as intake
from helpdesk.settings import Settings
from tests.support.desk.desk_story import story
from tests.support.webchat.chat_client import SHOP, open_chat, settings

LIMITS = Limits(timedelta(minutes=15), 5, 30, timedelta(days=30))
FLOOR = 10**9  # MiB, more than any disk has
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def low(desk):
    """The disk gets full while the desk runs."""
    desk.app.settings = Settings.model_validate({**desk.app.settings.model_dump(), "data": {"minimum_free_mb": FLOOR}})


@pytest.fixture
def desk(database, tmp_path):
    return story(database, tmp_path)


async def browser(desk, aiohttp_client, person_id):
    token = await desk.database.write(
        sign_in.enter,
        person_id=person_id,
        account="x",
        address="127.0.0.1",
        device="test",
        limits=LIMITS,
        now=desk.time(),
    )
    return await aiohttp_client(web_application(desk.app), cookies={"session": token, "language": "en"})


async def test_new_things_are_refused_and_what_is_here_goes_on(desk):
    mina = await desk.person()
    await desk.writes(work=False)
    low(desk)
    with pytest.raises(TryLater):
        await desk.writes("Another one", work=False)
    ticket_id = await desk.work()
    assert ticket_id is not None
    await desk.answers(ticket_id, mina)
    desk.time.passes(minutes=1)
    assert await desk.sends() == 1
    assert await desk.database.read(intake.figures) == {"new": 0, "quarantined": 0}


async def test_a_storage_that_fails_asks_a_channel_to_come_again(desk, monkeypatch):
    async def failing(*_args, **_more):
        raise StorageFailed

    monkeypatch.setattr(desk.database, "write", failing)
    monkeypatch.setattr(desk.database, "read", failing)
    one = desk.app.desk_for("memory")
    with pytest.raises(TryLater):
        await one.accept("main", "1", b"{}", order_key="")
    with pytest.raises(TryLater):
        await one.remember("main", "key", "1")
    with pytest.raises(TryLater):
        await one.recall("main", "key")


async def test_a_chat_takes_nothing_new_and_its_visitor_still_reads_the_answer(desk, tmp_path):
    async with open_chat(desk, settings(tmp_path)) as chat:
        sara = chat.client()
        sid = (await sara.connect())["sid"]
        await sara.says("Hello")
        ticket_id = await chat.ticket()
        own = desk.app.settings
        low(desk)
        chat.channel.chat().desk.space = FreeSpace.of(desk.app.settings)
        refused = await sara.says("Another one")
        assert (refused["t"], refused["code"]) == ("err", "slow")
        file = await chat.http.post(
            f"{chat.address}/channels/webchat/upload", data=io.BytesIO(PNG),
            headers={"Origin": SHOP, "X-Session": sid, "X-Cid": "filefile", "X-Name": "a.png"},
        )  # fmt: skip
        assert file.status == 503
        assert list((tmp_path / "webchat").rglob("*")) == [], "nothing of it lies on the disk"
        await chat.answers(ticket_id, "Here you are.")
        await sara.until(lambda frame: frame.get("text") == "Here you are.")
        await sara.put(t="read", seq=sara.have)
        chat.channel.chat().desk.space = FreeSpace.of(own)
        assert (await sara.says("Another one"))["t"] == "ack"
        assert sara.texts().count("Another one") <= 1


async def test_pages_open_on_a_full_disk_and_what_changes_something_is_refused_in_words(
    desk, aiohttp_client, monkeypatch
):
    """Session times and read marks are mere bookkeeping: without them everybody would be locked out within a minute."""
    mina = await desk.person()
    ticket_id = await desk.writes()
    client = await browser(desk, aiohttp_client, mina)
    desk.time.passes(minutes=30)
    units = []

    async def failing(unit, *_args, **_more):
        units.append(unit.__name__)
        raise StorageFailed

    monkeypatch.setattr(desk.database, "write", failing)
    for place in ("/inbox", f"/inbox/tickets/{ticket_id}", "/account"):
        answer = await client.get(place)
        assert answer.status == 200, place
    assert {"seen", "mark_read"} <= set(units)
    page = await (await client.get(f"/inbox/tickets/{ticket_id}")).text()
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    answer = await client.post(f"/inbox/tickets/{ticket_id}/note", data={"csrf": csrf, "text": "A note", "seen": "1"})
    assert answer.status == 503
    assert "storage is full" in await answer.text()


def test_the_fuller_disk_counts_and_a_folder_that_is_not_made_yet_has_one(tmp_path):
    assert FreeSpace([tmp_path, tmp_path / "not" / "made"], floor=1).bytes_left() > 0
    assert not FreeSpace([tmp_path], floor=0).is_low()
    assert FreeSpace([tmp_path], floor=2**70).is_low()

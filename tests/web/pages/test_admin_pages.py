"""Administration pages: status, quarantine with retry and export."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientOSError, ClientPayloadError, ServerDisconnectedError

from channels.contract import State
from helpdesk.agents import sign_in
from helpdesk.app import web_application
from helpdesk.database.engine import open_database
from helpdesk.intake import queries as intake
from helpdesk.maintenance import exports
from tests.support.desk.desk_story import Story, story
from tests.support.pages.browser import LIMITS


@pytest.fixture
async def desk_story(empty_desk: Path, tmp_path: Path) -> AsyncIterator[Story]:
    shutil.copy(empty_desk, tmp_path / "desk.db")
    database = await open_database(f"sqlite:///{tmp_path / 'desk.db'}")
    yield story(database, tmp_path)
    await database.close()


async def signed_in(desk_story: Story, aiohttp_client, role: str):
    person = await desk_story.person("Mina", role)
    token = await desk_story.database.write(
        sign_in.enter, person_id=person, account="x", address="", device="", limits=LIMITS, now=desk_story.time()
    )
    return await aiohttp_client(web_application(desk_story.app), cookies={"session": token, "language": "en"})


async def form_token(client, path: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', await (await client.get(path)).text())
    assert found is not None
    return found[1]


async def test_quarantined_messages_show_their_reason_and_can_be_retried(desk_story, aiohttp_client):
    await desk_story.app.desk_for("memory").accept("main", "broken", b"this is \xff no JSON", order_key="")
    await desk_story.work()
    client = await signed_in(desk_story, aiohttp_client, "supervisor")
    page = await (await client.get("/quarantine")).text()
    assert "this is not JSON" in page
    number = re.search(r"/quarantine/(\d+)", page)[1]
    assert "this is \ufffd no JSON" in await (await client.get(f"/quarantine/{number}")).text()
    raw = await client.get(f"/quarantine/{number}/raw")
    assert await raw.read() == b"this is \xff no JSON"
    assert raw.headers["Content-Disposition"].startswith("attachment")
    csrf = await form_token(client, "/quarantine")
    answer = await client.post(f"/quarantine/{number}/replay", data={"csrf": csrf}, allow_redirects=False)
    assert answer.status == 303
    assert (await desk_story.database.read(intake.figures))["new"] == 1
    again = await client.post(f"/quarantine/{number}/replay", data={"csrf": csrf})
    assert again.status == 409


async def test_the_quarantine_requires_a_role(desk_story, aiohttp_client):
    client = await signed_in(desk_story, aiohttp_client, "agent")
    assert (await client.get("/quarantine")).status == 403
    assert (await client.get("/quarantine/export.csv")).status == 403
    assert (await client.get("/status")).status == 403


async def test_the_status_page_shows_every_account(desk_story, aiohttp_client):
    await desk_story.writes("Where is my order?", subject="Order")
    desk_story.app.reports.states["memory", "main"] = State(
        "main", connected=False, problem="The server does not answer.", since=desk_story.time() - timedelta(minutes=9)
    )
    client = await signed_in(desk_story, aiohttp_client, "administrator")
    page = await (await client.get("/status")).text()
    for expected in ("The server does not answer.", "9 min ago", "Memory", "SQLite", "today 09:52"):
        assert expected in page, expected


async def test_an_account_without_a_report_is_shown_as_not_connected(desk_story, aiohttp_client):
    client = await signed_in(desk_story, aiohttp_client, "administrator")
    page = await (await client.get("/status")).text()
    assert "not connected" in page
    assert "Nothing has been heard from it since the desk was started." in page


async def test_a_list_is_paginated(desk_story, aiohttp_client):
    for number in range(53):
        await desk_story.writes("Hello", sender=f"c{number}@customers.example", subject=f"Matter {number}")
    client = await signed_in(desk_story, aiohttp_client, "agent")
    page = await (await client.get("/inbox?view=all")).text()
    assert len(re.findall(r'class="row[ "]', page)) == 50
    after = re.search(r'hx-get="([^"]+)"', page)[1].replace("&amp;", "&")
    rest = await (await client.get(after, headers={"HX-Request": "true"})).text()
    assert len(re.findall(r'class="row[ "]', rest)) == 3
    assert not set(re.findall(r'id="t(\d+)"', page)) & set(re.findall(r'id="t(\d+)"', rest))


async def test_an_unknown_address_gets_a_clear_error_page(desk_story, aiohttp_client):
    client = await signed_in(desk_story, aiohttp_client, "agent")
    assert (await client.get("/inbox/tickets/99")).status == 404
    assert (await client.get("/inbox?view=all&after=nonsense")).status == 422
    assert (await client.get("/inbox?view=nonsense&sort=nonsense")).status == 200
    assert (await client.get("/inbox/tickets/99999999999999999999")).status == 404


async def test_the_quarantine_is_exported_as_csv_and_jsonl(desk_story, aiohttp_client):
    desk = desk_story.app.desk_for("memory")
    await desk.accept("main", "=HYPERLINK(1)", "=1+1 سلام".encode(), order_key="")
    await desk.accept("main", "second", b"raw \xff", order_key="")
    await desk_story.work()
    client = await signed_in(desk_story, aiohttp_client, "supervisor")
    page = await (await client.get("/quarantine")).text()
    assert "/quarantine/export.csv" in page
    answer = await client.get("/quarantine/export.csv")
    content = await answer.read()
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="quarantine-2026-03-02.csv"'
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [(row["external_id"], row["raw"]) for row in rows] == [
        ("'=HYPERLINK(1)", "'=1+1 سلام"),
        ("second", "raw \ufffd"),
    ]
    answer = await client.get("/quarantine/export.jsonl")
    assert answer.headers["Content-Type"] == "application/x-ndjson; charset=utf-8"
    lines = [json.loads(line) for line in (await answer.text()).splitlines()]
    assert [line.get("raw") for line in lines] == ["=1+1 سلام", None]
    assert base64.b64decode(lines[1]["raw_base64"]) == b"raw \xff"
    assert (await client.get("/quarantine/export.xml")).status == 404


async def test_an_interrupted_export_is_a_failed_download(desk_story, aiohttp_client, monkeypatch):
    async def broken(*_args, **_kw):
        yield b"half a file", 1
        raise RuntimeError("the disk went away")

    monkeypatch.setattr(exports, "lines", broken)
    client = await signed_in(desk_story, aiohttp_client, "supervisor")
    with pytest.raises((ClientPayloadError, ServerDisconnectedError, ClientOSError)):
        await (await client.get("/quarantine/export.csv")).read()


async def test_the_first_steps_tick_what_is_done(desk_story, aiohttp_client):
    client = await signed_in(desk_story, aiohttp_client, "administrator")
    desk_story.app.context.channels.clear()
    page = await (await client.get("/start")).text()
    assert "No channel is connected yet" in page
    assert all(f"channels/{name}/README.md" in page for name in ("telegram", "webchat", "phone"))
    assert "stepn ok" not in page
    assert 'href="/start"' in await (await client.get("/inbox")).text()
    desk_story.app.reports.states[("memory", "main")] = State("main", connected=True)
    await desk_story.person("Sam", "agent")
    page = await (await client.get("/start")).text()
    assert "Sam" in page
    assert page.count("stepn ok") == 2


async def test_the_first_steps_are_for_administrators(desk_story, aiohttp_client):
    client = await signed_in(desk_story, aiohttp_client, "agent")
    assert (await client.get("/start", allow_redirects=False)).status in (403, 404)

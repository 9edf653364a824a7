"""Attachments over HTTP: inline when harmless, range requests, downloads otherwise."""

from __future__ import annotations

import re

import pytest

from helpdesk.tickets import actions
from tests.support.desk.desk_story import story
from tests.support.pages.gallery_media import drawn, tone
from tests.support.pages.scriptless import signed_in


@pytest.fixture
async def desk(database, tmp_path):
    return story(database, tmp_path)


@pytest.fixture
async def client(desk, aiohttp_client):
    return await signed_in(desk, aiohttp_client, await desk.person())


async def attached(desk, number, *files):
    """Files that came with the newest message; (name, told type, content or None, problem)."""
    entries = await desk.timeline(number)
    entry_id = next(one.id for one in reversed(entries) if one.kind == "message")
    rows = [
        {
            "name": name, "content_type": kind, "size": len(content or b""), "inline": False, "content_id": None,
            "hash": desk.app.files.store(content) if content is not None else None, "problem": problem,
            "created_at": desk.time(),
        }
        for name, kind, content, problem in files
    ]  # fmt: skip
    await desk.database.write(actions.attach_files, ticket_id=number, entry_id=entry_id, files=rows)


async def shown(client, number):
    return await (await client.get(f"/inbox/tickets/{number}")).text()


async def test_pictures_reserve_their_space_and_sounds_show_their_duration_before_loading(desk, client):
    number = await desk.writes("Here it is")
    await attached(
        desk, number, ("a.png", "image/png", drawn(1, 800, 400), None), ("v.wav", "audio/x-wav", tone(9), None)
    )
    page = await shown(client, number)
    assert re.search(
        r'<img src="(/inbox/files/\d+/show)" loading="lazy" decoding="async" width="336" height="168"', page
    )
    assert 'data-seconds="9.0"' in page


async def test_sounds_support_range_requests_and_are_typed_by_content(desk, client):
    number = await desk.writes("Listen")
    await attached(desk, number, ("v.html", "text/html", tone(2), None))
    address = re.search(r'<audio[^>]* src="(/inbox/files/\d+/show)"', await shown(client, number))[1]
    answer = await client.get(address, headers={"Range": "bytes=100-199"})
    assert answer.status == 206
    assert answer.headers["Content-Range"] == f"bytes 100-199/{len(tone(2))}"
    assert answer.headers["Content-Type"] == "audio/wav"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert await answer.read() == tone(2)[100:200]


@pytest.mark.parametrize(
    ("name", "kind", "content"),
    [
        ("a.png", "image/png", b"<html><script>alert(1)</script>"), ("b.svg", "image/svg+xml", b"<svg onload='x'/>"),
        ("c.pdf", "application/pdf", b"%PDF-1.7 "), ("d.html", "text/html", b"<!doctype html>"),
    ],
)  # fmt: skip
async def test_executable_content_is_always_a_download(desk, client, name, kind, content):
    number = await desk.writes("Look")
    await attached(desk, number, (name, kind, content, None))
    page = await shown(client, number)
    address = re.search(r'<a class="file" href="(/inbox/files/\d+)" download', page)[1]
    assert "/show" not in page
    for way in (address, f"{address}/show"):
        answer = await client.get(way)
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_a_file_that_was_not_stored_shows_the_reason(desk, client):
    number = await desk.writes("Look")
    await attached(desk, number, ("film.mov", "video/quicktime", None, "It is larger than 20 MB."))
    page = await shown(client, number)
    assert "It is larger than 20 MB." in page
    assert "/inbox/files/" not in page


async def test_files_require_sign_in_and_a_missing_one_is_not_found(desk, client):
    number = await desk.writes("Look")
    await attached(desk, number, ("a.png", "image/png", drawn(2, 10, 10), None))
    address = re.search(r"/inbox/files/\d+/show", await shown(client, number))[0]
    for file in desk.app.files.folder.rglob("*"):
        if file.is_file():
            file.unlink()
    assert (await client.get(address)).status == 404
    client.session.cookie_jar.clear()
    refused = await client.get(address, allow_redirects=False, headers={"Accept": "image/*"})
    assert refused.status in (303, 401)

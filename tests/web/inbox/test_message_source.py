"""The source view of a message: plain text with headers, nothing in it executes."""

from __future__ import annotations

from helpdesk.app import web_application
from tests.support.desk.desk_story import story
from tests.support.pages.browser import LIMITS


async def test_the_source_of_a_message_is_plain_text(database, tmp_path, aiohttp_client):
    from helpdesk.agents import sign_in

    desk = story(database, tmp_path)
    await desk.writes("<script>alert(1)</script>")
    mina = await desk.person()
    token = await database.write(
        sign_in.enter, person_id=mina, account="x", address="", device="", limits=LIMITS, now=desk.time()
    )
    client = await aiohttp_client(web_application(desk.app), cookies={"session": token})
    answer = await client.get("/inbox/entries/1/source")
    assert (answer.status, answer.content_type) == (200, "text/plain")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "<script>alert(1)</script>" in await answer.text()
    assert (await client.get("/inbox/entries/999/source")).status == 404
    stranger = await aiohttp_client(web_application(desk.app))
    assert (await stranger.get("/inbox/entries/1/source", allow_redirects=False)).status in (303, 401)

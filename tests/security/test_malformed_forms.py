"""Malformed forms and addresses are refused with a sentence, never with a server error."""

from __future__ import annotations

import pytest

from helpdesk.app import web_application
from tests.security.test_access_control import enter
from tests.support.desk.desk_story import story

FILE = b'--BB\r\nContent-Disposition: form-data; name="upload"; %s\r\n\r\nabc\r\n--BB--\r\n'
MULTIPART = "multipart/form-data; boundary=BB"
PLAIN = "application/x-www-form-urlencoded; charset="


@pytest.fixture
async def desk(database, tmp_path):
    return story(database, tmp_path)


@pytest.fixture
async def client(desk, aiohttp_client):
    return await aiohttp_client(web_application(desk.app))


@pytest.mark.parametrize(
    ("verb", "body", "kind"),
    [
        *(("upload", FILE % name, MULTIPART) for name in (b'filename="a\xffb"', b"filename*=UTF-8''a%00b")),
        *(("draft", b"kind=reply&text=+2AA-", PLAIN + name) for name in ("bogus", "utf-7", "base64", "idna")),
        ("draft", b"x", "multipart/form-data"),
    ],
)
async def test_a_malformed_form_is_refused(client, desk, verb, body, kind):
    ticket_id = await desk.writes()
    headers = {"X-CSRF-Token": await enter(client, desk, "agent"), "Content-Type": kind}
    answer = await client.post(f"/inbox/tickets/{ticket_id}/{verb}", data=body, headers=headers)
    assert answer.status < 500


@pytest.mark.parametrize(
    "after",
    [
        "0001-01-01T00:00:00%2B14:00_1",
        "9999-12-31T23:59:59-14:00_1",
        "2020-01-01_1",
        f"2020-01-01T00:00:00Z_{'9' * 30}",
    ],
)
async def test_an_invalid_page_cursor_is_refused(client, desk, after):
    await enter(client, desk, "agent")
    assert (await client.get(f"/inbox?view=all&after={after}")).status == 422

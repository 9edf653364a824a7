"""A client that reads pages and posts forms as a browser without JavaScript does."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from aiohttp.test_utils import TestClient

from helpdesk.agents import sign_in
from helpdesk.app import web_application
from helpdesk.web import client_identity
from tests.support.desk.desk_story import Story

Client = TestClient[Any, Any]


async def signed_in(desk: Story, open_client: Callable[..., Awaitable[Client]], person_id: int) -> Client:
    """A client of the desk's pages with somebody's session; `open_client` is the fixture `aiohttp_client`."""
    client = await open_client(web_application(desk.app), headers={"Accept-Language": "en"})
    token = await desk.database.write(
        sign_in.enter, person_id=person_id, account="x", address="", device="",
        limits=client_identity.limits(desk.app.settings), now=desk.time(),
    )  # fmt: skip
    client.session.cookie_jar.update_cookies({"session": token})
    return client


async def page(client: Client, path: str, status: int = 200) -> str:
    """The text of a page."""
    answer = await client.get(path)
    assert answer.status == status
    return await answer.text()


async def post(
    client: Client, path: str, fields: Mapping[str, Any] | Iterable[tuple[str, Any]], status: int = 303
) -> str:
    """Post a form with its CSRF token; returns the redirect target, or the text of the response."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', await page(client, "/account"))
    assert found is not None
    pairs = [("csrf", found[1]), *(fields.items() if isinstance(fields, Mapping) else fields)]
    answer = await client.post(path, data=pairs, allow_redirects=False)
    text = await answer.text()
    assert answer.status == status, text
    return text if status != 303 else answer.headers["Location"]

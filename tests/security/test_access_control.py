"""Access control of every route: anonymous, agent, supervisor, administrator; odd input never causes a server error."""

from __future__ import annotations

import asyncio
import re

import pytest

from helpdesk import app as root
from helpdesk.agents import queries, sign_in
from helpdesk.web import client_identity
from tests.support.desk.desk_story import story

OPEN_TO_ALL = {
    "GET /sign-in",
    "POST /sign-in",
    "GET /sign-in/link/{token}",
    "POST /sign-in/link/{token}",
    "POST /sign-out",
    "POST /preferences",
}
WITHOUT_SESSION = ("/assets/", "/healthz", "/metrics", "/channels/")
SECRET_ADDRESS = ("/survey/", "/s/", "/pictures/")
ODD = ("0", "-1", "99999999999999999999999", "1%00", "..%2f..%2fetc", "%F0%9F%99%82", "x" * 300)


@pytest.fixture
async def desk(database, tmp_path):
    return story(database, tmp_path)


@pytest.fixture
async def client(desk, aiohttp_client):
    return await aiohttp_client(root.web_application(desk.app))


def doors(client):
    """Method, pattern and handler of every route; HEAD counts as GET."""
    for route in client.app.router.routes():
        pattern = route.resource.canonical if route.resource else ""
        if route.method in ("GET", "POST", "PUT", "PATCH", "DELETE") and not pattern.startswith(WITHOUT_SESSION):
            yield route.method, pattern, route.handler


def filled(pattern, value="1"):
    return re.sub(r"\{[^}]+\}", value, pattern)


async def enter(client, desk, role):
    """Sign in without the form; returns the CSRF token."""
    person_id = await desk.person("Mina", role)
    settings = desk.app.settings
    token = await desk.database.write(
        sign_in.enter, person_id=person_id, account="x", address="", device="", limits=client_identity.limits(settings),
        now=desk.time(),
    )  # fmt: skip
    client.session.cookie_jar.update_cookies({"session": token})
    page = await (await client.get("/account")).text()
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


async def test_only_listed_routes_are_public(client):
    marked = {
        f"{method} {pattern}" for method, pattern, handler in doors(client) if getattr(handler, "open_to_all", False)
    }
    assert {each for each in marked if not each.split()[1].startswith(SECRET_ADDRESS)} == OPEN_TO_ALL
    known_secret = [handler for _, pattern, handler in doors(client) if pattern.startswith(SECRET_ADDRESS)]
    assert known_secret
    assert all(
        "{token}" in pattern for _, pattern, handler in doors(client) if getattr(handler, "secret_address", False)
    )


async def test_anonymous_requests_are_refused_everywhere_else(client):
    tried = 0
    for method, pattern, handler in doors(client):
        if getattr(handler, "open_to_all", False):
            continue
        answer = await client.request(method, filled(pattern), allow_redirects=False)
        assert answer.status in ((303, 401) if method == "GET" else (401, 403)), f"{method} {pattern}: {answer.status}"
        assert "Mina" not in await answer.text()
        tried += 1
    assert tried > 15


async def test_every_post_requires_the_form_token(client, desk):
    await enter(client, desk, "administrator")
    for method, pattern, handler in doors(client):
        if method != "GET" and not getattr(handler, "secret_address", False):
            assert (await client.request(method, filled(pattern))).status == 403, f"{method} {pattern}"


async def test_routes_that_need_a_role_refuse_agents(client, desk):
    csrf = await enter(client, desk, "agent")
    needing = [(method, pattern) for method, pattern, handler in doors(client) if hasattr(handler, "needs")]
    assert needing
    for method, pattern in needing:
        answer = await client.request(method, filled(pattern), headers={"X-CSRF-Token": csrf})
        if answer.status != 403:
            handler = next(h for m, p, h in doors(client) if (m, p) == (method, pattern))
            assert handler.needs in ("ticket.read", "ticket.write"), f"{method} {pattern}: {answer.status}"


@pytest.mark.parametrize("odd", ODD)
async def test_odd_paths_never_cause_a_server_error(client, desk, odd):
    csrf = await enter(client, desk, "administrator")
    for method, pattern, _ in list(doors(client)):
        if "{" in pattern and "events" not in pattern:
            answer = await client.request(
                method, filled(pattern, odd), headers={"X-CSRF-Token": csrf}, allow_redirects=False
            )
            assert answer.status < 500, f"{method} {pattern} {odd}: {await answer.text()}"


@pytest.mark.parametrize(
    "query", ["view=nothing", "after=x", "after=1%00", "q=%00%27%22%3B--", "sort=", "channel=%FF", "page=-1"]
)
async def test_odd_query_strings_never_cause_a_server_error(client, desk, query):
    await enter(client, desk, "administrator")
    for method, pattern, _ in list(doors(client)):
        if method == "GET" and "{" not in pattern and "events" not in pattern:
            answer = await client.get(f"{pattern}?{query}", allow_redirects=False)
            assert answer.status < 500, f"{pattern}?{query}: {await answer.text()}"


async def test_odd_forms_never_cause_a_server_error(client, desk):
    csrf = await enter(client, desk, "administrator")
    await desk.writes("Where is my order?")
    odd = {"csrf": csrf, "text": "a\x00b\ufffe\u202e", "to": "x", "status": "x", "seen": "x"}
    for method, pattern, _ in list(doors(client)):
        if method == "POST" and pattern not in ("/sign-out", "/account/sessions/{session_id}/revoke"):
            for fields in (
                {"csrf": csrf},
                odd,
                {**odd, "priority": "9" * 400, "person": "99999999999999999999", "team": "-1"},
            ):
                answer = await client.post(filled(pattern), data=fields, allow_redirects=False)
                assert answer.status < 500, f"{pattern} {fields}: {await answer.text()}"


async def test_a_revoked_session_ends_its_event_stream(client, desk):
    await enter(client, desk, "agent")
    pattern = next(pattern for _, pattern, handler in doors(client) if handler.__name__ == "stream")
    stream = await client.get(pattern)
    assert stream.status == 200
    person_id = (await desk.database.read(queries.everybody))[0].id
    person = await desk.database.read(queries.person, person_id=person_id)
    (session,) = await desk.database.read(queries.sessions_of, person_id=person_id, now=desk.time())
    await desk.database.write(sign_in.revoke, session_id=session.id, by=person, now=desk.time())
    assert await asyncio.wait_for(stream.content.read(), 10) == b"retry: 1500\n\n"
    assert (await client.get(pattern, allow_redirects=False)).status in (303, 401)


async def test_forms_with_unknown_references_are_handled(client, desk):
    ticket_id = await desk.writes()
    token = await enter(client, desk, "agent")
    one = f"/inbox/tickets/{ticket_id}"
    for path, form, status in (
        (f"{one}/assign", {"person": "9999"}, 404),
        (f"{one}/reply", {"text": "Hello", "seen": "9", "suggestion": "x" * 500}, 200),
    ):
        answer = await client.post(path, data={**form, "csrf": token})
        assert answer.status == status, path

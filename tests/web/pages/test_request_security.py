"""Security middleware: CSRF, roles, headers, error answers, health check, client address."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request

from helpdesk.settings import Settings
from helpdesk.web import app_keys, client_identity
from tests.web.pages.test_sign_in import enter, token_on

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_cross_site_requests_are_refused_even_with_the_right_token(client, sara, headers):
    await enter(client)
    csrf = await token_on(client, "/account")
    answer = await client.post("/inbox", data={"csrf": csrf}, headers=headers)
    assert answer.status == 403
    assert "another site" in await answer.text()


@pytest.mark.parametrize("token", [None, "", "0" * 48, "ü"])
async def test_a_form_without_the_token_is_refused(client, sara, token):
    await enter(client)
    answer = await client.post("/inbox", data={} if token is None else {"csrf": token}, headers=OURS)
    assert answer.status == 403
    assert "Nothing was changed" in await answer.text()


async def test_the_token_is_accepted_in_field_or_header_for_its_own_session(client, sara, aiohttp_client):
    await enter(client)
    csrf = await token_on(client, "/account")
    assert (await client.post("/inbox", data={"csrf": csrf})).status == 200
    assert (await client.post("/inbox", json={}, headers={"X-CSRF-Token": csrf})).status == 200
    other = await aiohttp_client(client.app)
    await enter(other)
    assert (await other.post("/inbox", data={"csrf": csrf})).status == 403


async def test_the_token_of_the_sign_in_page_is_invalid_after_sign_in(client, sara):
    before = await token_on(client)
    await enter(client)
    assert (await client.post("/inbox", data={"csrf": before})).status == 403


async def test_a_secret_address_needs_no_token(client):
    assert (await client.post("/s/unguessable", headers={"Origin": "null"})).status == 200


async def test_a_form_with_an_unstorable_character_is_refused(client):
    answer = await client.post("/s/unguessable", data={"words": "a\x00b"}, headers={"HX-Request": "true"})
    assert answer.status == 422
    assert "Take it out" in await answer.text()


async def test_a_missing_role_is_refused_with_a_sentence(client, sara):
    await enter(client)
    answer = await client.get("/people")
    assert answer.status == 403
    assert "Your role does not allow this" in await answer.text()


async def test_every_answer_has_security_headers(client):
    for path in ("/sign-in", "/nowhere", "/fails/broken", "/healthz"):
        answer = await client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Python" not in answer.headers.get("Server", "")


async def test_served_pages_have_no_inline_script_or_style(client):
    page = await (await client.get("/sign-in")).text()
    assert "style=" not in page
    assert "<style" not in page
    assert "onclick" not in page
    assert "<script>" not in page


@pytest.mark.parametrize(("how", "status"), [("missing", 404), ("conflict", 409), ("invalid", 422)])
async def test_errors_are_rendered_as_page_fragment_or_json(client, how, status):
    page = await client.get(f"/fails/{how}", headers={"Accept": "text/html"})
    assert page.status == status
    assert page.content_type == "text/html"
    fragment = await client.get(f"/fails/{how}", headers={"HX-Request": "true"})
    assert (fragment.status, fragment.content_type) == (status, "text/plain")
    as_json = await client.get(f"/api/fails/{how}")
    assert as_json.status == status
    assert (await as_json.json())["error"] in await page.text()


async def test_an_unexpected_error_shows_an_incident_number_and_no_trace(client, caplog):
    answer = await client.get("/fails/broken")
    page = await answer.text()
    assert answer.status == 500
    assert "RuntimeError" not in page
    assert "hunter2" not in page
    assert answer.headers["X-Request-Id"] in page


async def test_unknown_paths_and_methods_get_an_error_page(client):
    assert "There is nothing here" in await (await client.get("/nowhere")).text()
    assert (await client.post("/healthz")).status == 405


async def test_the_desk_is_healthy_while_its_database_answers(client, database):
    assert (await client.get("/healthz")).status == 200

    async def broken(*_args, **_kw):
        raise OSError("gone")

    client.app[app_keys.DATABASE].read = broken
    answer = await client.get("/healthz")
    assert (answer.status, await answer.json()) == (503, {"ok": False, "database": "OSError"})


async def test_metrics_require_the_token(client):
    await client.get("/sign-in/link/a-token-somebody-has")
    assert (await client.get("/metrics")).status == 404
    assert (await client.get("/metrics", headers={"Authorization": "Bearer wrong"})).status == 404
    answer = await client.get("/metrics", headers={"Authorization": "Bearer " + "t" * 32})
    figures = await answer.text()
    assert 'pasokh_http_answers_total{method="GET",route="/sign-in/link/{token}",status="404"} 1.0' in figures
    assert "a-token-somebody-has" not in figures


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "address"),
    [
        ([], "192.0.2.1", "203.0.113.9", "192.0.2.1"),
        (["192.0.2.0/24"], "192.0.2.1", "203.0.113.9", "203.0.113.9"),
        (["192.0.2.0/24"], "192.0.2.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (["192.0.2.0/24"], "192.0.2.1", "203.0.113.9, 192.0.2.8", "203.0.113.9"),
        (["192.0.2.0/24"], "192.0.2.1", "", "192.0.2.1"),
        (["192.0.2.0/24"], "192.0.2.1", "nonsense", "nonsense"),
    ],
)
def test_forwarded_addresses_are_trusted_from_known_proxies_only(trusted, peer, forwarded, address):
    class Peer:
        def get_extra_info(self, name, default=None):
            return (peer, 1) if name == "peername" else default

    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": forwarded}, transport=Peer())
    request.app[app_keys.SETTINGS] = Settings.model_validate({"web": {"trusted_proxies": trusted}})
    assert client_identity.remote(request) == address


def test_cookies_have_the_host_prefix_over_https():
    settings = Settings.model_validate({"desk": {"public_url": "https://desk.example"}})
    assert settings.secure_cookies
    assert client_identity.cookie_name(settings) == "__Host-session"


async def test_errors_are_translated_with_their_values(client):
    persian = {"Accept-Language": "fa", "HX-Request": "true"}
    assert (
        await (await client.get("/fails/conflict", headers=persian)).text() == "همین حالا کس دیگری این تیکت را برداشت."
    )
    assert await (await client.get("/fails/numbered", headers=persian)).text() == "تیکت ۱۲ وجود ندارد."

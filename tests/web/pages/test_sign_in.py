"""Sign-in by password and one-time link, throttling, sessions, passwords, preferences."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from helpdesk.agents import actions, queries
from tests.web.conftest import PASSWORD


async def token_on(client, path="/sign-in"):
    """The form token of a page, as the browser would send it back."""
    page = await (await client.get(path)).text()
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
    assert found, page[:500]
    return found[1]


async def enter(client, email="sara@desk.example", password=PASSWORD, **more):
    fields = {"email": email, "password": password, "csrf": await token_on(client), **more}
    return await client.post("/sign-in", data=fields, allow_redirects=False)


async def test_an_anonymous_visitor_signs_in_and_returns_to_the_page(client, sara):
    answer = await client.get("/inbox?view=mine", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in?next=%2Finbox%3Fview%3Dmine")
    answer = await enter(client, next="/inbox?view=mine")
    assert (answer.status, answer.headers["Location"]) == (303, "/inbox?view=mine")
    assert "Sara" in await (await client.get("/inbox")).text()


async def test_programs_get_401_and_htmx_gets_a_redirect(client):
    answer = await client.get("/inbox", headers={"HX-Request": "true"}, allow_redirects=False)
    assert (answer.status, answer.headers["HX-Redirect"]) == (401, "/sign-in")
    assert (await client.get("/inbox", headers={"Accept": "text/event-stream"}, allow_redirects=False)).status == 401


async def test_the_session_cookie_is_httponly_and_samesite(client, sara):
    answer = await enter(client)
    cookie = answer.cookies["session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert len(cookie.value) == 32


@pytest.mark.parametrize("email", ["sara@desk.example", "nobody@desk.example", "nonsense"])
async def test_a_wrong_password_and_an_unknown_address_look_the_same(client, sara, email):
    answer = await enter(client, email, "wrong")
    page = await answer.text()
    assert answer.status == 403
    assert "The address or the password is not right." in page
    assert "session" not in answer.cookies


async def test_five_wrong_passwords_throttle_the_account(client, sara, time):
    for _ in range(5):
        assert (await enter(client, password="wrong")).status == 403
    answer = await enter(client)
    assert answer.status == 429
    assert answer.headers["Retry-After"] == "900"
    assert "15 minutes" in await answer.text()
    time.pass_by(minutes=15)
    assert (await enter(client)).status == 303


async def test_guesses_of_others_do_not_lock_out_a_device_the_account_knows(client, sara, time):
    assert (await enter(client)).status == 303
    device = client.session.cookie_jar.filter_cookies(client.make_url("/"))["device"]
    client.session.cookie_jar.clear()
    for _ in range(5):
        assert (await enter(client, password="wrong")).status == 403
    assert (await enter(client)).status == 429
    client.session.cookie_jar.update_cookies({"device": device.value}, client.make_url("/"))
    assert (await enter(client, "other@desk.example", "wrong")).status == 403  # it is known to one account alone
    assert (await enter(client, password="wrong")).status == 403
    assert (await enter(client)).status == 303


async def test_a_known_device_guesses_no_more_often_than_others(client, sara, time):
    assert (await enter(client)).status == 303
    await client.post("/sign-out", data={"csrf": await token_on(client, "/account")}, allow_redirects=False)
    for _ in range(5):
        assert (await enter(client, password="wrong")).status == 403
    assert (await enter(client)).status == 429


async def test_a_made_up_device_is_known_to_nobody(client, sara, time):
    client.session.cookie_jar.update_cookies({"device": "abc-" + "0" * 32 + ".\u06f1-x.--"}, client.make_url("/"))
    for _ in range(5):
        assert (await enter(client, password="wrong")).status == 403
    assert (await enter(client)).status == 429


async def test_an_unknown_account_is_throttled_too(client):
    for _ in range(5):
        assert (await enter(client, "nobody@desk.example", "wrong")).status == 403
    assert (await enter(client, "Nobody@desk.example", "wrong")).status == 429


@pytest.mark.parametrize(
    "ahead", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nSet-Cookie: x=y", "/sign-out"]
)
async def test_sign_in_never_redirects_to_another_site(client, sara, ahead):
    assert (await enter(client, next=ahead)).headers["Location"] == "/inbox"


async def test_a_one_time_link_is_used_by_its_button_not_by_viewing(client, database, sara, time):
    link = await database.write(actions.make_link, person_id=sara, now=time(), lasts=timedelta(minutes=15))
    path = f"/sign-in/link/{link}"
    for _ in range(3):
        assert (await client.get(path)).status == 200
    answer = await client.post(path, data={"csrf": await token_on(client, path)}, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/account/password")
    assert (await client.get("/inbox")).status == 200
    again = await client.get(path)
    assert again.status == 404
    assert "This link no longer works" in await again.text()


async def test_an_expired_link_shows_a_clear_page(client, database, sara, time):
    link = await database.write(actions.make_link, person_id=sara, now=time(), lasts=timedelta(minutes=15))
    csrf = await token_on(client, f"/sign-in/link/{link}")
    time.pass_by(minutes=15)
    answer = await client.post(f"/sign-in/link/{link}", data={"csrf": csrf})
    assert answer.status == 404
    assert "Ask for another one" in await answer.text()


async def test_a_link_allows_a_new_password_for_a_quarter_of_an_hour(client, database, sara, time):
    link = await database.write(actions.make_link, person_id=sara, now=time(), lasts=timedelta(minutes=15))
    path = f"/sign-in/link/{link}"
    await client.post(path, data={"csrf": await token_on(client, path)})
    csrf = await token_on(client, "/account/password")
    new = {"csrf": csrf, "password": "seven small turtles", "again": "seven small turtles"}
    bad = await client.post("/account/password", data={**new, "password": "short", "again": "short"})
    assert bad.status == 422
    assert "too short" in await bad.text()
    answer = await client.post("/account/password", data=new, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/inbox")
    csrf = await token_on(client, "/account")
    assert (await client.post("/account/password", data={**new, "csrf": csrf})).status == 422


async def test_changing_the_password_needs_the_old_one_and_signs_out_other_browsers(
    client, database, sara, aiohttp_client
):
    other = await aiohttp_client(client.app)
    await enter(other)
    await enter(client)
    fields = {
        "csrf": await token_on(client, "/account"),
        "password": "seven small turtles",
        "again": "seven small turtles",
    }
    refused = await client.post("/account/password", data={**fields, "current": "wrong"})
    assert refused.status == 422
    assert "not right" in await refused.text()
    answer = await client.post("/account/password", data={**fields, "current": PASSWORD}, allow_redirects=False)
    assert answer.status == 303
    assert "is kept" in await (await client.get(answer.headers["Location"])).text()
    assert (await client.get("/inbox")).status == 200
    assert (await other.get("/inbox", allow_redirects=False)).status == 303
    assert (await enter(other)).status == 403
    assert (await enter(other, password="seven small turtles")).status == 303


async def test_guessing_the_current_password_is_throttled(client, sara):
    await enter(client)
    csrf = await token_on(client, "/account")
    fields = {"csrf": csrf, "current": "wrong", "password": "seven small turtles", "again": "seven small turtles"}
    answers = [(await client.post("/account/password", data=fields)).status for _ in range(6)]
    assert answers == [422] * 5 + [429]


async def test_a_session_is_revoked_from_the_account_page(client, database, sara, aiohttp_client, time):
    other = await aiohttp_client(client.app)
    await enter(other)
    await enter(client)
    page = await (await client.get("/account")).text()
    (path,) = re.findall(r"/account/sessions/\d+/revoke", page)
    answer = await client.post(path, data={"csrf": await token_on(client, "/account")}, allow_redirects=False)
    assert answer.status == 303
    assert (await other.get("/inbox", allow_redirects=False)).status == 303
    assert len(await database.read(queries.sessions_of, person_id=sara, now=time())) == 1


async def test_signing_out_ends_the_session(client, sara):
    await enter(client)
    stolen = client.session.cookie_jar.filter_cookies(client.make_url("/"))["session"].value
    answer = await client.post("/sign-out", data={"csrf": await token_on(client, "/account")}, allow_redirects=False)
    assert answer.headers["Location"] == "/sign-in"
    assert (await client.get("/inbox", headers={"Cookie": f"session={stolen}"}, allow_redirects=False)).status == 303


async def test_an_idle_session_expires_and_an_active_one_lasts_until_its_end(client, sara, time):
    await enter(client)
    for _ in range(3):
        time.pass_by(hours=11)
        assert (await client.get("/inbox", allow_redirects=False)).status == 200
    time.pass_by(hours=12)
    assert (await client.get("/inbox", allow_redirects=False)).status == 303
    await enter(client)
    for _ in range(70):
        time.pass_by(hours=10)
        assert (await client.get("/inbox", allow_redirects=False)).status == 200
    time.pass_by(hours=11)
    time.pass_by(hours=10)
    assert (await client.get("/inbox", allow_redirects=False)).status == 303


async def test_preferences_follow_the_account_to_another_browser(client, sara, aiohttp_client):
    await enter(client)
    csrf = await token_on(client, "/account")
    answer = await client.post(
        "/preferences",
        data={"csrf": csrf, "language": "fa", "theme": "dark", "next": "/account"},
        allow_redirects=False,
    )
    assert answer.headers["Location"] == "/account"
    other = await aiohttp_client(client.app, headers={"Accept-Language": "en"})
    await enter(other)
    page = await (await other.get("/account")).text()
    assert '<html lang="fa" dir="rtl" data-theme="dark">' in page


async def test_the_sign_in_page_follows_the_browser_language(client):
    page = await (await client.get("/sign-in", headers={"Accept-Language": "fa-IR,fa;q=0.9,en;q=0.5"})).text()
    assert '<html lang="fa" dir="rtl">' in page

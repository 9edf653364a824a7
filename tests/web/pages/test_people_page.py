"""The people pages: invite, change, disable, new link; administrators only."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from helpdesk.agents import actions, queries, rules, sign_in
from helpdesk.app import web_application
from tests.support.desk.desk_story import story
from tests.support.pages.browser import LIMITS


@pytest.fixture
async def desk(database, tmp_path):
    return story(database, tmp_path)


async def sits_down(desk, aiohttp_client, role, name="Mina"):
    """Sign somebody in; returns their client and id."""
    person = await desk.person(name, role)
    token = await desk.database.write(
        sign_in.enter, person_id=person, account="x", address="", device="", limits=LIMITS, now=desk.time()
    )
    return await aiohttp_client(web_application(desk.app), cookies={"session": token, "language": "en"}), person


async def csrf(client, path="/account"):
    found = re.search(r'name="csrf" value="([^"]+)"', await (await client.get(path)).text())
    assert found is not None
    return found[1]


async def sends(client, path, **fields):
    return await client.post(path, data={"csrf": await csrf(client), **fields}, allow_redirects=False)


def link_on(page):
    found = re.search(r'value="[^"]*(/sign-in/link/[^"]+)"', page)
    assert found is not None, page
    return found[1]


async def person_of(desk, person_id):
    (one,) = await desk.database.read(queries.staff, now=desk.time(), person_id=person_id)
    return one


async def test_an_invited_person_signs_in_by_the_link_shown_once(desk, aiohttp_client):
    client, boss = await sits_down(desk, aiohttp_client, "administrator")
    answer = await sends(client, "/people", name="Sara Moradi", email="sara@desk.example", role="supervisor")
    page = await answer.text()
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    link = link_on(page)
    listed = await (await client.get("/people")).text()
    assert "Sara Moradi" in listed
    assert "invited" in listed
    assert link not in listed
    sara = await aiohttp_client(client.app)
    answer = await sara.post(link, data={"csrf": await csrf(sara, link)}, allow_redirects=False)
    assert answer.headers["Location"] == "/account/password"
    log = await desk.database.read(queries.log_page)
    assert ("person.added", boss) in {(each.action, each.person_id) for each in log}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": "mina@desk.example"}, "here already"),
        ({"email": "nonsense"}, "not an email address"),
        ({"name": " "}, "needs a name"),
        ({"role": "king"}, "no role"),
    ],
)
async def test_an_invalid_invitation_is_refused_and_keeps_the_typed_values(desk, aiohttp_client, fields, words):
    client, _ = await sits_down(desk, aiohttp_client, "administrator")
    answer = await sends(
        client, "/people", **{"name": "Sara M", "email": "sara@desk.example", "role": "agent", **fields}
    )
    page = await answer.text()
    assert answer.status == 422
    assert words in page
    assert f'value="{fields.get("name", "Sara M")}"' in page
    assert len(await desk.database.read(queries.everybody)) == 1


async def test_a_new_link_replaces_the_earlier_one(desk, aiohttp_client):
    client, _ = await sits_down(desk, aiohttp_client, "administrator")
    sara = await desk.person("Sara")
    links = [link_on(await (await sends(client, f"/people/{sara}/link")).text()) for _ in range(2)]
    assert (await client.get(links[0])).status == 404
    assert (await client.get(links[1])).status == 200


async def test_one_form_changes_name_role_extension_and_teams(desk, aiohttp_client):
    client, _ = await sits_down(desk, aiohttp_client, "administrator")
    sara = await desk.person("Sara")
    assert (await sends(client, "/people/teams", team="Support")).status == 303
    again = await sends(client, "/people/teams", team="Support")
    assert again.status == 422
    assert "of this name already" in await again.text()
    ((team, _name),) = await desk.database.read(queries.teams_by_name)
    answer = await sends(
        client, f"/people/{sara}", name="Sara M", role="supervisor", extension="۱۲", team=str(team)
    )  # fmt: skip
    assert answer.headers["Location"] == f"/people/{sara}?kept"
    assert "Kept." in await (await client.get(answer.headers["Location"])).text()
    one = await person_of(desk, sara)
    assert (one.person.name, one.person.role, one.extension, one.teams) == ("Sara M", "supervisor", "12", (team,))
    listed = await (await client.get("/people")).text()
    assert "extension 12" in listed
    assert "Support" in listed


async def test_a_change_without_a_role_is_refused(desk, aiohttp_client):
    client, _ = await sits_down(desk, aiohttp_client, "administrator")
    sara = await desk.person("Sara")
    assert (await sends(client, f"/people/{sara}", name="Sara M", extension="")).status == 422
    assert (await person_of(desk, sara)).person.role == "agent"


async def test_a_disabled_person_is_signed_out_at_once_and_can_be_enabled_again(desk, aiohttp_client):
    client, _ = await sits_down(desk, aiohttp_client, "administrator")
    theirs, sara = await sits_down(desk, aiohttp_client, "agent", "Sara")
    assert (await theirs.get("/inbox", allow_redirects=False)).status == 200
    assert (await sends(client, f"/people/{sara}/disable")).status == 303
    assert (await theirs.get("/inbox", allow_redirects=False)).status == 303
    page = await (await client.get(f"/people/{sara}")).text()
    assert "Let them in again" in page
    assert (await sends(client, f"/people/{sara}/link")).status == 404
    assert (await sends(client, f"/people/{sara}/enable")).status == 303
    assert (await theirs.get("/inbox", allow_redirects=False)).status == 303
    assert (await sends(client, f"/people/{sara}/link")).status == 200


async def test_the_last_administrator_cannot_be_demoted_or_disabled(desk, aiohttp_client):
    client, boss = await sits_down(desk, aiohttp_client, "administrator")
    answer = await sends(client, f"/people/{boss}/disable")
    assert answer.status == 422
    assert "at least one administrator" in await answer.text()
    answer = await sends(client, f"/people/{boss}", name="Mina", role="agent", extension="")
    assert answer.status == 422
    assert (await client.get("/people")).status == 200


@pytest.mark.parametrize("role", ["agent", "supervisor"])
async def test_only_administrators_change_people_through_the_pages(desk, aiohttp_client, role):
    client, own = await sits_down(desk, aiohttp_client, role)
    for path in ("/people", "/people/teams", *(f"/people/{own}{do}" for do in ("", "/link", "/disable", "/enable"))):
        answer = await sends(client, path, name="X", email="x@desk.example", role="administrator", team="T")
        assert answer.status == 403
    seen = await client.get("/people")
    assert seen.status == (200 if role == "supervisor" else 403)
    assert "Invite somebody" not in await seen.text()
    assert (await client.get(f"/people/{own}")).status == 403
    assert len(await desk.database.read(queries.everybody)) == 1


async def test_the_rail_links_to_people_for_supervisors_and_administrators(desk, aiohttp_client):
    for role in rules.ROLES:
        client, _ = await sits_down(desk, aiohttp_client, role, role)
        assert ('href="/people"' in await (await client.get("/inbox")).text()) is (role != "agent")


async def test_the_first_administrator_chooses_name_and_password(desk, aiohttp_client):
    token = await desk.database.write(
        actions.first_administrator, name=rules.UNNAMED, email="a@desk.example", now=desk.time(),
        lasts=timedelta(minutes=15),
    )  # fmt: skip
    client = await aiohttp_client(web_application(desk.app), headers={"Accept-Language": "en"})
    path = f"/sign-in/link/{token}"
    await client.post(path, data={"csrf": await csrf(client, path)})
    page = await (await client.get("/account/password")).text()
    assert "Customers see it" in page
    words = {"password": "seven small turtles", "again": "seven small turtles"}
    form = await csrf(client, "/account/password")
    refused = await client.post("/account/password", data={"csrf": form, "name": " ", **words})
    assert refused.status == 422
    assert "needs a name" in await refused.text()
    refused = await client.post("/account/password", data={"csrf": form, "name": "نرگس", **words, "again": "x"})
    assert 'value="نرگس"' in await refused.text()
    kept = await client.post("/account/password", data={"csrf": form, "name": "نرگس", **words}, allow_redirects=False)
    assert kept.status == 303
    (person,) = await desk.database.read(queries.everybody)
    assert (person.name, person.has_password) == ("نرگس", True)


async def test_a_named_person_changes_the_name_in_their_account(desk, aiohttp_client):
    client, own = await sits_down(desk, aiohttp_client, "agent", "Sara")
    assert 'name="name"' not in await (await client.get("/account/password")).text()
    answer = await sends(client, "/account/name", name=" ")
    assert answer.status == 422
    assert "needs a name" in await answer.text()
    assert (await sends(client, "/account/name", name="Sara Moradi")).headers["Location"] == "/account?done"
    page = await (await client.get("/account?done")).text()
    assert "Kept." in page
    assert "Sara Moradi" in page
    assert (await person_of(desk, own)).person.name == "Sara Moradi"

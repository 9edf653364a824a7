"""The customer page without script: offers to join, joining, separating, links to another channel."""

from __future__ import annotations

import html
import re

import pytest

from tests.support.desk.desk_story import story
from tests.support.desk.multi_channel_desk import arrives, open_channels, who_has
from tests.support.pages.scriptless import page, post, signed_in


@pytest.fixture
def desk(database, tmp_path):
    return open_channels(story(database, tmp_path))


@pytest.fixture
async def client(desk, aiohttp_client):
    person = await desk.person()
    return await signed_in(desk, aiohttp_client, person)


@pytest.fixture
async def two(desk):
    """Sara by mail, and a visitor who says to be her."""
    mail = await arrives(desk, "email", "My order", "sara@nilgun.example", name="Sara <b>", subject="Order")
    chat = await arrives(desk, "site", "Hello", "v1", also=[("email:sara@nilgun.example", False)])
    return mail, chat


def words(shown):
    return " ".join(html.unescape(re.sub(r"<[^>]+>|[\u2068\u2069]", "", shown)).split())


async def test_a_join_offer_is_shown_beside_the_ticket_with_its_reason(desk, client, two):
    _mail, chat = two
    sara = await who_has(desk, "email:sara@nilgun.example")
    beside = await page(client, f"/inbox/tickets/{chat}")
    assert "Offers to join" in beside
    assert f"/inbox/tickets/{chat}/customer/join?with={sara}" in beside
    assert "They say sara@nilgun.example is theirs, but another customer has it." in words(beside)
    asked = await page(client, f"/inbox/tickets/{chat}/customer/join?with={sara}")
    assert "Nobody has confirmed it" in asked
    assert "Sara &lt;b&gt;" in asked
    assert "Sara <b>" not in asked


async def test_customers_are_joined_and_separated(desk, client, two):
    mail, chat = two
    sara = await who_has(desk, "email:sara@nilgun.example")
    place = f"/inbox/tickets/{chat}/customer"
    assert await post(client, f"{place}/join", {"with": sara}) == place
    assert await who_has(desk, "site:v1") == sara
    beside = await page(client, f"/inbox/tickets/{chat}")
    assert f"/inbox/tickets/{chat}/merge?into={mail}" in beside
    assert "are one customer now" in words(beside)
    assert f'value="{mail}" checked' in await page(client, f"/inbox/tickets/{chat}/merge?into={mail}")
    assert "already" in await post(client, f"{place}/join", {"with": sara}, status=409)
    shown = await page(client, place)
    join = re.search(r'name="join" value="(\d+)"', shown)[1]
    assert "by Mina" in words(shown)
    assert await post(client, f"{place}/part", {"join": join}) == place
    assert await who_has(desk, "site:v1") != await who_has(desk, "email:sara@nilgun.example")
    assert "undone already" in await post(client, f"{place}/part", {"join": join}, status=409)


async def test_a_refused_offer_disappears_for_both_customers(desk, client, two):
    _mail, chat = two
    place = f"/inbox/tickets/{chat}/customer"
    offer = re.search(r'name="offer" value="(\d+)"', await page(client, place))[1]
    await post(client, f"{place}/refuse", {"offer": offer})
    for number in two:
        assert "Offers to join" not in await page(client, f"/inbox/tickets/{number}/customer")


@pytest.mark.parametrize("question", ["sara", "SARA@nil", "#1", "۰۹۱۲", "كاوه"])
async def test_customers_are_found_by_name_address_or_ticket(desk, client, two, question):
    await arrives(desk, "gram", "سلام", "u1", name="کاوه", also=[("phone:+98912000", True)])
    await arrives(desk, "gram", "Hello", "u2", name="100%", also=[("phone:09120001", True)])
    shown = await page(client, f"/inbox/tickets/{two[1]}/customer?q={question.replace('#', '%23')}")
    assert "customer/join?with=" in shown.split("Join with another customer")[1]


@pytest.mark.parametrize("question", ["nobody", "%25", "_", "#2", "#99999999999999999999"])
async def test_an_unknown_search_term_finds_nobody(desk, client, two, question):
    shown = await page(client, f"/inbox/tickets/{two[1]}/customer?q={question.replace('#', '%23')}")
    assert "Nobody else was found" in shown


async def test_an_agent_creates_a_channel_link_for_a_mail(desk, client, two):
    mail, _ = two
    place = f"/inbox/tickets/{mail}/customer"
    shown = await post(client, f"{place}/link", {"address": "email:sara@nilgun.example"}, status=200)
    token = re.search(r"gram\.example/main\?start=([\w-]+)", shown)[1]
    assert await arrives(desk, "gram", "/start", "u1", kind="note", command="start", link=token) == mail
    assert await who_has(desk, "gram:u1") == await who_has(desk, "email:sara@nilgun.example")
    await post(client, f"{place}/link", {"address": "email:somebody@else.example"}, status=422)


async def test_a_request_for_a_person_is_shown_on_the_ticket(desk, client, two):
    _, chat = two
    await arrives(desk, "site", "", "v1", kind="wish", wish="person")
    assert "wants a person</span>" in await page(client, f"/inbox/tickets/{chat}")
    assert "wants a person</span>" in await page(client, "/inbox?view=all")
    await desk.answers(chat, 1)
    assert "wants a person</span>" not in await page(client, f"/inbox/tickets/{chat}")


async def test_customer_requests_are_shown_on_the_timeline(desk, client, two):
    _mail, chat = two
    await arrives(desk, "site", "", "v1", kind="wish", wish="transcript")
    await arrives(desk, "site", "other words", "v1", kind="edit", target="never seen")
    await arrives(desk, "site", "", "v1", kind="wish", wish="end")
    shown = words(await page(client, f"/inbox/tickets/{chat}"))
    for sentence in (
        "The customer asked for the conversation by mail.", "there is no email address.",
        "a message that never reached us; now it says: other words", "The customer considers it settled",
    ):  # fmt: skip
        assert sentence in shown


async def test_entries_of_a_joined_customer_keep_the_name(desk, client, two):
    _mail, chat = two
    await post(
        client, f"/inbox/tickets/{chat}/customer/join", {"with": await who_has(desk, "email:sara@nilgun.example")}
    )
    shown = await page(client, f"/inbox/tickets/{chat}")
    assert '<b dir="auto">Sara &lt;b&gt;</b>' in shown.split('id="e')[2]


async def test_nothing_changes_without_the_form_token(desk, client, two):
    for verb in ("join", "part", "refuse", "link"):
        answer = await client.post(f"/inbox/tickets/{two[1]}/customer/{verb}", data={"with": "1"})
        assert answer.status == 403


@pytest.mark.parametrize("path", ["99/customer", "1/customer/join?with=99", "1/customer/join?with=x"])
async def test_the_page_of_an_unknown_customer_is_not_found(client, two, path):
    await page(client, f"/inbox/tickets/{path}", status=404)


async def test_a_merge_leads_back_to_the_list_and_can_be_undone_from_what_stayed(desk, client, two):
    mail, chat = two
    merge = f"/inbox/tickets/{chat}/merge?view=all&sort=newest"
    form = await page(client, merge)
    assert form.count("view=all&amp;sort=newest") >= 3
    there = await post(client, merge, {"into": "", "other": str(mail), "sure": "1"})
    assert there == f"/inbox/tickets/{mail}?view=all&sort=newest"
    assert f"/inbox/tickets/{chat}/merge" in await page(client, there)
    back = await post(client, f"/inbox/tickets/{chat}/unmerge?view=all", {})
    assert back == f"/inbox/tickets/{chat}?view=all"


async def test_a_customer_is_renamed_on_their_page(desk, client, two):
    _mail, chat = two
    place = f"/inbox/tickets/{chat}/customer"
    assert await post(client, f"{place}/name", {"name": "Nora Delane"}) == place
    assert "Nora Delane" in await page(client, "/inbox?view=all")
    assert "A name is needed." in await post(client, f"{place}/name", {"name": " "}, status=422)

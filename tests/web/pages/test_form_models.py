"""Form models: length limits, one error per faulty field, typed text is kept, passwords are never echoed."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import get_origin

import pytest
from aiohttp import FormData
from pydantic import SecretStr, ValidationError

from helpdesk.web import forms
from helpdesk.web.forms.form_parser import Form
from tests.support.desk.desk_story import story
from tests.support.pages.scriptless import page, post, signed_in

for module in pkgutil.iter_modules(forms.__path__):
    importlib.import_module(f"{forms.__name__}.{module.name}")
FIELDS = [
    pytest.param(form, name, id=f"{form.__name__}.{name}")
    for form in sorted(
        {*Form.__subclasses__(), *(low for top in Form.__subclasses__() for low in top.__subclasses__())}, key=str
    )
    for name in form.model_fields
]


@pytest.fixture
def desk(database, tmp_path):
    return story(database, tmp_path)


@pytest.fixture
async def client(desk, aiohttp_client):
    return await signed_in(desk, aiohttp_client, await desk.person(role="administrator"))


async def form_token(client):
    return re.search(r'name="csrf" value="([^"]+)"', await page(client, "/account"))[1]


def length(value: object) -> int:
    return len(value.get_secret_value()) if isinstance(value, SecretStr) else len(str(value))


@pytest.mark.parametrize(("form", "name"), FIELDS)
def test_every_field_has_a_limit(form, name):
    filled = {info.alias or own: "1" for own, info in form.model_fields.items() if info.is_required()}
    key = form.model_fields[name].alias or name
    repeated = get_origin(form.model_fields[name].annotation) is list
    for posted in (["7" * 1_000_000], ["7"] * 1_000) if repeated else ("7" * 1_000_000,):
        try:
            value = getattr(form.model_validate({**filled, key: posted}), name)
        except ValidationError as error:
            assert key in {str(details["loc"][0]) for details in error.errors()}
        else:
            assert length(value) < 1_000


def test_line_ends_count_as_one_character():
    form = importlib.import_module("helpdesk.web.forms.survey_forms").SurveyForm
    assert form.model_validate({"words": "\r\n" * 2000}).words == "\n" * 2000
    with pytest.raises(ValidationError):
        form.model_validate({"words": "\r\n" * 2001})


@pytest.mark.parametrize(
    ("typed", "number"), [("#۱۲", 12), ("12", 12), (" ١٢ ", 12), ("x", 0), ("9" * 400, 0), ("-1", 0)]
)
def test_a_ticket_number_is_parsed_in_any_script(typed, number):
    form = importlib.import_module("helpdesk.web.forms.ticket_forms").MergeForm
    assert form.model_validate({"other": typed}).number == number


async def test_every_faulty_field_has_its_own_error(client):
    shown = await post(client, "/people", {"name": " ", "email": "nonsense", "role": "king"}, status=422)
    for name in ("name", "email", "role"):
        assert f'id="bad-{name}"' in shown
    assert re.search(r'name="email"[^>]*value="nonsense" aria-describedby="bad-email" aria-invalid="true"', shown)
    assert "A person needs a name." in shown
    assert "This is not an email address." in shown


async def test_an_error_uses_the_digits_of_the_page_and_keeps_the_typed_value(client):
    persian = {"Accept-Language": "fa", "X-CSRF-Token": await form_token(client)}
    answer = await client.post("/people/teams", data={"team": "ت" * 81}, headers=persian)
    shown = await answer.text()
    assert answer.status == 422
    assert "حداکثر ۸۰ نویسه" in shown
    assert f'value="{"ت" * 81}"' in shown


async def test_ticked_teams_stay_ticked_when_the_form_is_refused(desk, client):
    person_id = await desk.person("Sara")
    await post(client, "/people/teams", {"team": "Support"})
    refused = await post(
        client, f"/people/{person_id}", {"name": " ", "role": "agent", "extension": "", "team": "1"}, status=422
    )
    assert re.search(r'name="team" value="1" checked', refused)


async def test_passwords_are_never_echoed(client):
    secret = "zebra-crossing-" * 30
    fields = {"current": secret, "password": secret, "again": secret}
    shown = await post(client, "/account/password", fields, status=422)
    assert "This password is too long" in shown
    assert "zebra" not in shown
    assert "zebra" not in await post(client, "/sign-in", {"email": "a@desk.example", "password": secret}, status=422)


async def test_a_reply_that_is_too_long_stays_in_the_composer(desk, client):
    number = await desk.writes()
    words = "word " * 20_001
    shown = await post(client, f"/inbox/tickets/{number}/reply", {"text": words, "seen": "99"}, status=422)
    assert "longer than 100,000 characters" in shown
    assert words.strip() in shown
    assert (await desk.ticket(number)).answered is False


async def test_a_refused_edit_keeps_its_text(desk, client):
    number = await desk.writes()
    await post(client, f"/inbox/tickets/{number}/reply", {"text": "First", "seen": "99"})
    entry = (await desk.timeline(number))[-1].id
    fields = {"entry": str(entry), "text": "x" * 100_001}
    shown = await post(client, f"/inbox/tickets/{number}/edit", fields, status=422)
    assert 'id="bad-text"' in shown
    assert fields["text"] in shown
    assert f'name="entry" value="{entry}"' in shown


async def test_an_error_fragment_names_its_field_in_a_header(desk, client):
    number = await desk.writes()
    answer = await client.post(
        f"/inbox/tickets/{number}/followed-up", data={"task": "1", "outcome": "x" * 2001},
        headers={"HX-Request": "true", "X-CSRF-Token": await form_token(client)},
    )  # fmt: skip
    assert (answer.status, answer.headers["X-Field"]) == (422, "outcome")
    assert await answer.text() == "This is too long: at most 2000 characters."


async def test_files_posted_with_a_note_are_stored(desk, client):
    number = await desk.writes()
    form = FormData({"text": "See the plan"})
    form.add_field("upload", b"the plan", filename="plan.txt")
    form.add_field("upload", b"", filename="", content_type="application/octet-stream")
    headers = {"X-CSRF-Token": await form_token(client)}
    answer = await client.post(f"/inbox/tickets/{number}/note", data=form, headers=headers, allow_redirects=False)
    assert answer.status == 303
    assert "plan.txt" in await page(client, f"/inbox/tickets/{number}")


async def test_too_many_files_are_refused_instead_of_dropped(desk, client):
    number = await desk.writes()
    fields = [("text", "Hello"), ("seen", "99"), *(("file", str(file)) for file in range(1, 22))]
    shown = await post(client, f"/inbox/tickets/{number}/reply", fields, status=422)
    assert "at most 20" in shown

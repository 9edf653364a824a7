"""Language, theme and shortcuts: stored in cookies, and with the account of whoever is signed in."""

from __future__ import annotations

from aiohttp import web

from helpdesk.agents import actions
from helpdesk.web import client_identity
from helpdesk.web.app_keys import DATABASE, PERSON, SETTINGS
from helpdesk.web.forms.form_parser import parse_form
from helpdesk.web.forms.sign_in_forms import PreferencesForm
from helpdesk.web.security import public

YEAR = 365 * 86_400


@public
async def save_preferences(request: web.Request) -> web.StreamResponse:
    """Save the preference and return to the page."""
    form = await parse_form(request, PreferencesForm)
    chosen = form.model_dump(include={"language", "theme", "shortcuts"}, exclude_none=True)
    person = request[PERSON]
    if person is not None:
        await request.app[DATABASE].write(
            actions.prefer, person_id=person.id, language=chosen.get("language"), theme=chosen.get("theme")
        )
    otherwise = "/inbox" if person else "/sign-in"
    next_path = client_identity.safe_path(form.next, otherwise, doors=True)
    response = web.Response(status=303, headers={"Location": next_path})
    for name, value in chosen.items():
        response.set_cookie(
            name, value, path="/", max_age=YEAR, samesite="Lax", httponly=True,
            secure=request.app[SETTINGS].secure_cookies,
        )  # fmt: skip
    return response

"""The account page: own name, extension, password, and the browsers one is signed in with."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from aiohttp import web

from helpdesk.agents import actions, queries, rules, sign_in
from helpdesk.errors import Conflict, Invalid
from helpdesk.web import client_identity
from helpdesk.web.app_keys import CLOCK, DATABASE, PASSWORDS, SESSION, SETTINGS, signed_in
from helpdesk.web.forms.form_parser import NOT_REFUSED, Refused, parse_form, refuse
from helpdesk.web.forms.sign_in_forms import ExtensionForm, NameForm, PasswordForm
from helpdesk.web.pages.navigation import page_frame
from helpdesk.web.rendering.page_renderer import PAGES


def _(words: str) -> str:
    return words  # marks texts for extraction; translated where they are rendered


async def page(request: web.Request) -> web.StreamResponse:
    """The account page."""
    return await _page(request)


async def password_form(request: web.Request) -> web.StreamResponse:
    """The page for a first password, or a new one after a one-time link."""
    if not _without_old(request):
        raise web.HTTPSeeOther("/account")
    return _form(request)


async def choose_password(request: web.Request) -> web.StreamResponse:
    """Save a new password. Other sessions end, this browser gets a new one."""
    app, person = request.app, signed_in(request)
    try:
        form = await parse_form(request, PasswordForm)
        name = form.name if _asks_name(request) else None
        stored = (await app[DATABASE].read(queries.password_of, email=person.email) or (None, None))[1]
        password = form.password.get_secret_value()
        await _check_password(request, form, name or person.name, stored)
    except Invalid as error:
        return await _show_again(request, await refuse(request, error, PasswordForm))
    token = await app[DATABASE].write(
        sign_in.choose_password, person_id=person.id, known_hash=stored,
        new_hash=await asyncio.to_thread(app[PASSWORDS].hash, password),
        address=client_identity.remote(request), device=client_identity.device(request),
        limits=client_identity.limits(app[SETTINGS]), now=app[CLOCK](), name=name,
    )  # fmt: skip
    response = web.Response(status=303, headers={"Location": "/inbox" if _without_old(request) else "/account?kept"})
    client_identity.set_session_cookie(request, response, token)
    return response


async def choose_name(request: web.Request) -> web.StreamResponse:
    """Save the own name, as colleagues and customers see it."""
    app, person = request.app, signed_in(request)
    try:
        form = await parse_form(request, NameForm)
        await app[DATABASE].write(actions.rename, person_id=person.id, name=form.name, now=app[CLOCK](), by=person.id)
    except Invalid as error:
        return await _page(request, await refuse(request, error, NameForm))
    raise web.HTTPSeeOther("/account?done")


async def choose_extension(request: web.Request) -> web.StreamResponse:
    """Save the extension of the own telephone."""
    app, person = request.app, signed_in(request)
    try:
        form = await parse_form(request, ExtensionForm)
        await app[DATABASE].write(
            actions.set_extension, person_id=person.id, extension=form.extension, now=app[CLOCK](), by=person.id
        )
    except (Conflict, Invalid) as error:
        return await _page(request, await refuse(request, error, ExtensionForm))
    raise web.HTTPSeeOther("/account?done")


async def revoke(request: web.Request) -> web.StreamResponse:
    """Revoke one of the own sessions."""
    session_id = int(request.match_info["session_id"])
    await request.app[DATABASE].write(
        sign_in.revoke, session_id=session_id, by=signed_in(request), now=request.app[CLOCK]()
    )
    raise web.HTTPSeeOther("/account")


def _without_old(request: web.Request) -> bool:
    """Whether the old password is not required: there is none, or a one-time link was just used."""
    session, own = request[SESSION], request.app[SETTINGS].sign_in
    assert session is not None
    fresh = request.app[CLOCK]() - session.created_at < timedelta(minutes=own.link_minutes)
    return not signed_in(request).has_password or (session.by_link and fresh)


async def _old_is_right(request: web.Request, stored: str | None, current: str) -> bool:
    """Whether the current password is right; counted like a sign-in. Raises Resting."""
    app, account = request.app, f"password:{signed_in(request).id}"
    limits, address = client_identity.limits(app[SETTINGS]), client_identity.remote(request)
    await app[DATABASE].write(sign_in.begin, account=account, address=address, limits=limits, now=app[CLOCK]())
    return await asyncio.to_thread(app[PASSWORDS].right, stored, current[: rules.LONGEST])


def _asks_name(request: web.Request) -> bool:
    return _without_old(request) and signed_in(request).named_by_desk


async def _check_password(request: web.Request, form: PasswordForm, name: str, stored: str | None) -> None:
    """Raises Invalid for a weak password, two different ones, or a wrong current one."""
    password = form.password.get_secret_value()
    problem = rules.password_problem(password, name=name, email=signed_in(request).email)
    if problem is not None:
        raise Invalid(problem, "password")
    if password != form.again.get_secret_value():
        raise Invalid("The two new passwords are not the same.", "again")
    if not _without_old(request) and not await _old_is_right(request, stored, form.current.get_secret_value()):
        raise Invalid("The password you have now is not right.", "current")


async def _show_again(request: web.Request, refused: Refused) -> web.Response:
    return _form(request, refused) if _without_old(request) else await _page(request, refused)


def _form(request: web.Request, refused: Refused = NOT_REFUSED) -> web.Response:
    person = signed_in(request)
    return request.app[PAGES].render(
        request, "sign_in/set_password.html", status=422 if refused.errors else 200, typed=refused.typed,
        errors=refused.errors, ask_name=_asks_name(request), email=person.email, first=True, shortest=rules.SHORTEST,
    )  # fmt: skip


async def _page(request: web.Request, refused: Refused = NOT_REFUSED) -> web.Response:
    app, person, session = request.app, signed_in(request), request[SESSION]
    assert session is not None
    rows = await app[DATABASE].read(queries.sessions_of, person_id=person.id, now=app[CLOCK]())
    places = [
        {"id": row.id, "device": row.device, "address": row.address, "last_seen_at": row.seen_at,
         "current": row.id == session.id}
        for row in rows
    ]  # fmt: skip
    pages = app[PAGES]
    say = pages.gettext(pages.language_of(request)).gettext
    kept = _("Your new password is kept. Everywhere else you were signed out.")
    notice = say(kept) if "kept" in request.query else say(_("Kept.")) if "done" in request.query else None
    extension = await app[DATABASE].read(queries.extension_of, person_id=person.id)
    return pages.render(
        request, "sign_in/account.html", status=422 if refused.errors else 200, sessions=places, typed=refused.typed,
        errors=refused.errors, notice=notice, shortest=rules.SHORTEST, extension=extension or "",
        **await page_frame(request, "account"),
    )  # fmt: skip

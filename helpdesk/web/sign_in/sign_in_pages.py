"""The sign-in pages: by password or by one-time link, and sign-out."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import NoReturn

from aiohttp import web

from helpdesk.agents import queries, rules, sign_in
from helpdesk.agents.hashing import Passwords, token_hash
from helpdesk.agents.rules import Person
from helpdesk.errors import NotFound
from helpdesk.web import client_identity
from helpdesk.web.app_keys import CLOCK, DATABASE, PASSWORDS, PERSON, SESSION, SETTINGS
from helpdesk.web.forms.form_parser import InvalidForm, parse_form, refuse
from helpdesk.web.forms.sign_in_forms import SignInForm
from helpdesk.web.rendering.page_renderer import LANGUAGES, PAGES, THEMES
from helpdesk.web.security import public

YEAR = 365 * 86_400


@public
async def form(request: web.Request) -> web.StreamResponse:
    """The sign-in page; a signed-in person is redirected."""
    next_path = client_identity.safe_path(request.query.get("next"), "")
    if request[PERSON] is not None:
        _redirect(next_path)
    return request.app[PAGES].render(request, "sign_in/sign_in.html", email="", errors={}, ahead=next_path)


@public
async def enter(request: web.Request) -> web.StreamResponse:
    """Sign in by password. Wrong, unknown and disabled accounts give the same answer in the same time."""
    app, now = request.app, request.app[CLOCK]()
    try:
        form = await parse_form(request, SignInForm)
    except InvalidForm as error:
        return await _refused(request, error)
    account = rules.fold_email(form.email) or form.email.strip().casefold()
    limits, address = client_identity.limits(app[SETTINGS]), client_identity.remote(request)
    next_path = client_identity.safe_path(form.next, "")
    known = client_identity.known_device(request, account)
    try:
        await app[DATABASE].write(
            sign_in.begin, account=account, address=address, limits=limits, now=now, known_device=known
        )
    except sign_in.Resting as resting:
        return _throttled(request, resting, form.email, next_path)
    account_row = await app[DATABASE].read(queries.password_of, email=account)
    stored = account_row[1] if account_row else None
    passwords = app[PASSWORDS]
    right = await asyncio.to_thread(passwords.right, stored, form.password.get_secret_value())
    if not right or account_row is None:
        _ = _gettext(request)
        return app[PAGES].render(
            request, "sign_in/sign_in.html", status=403, email=form.email, ahead=next_path,
            errors={"password": _("The address or the password is not right.")},
        )  # fmt: skip
    fresh = await _newer_hash(passwords, stored, form.password.get_secret_value())
    token = await app[DATABASE].write(
        sign_in.enter, person_id=account_row[0].id, account=account, address=address, device=client_identity.device(request),
        limits=limits, now=now, rotated=_old_session(request), new_hash=fresh, known_device=known,
    )  # fmt: skip
    response = _welcome(request, account_row[0], token, next_path or "/inbox")
    client_identity.remember_device(request, response, account)
    return response


async def _newer_hash(passwords: Passwords, stored: str | None, password: str) -> str | None:
    """The hash of today's strength; None where the stored one has it."""
    outdated = stored is not None and passwords.outdated(stored)
    return await asyncio.to_thread(passwords.hash, password) if outdated else None


@public
async def link(request: web.Request) -> web.StreamResponse:
    """The page of a one-time link. Viewing does not use it up: mail scanners follow links."""
    app, hashed = request.app, token_hash(request.match_info["token"])
    try:
        person = await app[DATABASE].read(queries.link, token_hash=hashed, now=app[CLOCK]())
    except NotFound as error:
        return _dead_link(request, error)
    return app[PAGES].render(request, "sign_in/link.html", name=person.name, error=None)


@public
async def spend_link(request: web.Request) -> web.StreamResponse:
    """Sign in with a one-time link, which is then used up."""
    app = request.app
    try:
        person, token = await app[DATABASE].write(
            sign_in.enter_by_link, token=request.match_info["token"], address=client_identity.remote(request),
            device=client_identity.device(request), limits=client_identity.limits(app[SETTINGS]), now=app[CLOCK](),
            rotated=_old_session(request),
        )  # fmt: skip
    except NotFound as error:
        return _dead_link(request, error)
    return _welcome(request, person, token, client_identity.safe_path(request.query.get("next"), "/account/password"))


@public
async def leave(request: web.Request) -> web.StreamResponse:
    """Sign out this browser."""
    token = client_identity.token_of(request)
    if token and request[SESSION] is not None:
        await request.app[DATABASE].write(sign_in.leave, token=token, now=request.app[CLOCK]())
    response = web.Response(status=303, headers={"Location": "/sign-in"})
    client_identity.clear_session_cookie(request, response)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _welcome(request: web.Request, person: Person, token: str, next_path: str) -> web.Response:
    response = web.Response(status=303, headers={"Location": next_path})
    client_identity.set_session_cookie(request, response, token)
    secure = request.app[SETTINGS].secure_cookies
    for name, value, known in (("language", person.language, LANGUAGES), ("theme", person.theme, THEMES)):
        if value and value in known and value != "system":
            response.set_cookie(name, value, path="/", max_age=YEAR, samesite="Lax", httponly=True, secure=secure)
    return response


async def _refused(request: web.Request, error: InvalidForm) -> web.Response:
    """The form with its errors; no attempt is counted."""
    refused = await refuse(request, error, SignInForm)
    next_path = client_identity.safe_path(refused.typed.get("next"), "")
    return request.app[PAGES].render(
        request, "sign_in/sign_in.html", status=422, email=refused.typed.get("email", ""), ahead=next_path,
        errors=refused.errors,
    )  # fmt: skip


def _throttled(request: web.Request, error: sign_in.Resting, typed: str, next_path: str) -> web.Response:
    seconds = max(1, math.ceil((error.until - request.app[CLOCK]()).total_seconds()))
    pages = request.app[PAGES]
    words = pages.gettext(pages.language_of(request)).ngettext(
        "Too many tries. Wait %(count)s minute, or ask an administrator for a one-time link.",
        "Too many tries. Wait %(count)s minutes, or ask an administrator for a one-time link.",
        math.ceil(seconds / 60),
    ) % {"count": math.ceil(seconds / 60)}
    answer = pages.render(request, "sign_in/sign_in.html", status=429, email=typed, ahead=next_path, errors={"": words})
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _dead_link(request: web.Request, error: NotFound) -> web.Response:
    return request.app[PAGES].render(
        request, "sign_in/link.html", status=404, name="", error=_gettext(request)(str(error))
    )


def _old_session(request: web.Request) -> str | None:
    token = client_identity.token_of(request)
    return token_hash(token) if token and request[SESSION] is not None else None


def _gettext(request: web.Request) -> Callable[[str], str]:
    pages = request.app[PAGES]
    return pages.gettext(pages.language_of(request)).gettext


def _redirect(next_path: str) -> NoReturn:
    raise web.HTTPSeeOther(next_path or "/inbox")

"""One's own account: password, and where one is signed in."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from aiohttp import web

from helpdesk.agents import actions, queries, rules, sign_in
from helpdesk.errors import Conflict, Invalid
from helpdesk.web import client_identity
from helpdesk.web.app_keys import CLOCK, DATABASE, PASSWORDS, SESSION, SETTINGS, signed_in
from helpdesk.web.pages.navigation import page_frame
from helpdesk.web.rendering.page_renderer import PAGES


def _(words: str) -> str:
    return words  # marks them for the catalogues; they are said in the page's language below


async def page(request: web.Request) -> web.StreamResponse:
    """The account page."""
    return await _page(request)


async def password_form(request: web.Request) -> web.StreamResponse:
    """Choose a first password, or another one after a one-time link; else on the account page."""
    if not _without_old(request):
        raise web.HTTPSeeOther("/account")
    return _form(request)


async def choose_password(request: web.Request) -> web.StreamResponse:
    """Keep a new password. Every other browser is signed out, this one gets a fresh session."""
    app, person, fields = request.app, signed_in(request), await request.post()
    current, password, again = (str(fields.get(name, "")) for name in ("current", "password", "again"))
    name = str(fields["name"]) if "name" in fields and _asks_name(request) else None
    stored = (await app[DATABASE].read(queries.password_of, email=person.email) or (None, None))[1]
    problem = _name_problem(name) or rules.password_problem(password, name=name or person.name, email=person.email)
    if problem is None and password != again:
        problem = _("The two new passwords are not the same.")
    if problem is None and not _without_old(request) and not await _old_is_right(request, stored, current):
        problem = _("The password you have now is not right.")
    if problem is not None:
        return await _refused(request, problem, name or "")
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
    """Keep what one is called, here and before customers."""
    app, person, name = request.app, signed_in(request), str((await request.post()).get("name", ""))
    try:
        await app[DATABASE].write(actions.rename, person_id=person.id, name=name, now=app[CLOCK](), by=person.id)
    except Invalid as error:
        say = app[PAGES].gettext(app[PAGES].language_of(request)).gettext
        return await _page(request, wrong_name=say(str(error)), name=name)
    raise web.HTTPSeeOther("/account?done")


async def choose_extension(request: web.Request) -> web.StreamResponse:
    """Keep which telephone is one's own."""
    app, person, fields = request.app, signed_in(request), await request.post()
    extension = str(fields.get("extension", ""))
    try:
        await app[DATABASE].write(
            actions.set_extension, person_id=person.id, extension=extension, now=app[CLOCK](), by=person.id
        )
    except (Conflict, Invalid) as error:
        say = app[PAGES].gettext(app[PAGES].language_of(request)).gettext
        return await _page(request, wrong_extension=say(str(error)), extension=extension)
    raise web.HTTPSeeOther("/account?done")


async def revoke(request: web.Request) -> web.StreamResponse:
    """Sign out one of one's own browsers."""
    session_id = int(request.match_info["session_id"])
    await request.app[DATABASE].write(
        sign_in.revoke, session_id=session_id, by=signed_in(request), now=request.app[CLOCK]()
    )
    raise web.HTTPSeeOther("/account")


def _without_old(request: web.Request) -> bool:
    """Whether the old password need not be told: there is none, or a one-time link was spent just now."""
    session, own = request[SESSION], request.app[SETTINGS].sign_in
    assert session is not None
    fresh = request.app[CLOCK]() - session.created_at < timedelta(minutes=own.link_minutes)
    return not signed_in(request).has_password or (session.by_link and fresh)


async def _old_is_right(request: web.Request, stored: str | None, current: str) -> bool:
    """Compares it, counted like a sign-in so that a stolen session can't guess. Raises Resting."""
    app, account = request.app, f"password:{signed_in(request).id}"
    limits, address = client_identity.limits(app[SETTINGS]), client_identity.remote(request)
    await app[DATABASE].write(sign_in.begin, account=account, address=address, limits=limits, now=app[CLOCK]())
    return await asyncio.to_thread(app[PASSWORDS].right, stored, current[: rules.LONGEST])


def _asks_name(request: web.Request) -> bool:
    return _without_old(request) and signed_in(request).named_by_desk


def _name_problem(name: str | None) -> str | None:
    if name is not None:
        try:
            rules.fold_name(name)
        except Invalid as error:
            return str(error)
    return None


async def _refused(request: web.Request, problem: str, name: str) -> web.Response:
    pages = request.app[PAGES]
    message = pages.gettext(pages.language_of(request)).gettext(problem)
    return _form(request, message, name) if _without_old(request) else await _page(request, message)


def _form(request: web.Request, error: str | None = None, name: str = "") -> web.Response:
    person = signed_in(request)
    return request.app[PAGES].render(
        request, "sign_in/set_password.html", status=422 if error else 200, name=name, ask_name=_asks_name(request),
        email=person.email, first=True, error=error, shortest=rules.SHORTEST,
    )  # fmt: skip


async def _page(
    request: web.Request, error: str | None = None, *, wrong_extension: str = "", extension: str | None = None,
    wrong_name: str = "", name: str | None = None,
) -> web.Response:  # fmt: skip
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
    own = await app[DATABASE].read(queries.extension_of, person_id=person.id) if extension is None else extension
    return pages.render(
        request, "sign_in/account.html", status=422 if error or wrong_extension or wrong_name else 200, sessions=places,
        error=error, notice=notice, shortest=rules.SHORTEST, extension=own or "",
        wrong_extension=wrong_extension, name=person.name if name is None else name, wrong_name=wrong_name, **await page_frame(request, "account"),
    )  # fmt: skip

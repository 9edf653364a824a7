"""Security middleware: session, roles, CSRF protection, security headers. Closed by default.

`@public` opens a handler to people who are not signed in, `@secret_address` to whoever knows an unguessable address;
`@needs("people.manage")` requires a permission.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from aiohttp import web

from helpdesk.agents import rules
from helpdesk.errors import Forbidden, Invalid
from helpdesk.web import client_identity
from helpdesk.web.app_keys import CSRF, ID, PERSON, SESSION, SETTINGS
from helpdesk.web.forms.form_parser import read_fields
from helpdesk.web.rendering import error_pages

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
H = TypeVar("H", bound=Callable[..., Any])

MOST_DIGITS = 18
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SESSIONLESS = (
    "/assets/",
    "/channels/",
    "/api/",
    "/healthz",
    "/metrics",
    "/pictures/",
)  # no session is read; channels and API authenticate themselves
WITHOUT_COOKIES = ("/channels/", "/api/")  # not authenticated by cookies, so no CSRF token is needed

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


def public(handler: H) -> H:
    """Mark a handler as public."""
    handler.open_to_all = True  # type: ignore[attr-defined]
    return handler


def secret_address(handler: H) -> H:
    """Mark a handler whose URL carries a secret token: public, and its forms need no CSRF token."""
    handler.secret_address = True  # type: ignore[attr-defined]
    return public(handler)


def needs(action: str) -> Callable[[H], H]:
    """Require the permission `action`."""

    def mark(handler: H) -> H:
        handler.needs = action  # type: ignore[attr-defined]
        return handler

    return mark


def protect(app: web.Application) -> None:
    """Install the middleware in `app`."""
    app.middlewares.extend((error_pages.error_middleware, authenticate, csrf_protection))
    app.on_response_prepare.append(add_headers)


@web.middleware
async def authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Middleware: authentication and authorisation. Sets `person`, `session` and `csrf` in the request."""
    request[PERSON] = None
    request[SESSION] = None
    if request.path.startswith(SESSIONLESS):
        return await handler(request)
    session = await client_identity.session_of(request)
    if session is not None:
        request[PERSON], request[SESSION] = session.person, session
    request[CSRF], fresh = client_identity.form_token(request)
    response = await _admit(request, handler)
    if fresh and not response.prepared:
        client_identity.remember_visit(request, response, fresh)
    return response


async def _admit(request: web.Request, handler: Handler) -> web.StreamResponse:
    target = request.match_info.handler
    if any(len(part) > MOST_DIGITS and part.isdigit() for part in request.match_info.values()):
        raise web.HTTPNotFound  # beyond any database id
    if request.match_info.http_exception is not None or getattr(target, "open_to_all", False):
        return await handler(request)
    person = request[PERSON]
    if person is None:
        return _to_sign_in(request)
    action = getattr(target, "needs", None)
    if action is not None and not rules.may(person, action):
        raise Forbidden("Your role does not allow this. Ask an administrator if you need it.")
    return await handler(request)


def _to_sign_in(request: web.Request) -> web.StreamResponse:
    next_path = f"/sign-in?next={quote(request.path_qs, safe='')}" if request.method in SAFE else "/sign-in"
    if request.headers.get("HX-Request"):
        return web.Response(status=401, headers={"HX-Redirect": "/sign-in"})
    if request.method in SAFE and "text/html" in request.headers.get("Accept", "*/*").replace("*/*", "text/html"):
        return web.Response(status=303, headers={"Location": next_path, "Cache-Control": "no-store"})
    return web.Response(status=401, text="Sign in first.\n", headers={"Location": next_path})


@web.middleware
async def csrf_protection(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Middleware: CSRF protection of every unsafe request, by origin and by token."""
    elsewhere = request.match_info.http_exception is not None or request.path.startswith(WITHOUT_COOKIES)
    if request.method not in SAFE and not elsewhere:
        if not getattr(request.match_info.handler, "secret_address", False):
            _check_origin(request)
            await _check_token(request)
        await _check_storable(request)
    return await handler(request)


def _check_origin(request: web.Request) -> None:
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    ours = {urlsplit(request.app[SETTINGS].desk.public_url).netloc, request.host}
    if site not in ("same-origin", "none") or (origin is not None and urlsplit(origin).netloc not in ours):
        raise Forbidden("This came from another site. Nothing was changed.")


async def _check_token(request: web.Request) -> None:
    given = request.headers.get("X-CSRF-Token")
    if given is None:
        given = str(fields["csrf"]) if "csrf" in (fields := await read_fields(request)) else ""
    if not given or not hmac.compare_digest(given.encode(), request.get(CSRF, "").encode()):
        raise Forbidden(
            "This page was open for too long, or your browser keeps no cookies. Nothing was changed. Open it again."
        )


async def _check_storable(request: web.Request) -> None:
    for value in (await read_fields(request)).values():
        text = str(getattr(value, "filename", value))
        if "\0" in text or LONE_SURROGATE.search(text):
            raise Invalid("There is a character in this form that no database can keep. Take it out and try again.")


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Security headers of every response; a handler's own ones win."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    embedded = request.path.startswith(("/assets/", "/channels/"))  # stickers in mails, the chat widget on other sites
    response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if embedded else "same-origin")
    response.headers.setdefault("Cache-Control", "no-store")
    if request.config_dict[SETTINGS].secure_cookies:  # also below a channel's own routes
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    response.headers["X-Request-Id"] = request.get(ID, "-")
    response.headers.pop("Server", None)

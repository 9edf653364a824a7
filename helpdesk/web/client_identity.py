"""Client identification: network address behind trusted proxies, session cookie, CSRF token of forms."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import re
import secrets
from contextlib import suppress
from datetime import timedelta

from aiohttp import web

from helpdesk.agents import queries, rules, sign_in
from helpdesk.agents.hashing import new_token, token_hash
from helpdesk.agents.queries import Session
from helpdesk.errors import Unavailable
from helpdesk.settings import Settings
from helpdesk.web.app_keys import CLOCK, DATABASE, SECRET, SESSION, SETTINGS

SEEN_AT_MOST_EVERY = timedelta(minutes=1)
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
BROWSERS = {
    re.compile(r"\bEdg/"): "Edge",
    re.compile(r"\bOPR/"): "Opera",
    re.compile(r"\bSamsungBrowser/"): "Samsung Internet",
    re.compile(r"\bFirefox/"): "Firefox",
    re.compile(r"\bChrome/"): "Chrome",
    re.compile(r"\bSafari/"): "Safari",
}


def limits(settings: Settings) -> sign_in.Limits:
    """The sign-in limits of the settings."""
    own = settings.sign_in
    return sign_in.Limits(
        window=timedelta(minutes=own.window_minutes),
        per_account=own.attempts_per_account,
        per_address=own.attempts_per_address,
        lasts=timedelta(days=own.session_days),
    )


def remote(request: web.Request) -> str:
    """The client's network address; X-Forwarded-For counts only from a trusted proxy."""
    address = request.remote or ""
    trusted = [ipaddress.ip_network(trusted_proxy) for trusted_proxy in request.app[SETTINGS].web.trusted_proxies]
    hops = [part.strip() for part in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",") if part.strip()]
    while hops and _within(address, trusted):
        address = hops.pop()
    return address[:64]


def _within(address: str, networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


def device(request: web.Request) -> str:
    """A short description of the browser: `Firefox, Linux`."""
    agent = request.headers.get("User-Agent", "")
    browser = next((name for mark, name in BROWSERS.items() if mark.search(agent)), "")
    system = next((item for item in SYSTEMS if item in agent), "")
    return ", ".join(item for item in (browser, system) if item) or agent[:60]


MOST_ACCOUNTS = 4  # that one device is known to
DEVICE_LASTS = 365 * 86_400  # seconds
BOOKKEEPING = 1.0  # seconds that a page waits for a write which it can do without


def cookie_name(settings: Settings, what: str = "session") -> str:
    """The cookie's name; with https it has the `__Host-` prefix, which no other host can set."""
    return f"__Host-{what}" if settings.secure_cookies else what


def token_of(request: web.Request) -> str | None:
    """The token of the session cookie, not verified yet."""
    return request.cookies.get(cookie_name(request.app[SETTINGS]))


async def session_of(request: web.Request) -> Session | None:
    """The valid session of the request; its idle time starts again."""
    token = token_of(request)
    if not token or len(token) > 64:
        return None
    app, now = request.app, request.app[CLOCK]()
    session = await app[DATABASE].read(queries.session, token_hash=token_hash(token))
    if session is None:
        return None
    idle = timedelta(minutes=app[SETTINGS].sign_in.idle_minutes)
    if rules.session_is_over(seen_at=session.seen_at, expires_at=session.expires_at, idle=idle, now=now):
        return None
    if now - session.seen_at > SEEN_AT_MOST_EVERY:
        with suppress(Unavailable, TimeoutError):  # mere bookkeeping: a full or locked database must lock nobody out
            async with asyncio.timeout(BOOKKEEPING):
                await app[DATABASE].write(sign_in.seen, session_id=session.id, now=now)
    return session


def set_session_cookie(request: web.Request, response: web.StreamResponse, token: str) -> None:
    """Set the session cookie."""
    settings = request.app[SETTINGS]
    response.set_cookie(
        cookie_name(settings), token, path="/", httponly=True, samesite="Lax", secure=settings.secure_cookies,
        max_age=settings.sign_in.session_days * 86_400,
    )  # fmt: skip


def clear_session_cookie(request: web.Request, response: web.StreamResponse) -> None:
    """Delete the session cookie."""
    settings = request.app[SETTINGS]
    response.del_cookie(cookie_name(settings), path="/", httponly=True, samesite="Lax", secure=settings.secure_cookies)


def known_device(request: web.Request, account: str) -> str | None:
    """The id of a device that this account has signed in from before; None: it is not known to the account."""
    cookie = request.cookies.get(cookie_name(request.app[SETTINGS], "device"), "")
    for part in cookie.split(".")[:MOST_ACCOUNTS]:
        device_id, _, signature = part.partition("-")
        if device_id and hmac.compare_digest(
            _device_signature(request, device_id, account).encode(), signature.encode()
        ):
            return device_id
    return None


def remember_device(request: web.Request, response: web.StreamResponse, account: str) -> None:
    """Make this device known to the account that has just signed in with its password, beside others of the device."""
    if known_device(request, account) is not None:
        return
    settings = request.app[SETTINGS]
    name = cookie_name(settings, "device")
    others = [part for part in request.cookies.get(name, "").split(".") if part][: MOST_ACCOUNTS - 1]
    device_id = secrets.token_hex(8)
    value = ".".join([f"{device_id}-{_device_signature(request, device_id, account)}", *others])
    response.set_cookie(
        name, value, path="/", httponly=True, samesite="Lax", secure=settings.secure_cookies, max_age=DEVICE_LASTS
    )


def _device_signature(request: web.Request, device_id: str, account: str) -> str:
    text = f"device:{device_id}:{account}".encode()
    return hmac.new(request.app[SECRET], text, hashlib.sha256).hexdigest()[:32]


def form_token(request: web.Request) -> tuple[str, str | None]:
    """The CSRF token of this browser's forms, and a new cookie value when there is none to bind it to."""
    fresh = None
    bound = token_of(request) if request.get(SESSION) else None
    if bound is None:
        bound = request.cookies.get(cookie_name(request.app[SETTINGS], "visit"))
        if not bound or len(bound) > 64:
            bound = fresh = new_token()
    signed = hmac.new(request.app[SECRET], b"form:" + bound.encode(), hashlib.sha256)
    return signed.hexdigest()[:48], fresh


def remember_visit(request: web.Request, response: web.StreamResponse, visit: str) -> None:
    """Set the cookie that the forms of an anonymous browser are bound to."""
    settings = request.app[SETTINGS]
    name = cookie_name(settings, "visit")
    response.set_cookie(name, visit, path="/", httponly=True, samesite="Lax", secure=settings.secure_cookies)


def safe_path(path: str | None, otherwise: str = "/inbox", *, doors: bool = False) -> str:
    """A local path to redirect to, never another site; the sign-in pages only with `doors`."""
    if not path or not re.fullmatch(r"/(?![/\\])[^\x00-\x20\x7f\\]*", path):
        return otherwise
    return otherwise if path.startswith(("/sign-in", "/sign-out")) and not doors else path

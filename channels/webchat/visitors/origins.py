"""Origin checks: which website a request comes from, whether it may, and its network address."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from aiohttp import web

from channels.webchat.settings import Site, WebchatSettings

LETS = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Content-Type, X-Session, X-Cid, X-Name",
    "Access-Control-Max-Age": "7200",
    "Vary": "Origin",
}


def allowed(site: Site, origin: str | None) -> bool:
    """Whether pages of this origin may connect. A missing origin may not: every browser sends one."""
    if not origin:
        return False
    body = origin.lower()
    if body in site.origins:
        return True
    parts = urlsplit(body)
    return any(
        body.startswith(item.partition("*")[0]) and parts.netloc.endswith(item.partition("*")[2])
        for item in site.origins
        if "*" in item
    )


def allowed_anywhere(settings: WebchatSettings, origin: str | None) -> bool:
    """Whether any site has this origin; the first frame names the site."""
    return any(allowed(site, origin) for site in settings.sites)


def headers(origin: str) -> dict[str, str]:
    """What lets a page of this origin read our answer; never with cookies."""
    return {**LETS, "Access-Control-Allow-Origin": origin}


def address_of(request: web.Request, settings: WebchatSettings) -> str:
    """The visitor's network address; X-Forwarded-For counts only from a trusted proxy."""
    address = request.remote or ""
    hops = [part.strip() for part in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",") if part.strip()]
    while hops and within(address, settings.trusted_proxies):
        address = hops.pop()
    return address[:64]


def within(address: str, networks: Sequence[str]) -> bool:
    """Whether an address lies in one of the networks."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in ipaddress.ip_network(network) for network in networks)

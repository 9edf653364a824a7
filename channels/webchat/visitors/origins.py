"""Which website a request comes from, whether it may, and from which network address."""

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
    said = origin.lower()
    if said in site.origins:
        return True
    parts = urlsplit(said)
    return any(
        said.startswith(one.partition("*")[0]) and parts.netloc.endswith(one.partition("*")[2])
        for one in site.origins
        if "*" in one
    )


def allowed_anywhere(settings: WebchatSettings, origin: str | None) -> bool:
    """Whether any site has this origin; which one is said in the first frame only."""
    return any(allowed(one, origin) for one in settings.sites)


def headers(origin: str) -> dict[str, str]:
    """What lets a page of this origin read our answer; never with cookies."""
    return {**LETS, "Access-Control-Allow-Origin": origin}


def address_of(request: web.Request, settings: WebchatSettings) -> str:
    """The visitor's network address; X-Forwarded-For counts only from a trusted proxy."""
    address = request.remote or ""
    hops = [one.strip() for one in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",") if one.strip()]
    while hops and within(address, settings.trusted_proxies):
        address = hops.pop()
    return address[:64]


def within(address: str, networks: Sequence[str]) -> bool:
    """Whether an address lies in one of the networks."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in ipaddress.ip_network(one) for one in networks)

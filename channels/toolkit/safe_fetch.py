"""Safe fetching of addresses that strangers wrote: public hosts only, redirects and DNS tricks included."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
EMBEDDING = tuple(  # ranges of IPv6 that carry an address of the other kind through gateways
    ipaddress.ip_network(item)
    for item in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fec0::/10")
)
LOCAL_NAMES = ("localhost", ".localhost", ".local", ".internal", ".home.arpa")


class Refused(Exception):
    """The address leads where the desk does not go, or what is there is not what was asked for."""


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet. Mapped IPv4 addresses count as what they are."""
    try:
        ip: Ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif any(ip in network for network in EMBEDDING):
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


@dataclass(frozen=True, slots=True)
class Rules:
    """Where to go and how much to take. `allows`: which IP addresses; `ports`: None means any."""

    allows: Callable[[str], bool] = is_public
    ports: frozenset[int] | None = frozenset({80, 443})
    most_bytes: int = 5 * 1024 * 1024
    seconds: float = 10.0
    redirects: int = 3
    accept: str = "image/*"


class _Resolver(AbstractResolver):
    """Resolves once and hands on public addresses alone: the connection goes to exactly what was checked."""

    def __init__(self, allows: Callable[[str], bool]) -> None:
        self._allows = allows

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        getaddrinfo = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        if not getaddrinfo or any(not self._allows(str(place[0])) for *_, place in getaddrinfo):
            raise OSError(f"{host} is not on the open internet")  # one bad address among good ones is a trick, too
        return [
            ResolveResult(
                hostname=host, host=str(place[0]), port=port, family=kind, proto=proto, flags=socket.AI_NUMERICHOST
            )
            for kind, _, proto, _, place in getaddrinfo
        ]

    async def close(self) -> None:
        """Nothing is open."""


def checked(address: str, rules: Rules) -> URL:
    """The address as it is asked for. Raises Refused."""
    try:
        url = URL(address)
        host, port = (url.host or "").rstrip(".").lower(), url.port
    except ValueError:
        raise Refused("no address") from None
    if url.scheme not in ("http", "https") or not host:
        raise Refused("neither http nor https")
    if url.user or url.password:
        raise Refused("a password in the address")
    if rules.ports is not None and port not in rules.ports:
        raise Refused("an unusual port")
    if host == LOCAL_NAMES[0] or host.endswith(LOCAL_NAMES[1:]):
        raise Refused("a name of the own network")
    if _is_number(host) and not rules.allows(host):
        raise Refused("an address of the own network")
    return url.with_fragment(None)


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


async def fetch(address: str, rules: Rules) -> bytes:
    """What is at an address: without cookies, without telling who asks. Raises Refused."""
    try:
        async with asyncio.timeout(rules.seconds), _session(rules) as session:
            for _ in range(rules.redirects + 1):
                async with session.get(checked(address, rules), allow_redirects=False) as answer:
                    if answer.status in (301, 302, 303, 307, 308):
                        address = urljoin(str(answer.url), answer.headers.get("Location", ""))
                        continue
                    return await _content(answer, rules.most_bytes)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise Refused(f"not reached: {type(error).__name__}") from error
    raise Refused("sent on too often")


def _session(rules: Rules) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(resolver=_Resolver(rules.allows), use_dns_cache=False, force_close=True)
    options: dict[str, Any] = {"trust_env": False, "auto_decompress": False, "max_line_size": 8190}
    return aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept": rules.accept, "Accept-Encoding": "identity", "User-Agent": "Mozilla/5.0"}, **options,
    )  # fmt: skip


async def _content(answer: aiohttp.ClientResponse, most: int) -> bytes:
    if answer.status != 200:
        raise Refused(f"answered {answer.status}")
    kept = bytearray()
    async for piece in answer.content.iter_chunked(65_536):
        kept += piece
        if len(kept) > most:
            raise Refused("too large")
    return bytes(kept)

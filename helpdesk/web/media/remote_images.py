"""Image proxy for mails: remote pictures are fetched by the desk on request, so that the sender learns nothing.

Addresses are signed and expire: the desk fetches only what one of its own mails shows.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import web

from channels.toolkit.file_kinds import image_type
from channels.toolkit.safe_fetch import Refused, Rules, fetch
from helpdesk.web import app_keys
from helpdesk.web.security import secret_address

RULES = web.AppKey("picture_rules", Rules)
AT_ONCE = web.AppKey("pictures_at_once", asyncio.Semaphore)
VALID = 3600  # seconds until a signed URL expires
LONGEST = 2000  # characters of a URL
MOST_KEPT = 2000  # pictures in the cache


def signer(secret: bytes, now: datetime) -> Callable[[str], str | None]:
    """A function that signs proxy URLs of remote pictures; None for what is no web URL."""
    until = int(now.timestamp()) // VALID * VALID + 2 * VALID

    def sign(address: str) -> str | None:
        address = f"https:{address}" if address.startswith("//") else address
        if not address.lower().startswith(("http://", "https://")) or len(address) > LONGEST:
            return None
        return f"/pictures/{_mac(secret, address, until)}?{urlencode({'u': address, 'until': until})}"

    return sign


def _mac(secret: bytes, address: str, until: int) -> str:
    return hmac.new(secret, f"picture:{until}:{address}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


@secret_address
async def picture(request: web.Request) -> web.StreamResponse:
    """One proxied picture. Every failure is a plain 404."""
    app, address, until = request.app, request.query.get("u", ""), request.query.get("until", "")
    if not (until.isascii() and until.isdigit() and len(until) < 12):
        raise web.HTTPNotFound
    mine = hmac.compare_digest(
        request.match_info["token"].encode(), _mac(app[app_keys.SECRET], address, int(until)).encode()
    )
    if not mine or int(until) < app[app_keys.CLOCK]().timestamp():
        raise web.HTTPNotFound
    folder = app[app_keys.SETTINGS].data.folder / "pictures"
    content = await _kept_or_fetched(app, folder, address)
    kind = image_type(content) if content is not None else None
    if content is None or kind is None:
        raise web.HTTPNotFound
    return web.Response(
        body=content,
        content_type=kind,
        headers={
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Content-Disposition": "inline",
            "Cross-Origin-Resource-Policy": "cross-origin",  # the frame of a mail has no origin
            "Cache-Control": f"private, max-age={VALID}",
        },
    )


async def _kept_or_fetched(app: web.Application, folder: Path, address: str) -> bytes | None:
    place = folder / hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()
    kept = await asyncio.to_thread(_read, place)
    if kept is not None:
        return kept
    async with app[AT_ONCE]:
        try:
            content = await fetch(address, app[RULES])
        except Refused:
            return None
    if image_type(content) is None:
        return None
    await asyncio.to_thread(_keep, place, content)
    return content


def _read(place: Path) -> bytes | None:
    try:
        return place.read_bytes()
    except OSError:
        return None


def _keep(place: Path, content: bytes) -> None:
    """Store it in the cache and evict the oldest; on a full disk it is simply fetched again."""
    draft = place.with_name(f".{place.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(place)
        kept = sorted(place.parent.iterdir(), key=lambda item: item.stat().st_mtime)
        for old in kept[:-MOST_KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        draft.unlink(missing_ok=True)


def prepare(app: web.Application, rules: Rules = Rules()) -> list[web.AbstractRouteDef]:  # noqa: B008 (a constant)
    """Set up the proxy in the application; returns its route."""
    app[RULES], app[AT_ONCE] = rules, asyncio.Semaphore(8)
    return [web.get(r"/pictures/{token:[0-9a-f]{64}}", picture)]

"""Attachments over HTTP: pictures, sounds and videos inline, everything else as a download.

The declared type of a file is never trusted: its type is detected from its content, out of a short list of what a
browser shows or plays and can't execute (`helpdesk.web.media.media_probe`).
"""

from __future__ import annotations

import asyncio
import re
from urllib.parse import quote

from aiohttp import web

from helpdesk.errors import NotFound
from helpdesk.tickets import queries
from helpdesk.tickets.rows import AttachmentRow
from helpdesk.web import app_keys
from helpdesk.web.forms.field_types import whole_number
from helpdesk.web.media.media_probe import LOOKS, MediaInfo

KEPT = 600  # seconds a browser may cache it
HARMLESS = "default-src 'none'; sandbox"


async def download(request: web.Request) -> web.StreamResponse:
    """An attachment as a download."""
    attachment, _ = await _attachment(request)
    return _answer(request, attachment, "application/octet-stream", "attachment", "no-store")


async def inline(request: web.Request) -> web.StreamResponse:
    """A picture, sound or video inline, with range requests; anything else as a download."""
    attachment, known = await _attachment(request)
    if known is None:
        return _answer(request, attachment, "application/octet-stream", "attachment", "no-store")
    return _answer(request, attachment, known.type, "inline", f"max-age={KEPT}")


async def _attachment(request: web.Request) -> tuple[AttachmentRow, MediaInfo | None]:
    app = request.app
    attachment = await app[app_keys.DATABASE].read(
        queries.attachment, attachment_id=whole_number(request.match_info["file"])
    )
    if attachment.hash is None:
        raise NotFound(attachment.problem or "This file was not kept.")
    if not await asyncio.to_thread(app[app_keys.FILES].path(attachment.hash).is_file):
        raise NotFound("This file is not in the store any more.")
    await app[LOOKS].learn([attachment.hash])
    return attachment, app[LOOKS].of(attachment.hash)


def _answer(request: web.Request, attachment: AttachmentRow, kind: str, way: str, kept: str) -> web.FileResponse:
    return web.FileResponse(
        request.app[app_keys.FILES].path(attachment.hash or ""),
        headers={
            "Content-Type": kind,
            "Content-Disposition": disposition(way, attachment.name),
            "Content-Security-Policy": HARMLESS,
            "Cache-Control": f"private, {kept}",
        },
    )


def disposition(way: str, name: str) -> str:
    """The Content-Disposition header, with an ASCII fallback of the name."""
    ascii_name = re.sub(r"[^A-Za-z0-9._-]", "_", name)[:80] or "file"
    return f"{way}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"

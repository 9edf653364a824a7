"""The source of a message as plain text: raw mail with headers, or the full text of a very long message."""

from __future__ import annotations

from aiohttp import web

from helpdesk.errors import NotFound
from helpdesk.intake import queries as intake
from helpdesk.tickets import queries
from helpdesk.web import app_keys
from helpdesk.web.forms.field_types import whole_number

MOST_BYTES = 1_000_000
CUT = "\n\n… {} of {} bytes; the whole is in the download.\n"


async def source(request: web.Request) -> web.StreamResponse:
    """The first megabyte of the raw message."""
    app = request.app
    entry = await app[app_keys.DATABASE].read(queries.entry, entry_id=whole_number(request.match_info["entry"]))
    kept = await app[app_keys.DATABASE].read(intake.raw, intake_id=entry.intake_id or 0)
    if kept is None:
        raise NotFound("There is no original of this message.")
    text = kept.raw[:MOST_BYTES].decode("utf-8", "replace").replace("\0", "\ufffd")
    if len(kept.raw) > MOST_BYTES:
        text += CUT.format(MOST_BYTES, len(kept.raw))
    return _plain(text)


async def full_text(request: web.Request) -> web.StreamResponse:
    """The words of a message that is too long for a page, however many they are."""
    entry = await request.app[app_keys.DATABASE].read(queries.entry, entry_id=whole_number(request.match_info["entry"]))
    return _plain(entry.text)


def _plain(text: str) -> web.Response:
    return web.Response(
        text=text,
        content_type="text/plain",
        charset="utf-8",
        headers={"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, no-store"},
    )

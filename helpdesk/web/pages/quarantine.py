"""The quarantine pages: messages that could not be processed, with reason, raw content, retry and export."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web

from helpdesk.errors import NotFound
from helpdesk.intake import actions, queries
from helpdesk.maintenance import exports
from helpdesk.web import app_keys
from helpdesk.web.forms.field_types import whole_number
from helpdesk.web.inbox.pages.render import reader_of
from helpdesk.web.inbox.views.timeline_views import ChannelMark
from helpdesk.web.pages.navigation import page_frame
from helpdesk.web.rendering.page_renderer import PAGES
from helpdesk.web.security import needs

log = structlog.get_logger("quarantine")
SHOWN = 20_000  # bytes of raw content on the page; the rest is in the download
PAGE = 50
STALLED = 60.0  # seconds a browser has to accept a part of an export


@dataclass(frozen=True, slots=True)
class QuarantinedItem:
    """One message in quarantine."""

    id: int
    channel: ChannelMark
    account: str
    received_at: datetime
    reason: str
    size: int
    attempts: int
    raw: str = ""
    cut: bool = False


def _item(request: web.Request, row: Any, **more: Any) -> QuarantinedItem:
    return QuarantinedItem(
        row.id, reader_of(request).channel(row.channel), row.account, row.received_at, row.error or "…",
        attempts=row.attempts, **more,
    )  # fmt: skip


@needs("quarantine.replay")
async def page(request: web.Request) -> web.StreamResponse:
    """The quarantine page, newest first."""
    app = request.app
    before = whole_number(request.query.get("before", "")) or 2**62
    rows = await app[app_keys.DATABASE].read(queries.quarantine, before=before, most=PAGE)
    say = app[PAGES].gettext(app[PAGES].language_of(request)).gettext
    notice = (
        say("It is being tried again. If it fails once more, it comes back here.") if "again" in request.query else ""
    )
    return app[PAGES].render(
        request, "quarantine/list.html", held=[_item(request, row, size=row.size) for row in rows], notice=notice,
        before=rows[-1].id if len(rows) == PAGE else None, **await page_frame(request, "quarantine"),
    )  # fmt: skip


async def _raw(request: web.Request) -> Any:
    row = await request.app[app_keys.DATABASE].read(queries.raw, intake_id=whole_number(request.match_info["id"]))
    if row is None or row.state not in ("quarantined", "new"):
        raise NotFound("This message is not in quarantine any more.")
    return row


@needs("quarantine.replay")
async def detail(request: web.Request) -> web.StreamResponse:
    """One message with its raw content."""
    row = await _raw(request)
    shown = row.raw[:SHOWN].decode("utf-8", "replace")
    item = _item(request, row, size=len(row.raw), raw=shown, cut=len(row.raw) > SHOWN)
    return request.app[PAGES].render(
        request, "quarantine/detail.html", item=item, **await page_frame(request, "quarantine")
    )  # fmt: skip


@needs("quarantine.replay")
async def raw(request: web.Request) -> web.StreamResponse:
    """The message as it arrived, as a download."""
    row = await _raw(request)
    return web.Response(
        body=row.raw,
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="quarantine-{row.id}.raw"'},
    )


@needs("quarantine.replay")
async def export(request: web.Request) -> web.StreamResponse:
    """The whole quarantine as one streamed file. An interrupted export is a failed download, not half a file."""
    form = exports.parse_form(request.path.rpartition(".")[2])
    name = f"quarantine-{request.app[app_keys.CLOCK]():%Y-%m-%d}.{form}"
    response = web.StreamResponse(
        headers={
            "Content-Type": f"{exports.CONTENT_TYPES[form]}; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        }
    )
    async with aclosing(exports.lines(request.app[app_keys.DATABASE], source="quarantine", form=form)) as parts:
        first = await _first(parts)  # an error up to here is an ordinary error page
        await response.prepare(request)
        try:
            await _write(response, first)
            async for part, _ in parts:
                await _write(response, part)
        except ConnectionResetError:
            return response  # the browser has gone
        except Exception:
            log.exception("export broke off")
            if request.transport is not None:
                request.transport.abort()
            return response
    await response.write_eof()
    return response


async def _first(parts: AsyncGenerator[tuple[bytes, int], None]) -> bytes:
    """The first part; b"" of nothing. (A tuple as the default of `anext` is a SystemError in Python 3.11.)"""
    try:
        return (await anext(parts))[0]
    except StopAsyncIteration:
        return b""


async def _write(response: web.StreamResponse, part: bytes) -> None:
    """Raises TimeoutError for a stalled browser: it would hold a database connection."""
    async with asyncio.timeout(STALLED):
        await response.write(part)


@needs("quarantine.replay")
async def replay(request: web.Request) -> web.StreamResponse:
    """Retry one message."""
    app = request.app
    await app[app_keys.DATABASE].write(
        actions.replay, intake_id=whole_number(request.match_info["id"])
    )  # fmt: skip
    raise web.HTTPSeeOther("/quarantine?again")


def routes() -> list[web.AbstractRouteDef]:
    """Everything about the quarantine."""
    item_path = r"/quarantine/{id:\d+}"
    return [
        web.get("/quarantine", page),
        web.get("/quarantine/export.csv", export, allow_head=False),
        web.get("/quarantine/export.jsonl", export, allow_head=False),
        web.get(item_path, detail),
        web.get(f"{item_path}/raw", raw),
        web.post(f"{item_path}/replay", replay),
    ]

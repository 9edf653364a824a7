"""POST handlers while somebody writes: save a draft, upload a file, report presence."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from helpdesk.errors import Invalid
from helpdesk.tickets import drafts, queries
from helpdesk.web import app_keys
from helpdesk.web.forms.form_parser import parse_form
from helpdesk.web.forms.ticket_forms import DraftFileForm, DraftForm, NoteForm, PresenceForm, ReplyForm
from helpdesk.web.inbox.pages import render
from helpdesk.web.rendering.page_renderer import PAGES
from helpdesk.web.rendering.template_filters import size

MOST_BYTES = 25 * 1024 * 1024  # the usual limit of mail servers


async def all_files(request: web.Request, ticket_id: int, form: ReplyForm | NoteForm) -> list[int]:
    """Ids of a message's files: those of the draft, and those posted without script."""
    return [*form.file, *[(await _keep(request, ticket_id, value))["id"] for value in form.upload]]


async def save_draft(request: web.Request) -> web.StreamResponse:
    """Save a draft; an empty one is deleted."""
    app, me, form = request.app, app_keys.signed_in(request), await parse_form(request, DraftForm)
    ticket_id = render.ticket_number(request)
    await app[app_keys.DATABASE].read(queries.ticket, ticket_id=ticket_id)
    await app[app_keys.DATABASE].write(
        drafts.save_draft, ticket_id=ticket_id, person_id=me.id, kind=form.kind, text=form.text,
        now=app[app_keys.CLOCK](),
    )  # fmt: skip
    return web.json_response({"kept": True})


async def upload(request: web.Request) -> web.StreamResponse:
    """Upload a file for the draft, or remove one (`drop`)."""
    app, me, form = request.app, app_keys.signed_in(request), await parse_form(request, DraftFileForm)
    ticket_id = render.ticket_number(request)
    if form.drop is not None:
        await app[app_keys.DATABASE].write(drafts.remove_draft_file, attachment_id=form.drop, person_id=me.id)
        return web.json_response({"dropped": True})
    if form.upload is None:
        raise Invalid("There is no file in this form.", "upload")
    kept = await _keep(request, ticket_id, form.upload)
    language = app[PAGES].language_of(request)
    return web.json_response({"id": kept["id"], "name": kept["name"], "size": size(kept["size"], language)})


async def _keep(request: web.Request, ticket_id: int, given: FileField) -> Mapping[str, Any]:
    app, me = request.app, app_keys.signed_in(request)
    content = await asyncio.to_thread(given.file.read, MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Invalid("This file is larger than 25 MB; mail servers would not take it.", "upload")
    if not content:
        raise Invalid("This file is empty.", "upload")
    await app[app_keys.DATABASE].read(queries.ticket, ticket_id=ticket_id)
    name = given.filename.replace("\\", "/").rsplit("/", 1)[-1].strip()[:200] or "file"
    digest = await asyncio.to_thread(app[app_keys.FILES].store, content)
    put = await app[app_keys.DATABASE].write(
        drafts.add_draft_file, ticket_id=ticket_id, person_id=me.id, name=name, size=len(content), digest=digest,
        content_type=given.content_type[:100], now=app[app_keys.CLOCK](),
    )  # fmt: skip
    return {"id": put, "name": name, "size": len(content)}


async def report_presence(request: web.Request) -> web.StreamResponse:
    """Report that somebody views a ticket, perhaps writing. The customer is not told of a note."""
    app, me, form = request.app, app_keys.signed_in(request), await parse_form(request, PresenceForm)
    ticket_id, answering = render.ticket_number(request), form.writing and form.kind == "reply"
    news = app[app_keys.PRESENCE].report(
        ticket_id=ticket_id, person_id=me.id, name=me.name, writing=form.writing, now=app[app_keys.CLOCK]()
    )
    if news:
        app[app_keys.LIVE].publish("presence", ticket_id)
        app[app_keys.DATABASE].shout("here", [ticket_id, me.id, me.name, form.writing])
    if news or answering:
        row = await app[app_keys.DATABASE].read(queries.ticket, ticket_id=ticket_id)
        channel = app[app_keys.CONTEXT].channels.get(row.channel)
        if channel is not None and row.conversation:
            what = {"typing": answering, "name": me.name, "read": True}
            channel.hear(row.conversation, what)
            app[app_keys.DATABASE].shout("said", [row.channel, row.conversation, what])
    return web.Response(status=204)

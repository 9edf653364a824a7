"""POST handlers for messages already sent or received: edit, delete, react. One transaction each."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from helpdesk.errors import Invalid
from helpdesk.journey.answering import edit_sent
from helpdesk.journey.receiving import by_person
from helpdesk.tickets import queries
from helpdesk.web import app_keys
from helpdesk.web.forms.field_types import whole_number
from helpdesk.web.forms.form_parser import Refused, parse_form, refuse
from helpdesk.web.forms.ticket_forms import EditForm, EntryForm, ReactionForm
from helpdesk.web.inbox.commands import ticket_commands
from helpdesk.web.inbox.pages import render
from helpdesk.web.pages.navigation import page_frame
from helpdesk.web.rendering.page_renderer import PAGES


async def form(request: web.Request) -> web.StreamResponse:
    """The form that edits a sent reply: in place, or on a page of its own."""
    app, pages = request.app, request.app[PAGES]
    entry_id = await ticket_commands.entry_of_ticket(request, whole_number(request.query.get("entry", "")))
    entry = await app[app_keys.DATABASE].read(queries.entry, entry_id=entry_id)
    wanted = (entry.data or {}).get("pending") or {}
    more: dict[str, Any] = {
        "number": entry.ticket_id, "entry": entry.id, "text": wanted.get("text") or entry.text, "errors": {},
    }  # fmt: skip
    if render.is_fragment(request, f"amend{entry_id}"):
        return pages.render(request, "inbox/_edit.html", **more)
    return pages.render(request, "inbox/edit.html", **more, **await page_frame(request, ""))


async def edit(request: web.Request) -> web.StreamResponse:
    """Edit a sent reply."""
    app, me = request.app, app_keys.signed_in(request)
    try:
        form = await parse_form(request, EditForm)
        await app[app_keys.DATABASE].write(
            edit_sent.edit_message, app[app_keys.CONTEXT], entry_id=await ticket_commands.entry_of_ticket(request, form.entry),
            person_id=me.id, text=form.text, now=app[app_keys.CLOCK](),
        )  # fmt: skip
    except Invalid as error:
        if render.is_fragment(request):
            raise  # the script shows the error beside the field
        return await _edit_again(request, await refuse(request, error, EditForm))
    return await ticket_commands.pane(request)


async def _edit_again(request: web.Request, refused: Refused) -> web.StreamResponse:
    """The edit page with the typed text and its errors."""
    return request.app[PAGES].render(
        request, "inbox/edit.html", status=422, number=render.ticket_number(request),
        entry=whole_number(refused.typed.get("entry", "")), text=refused.typed.get("text", ""), errors=refused.errors,
        **await page_frame(request, ""),
    )  # fmt: skip


async def withdraw(request: web.Request) -> web.StreamResponse:
    """Delete a sent message at the customer's."""
    app, me, form = request.app, app_keys.signed_in(request), await parse_form(request, EntryForm)
    await app[app_keys.DATABASE].write(
        edit_sent.delete_message, app[app_keys.CONTEXT], entry_id=await ticket_commands.entry_of_ticket(request, form.entry),
        person_id=me.id, now=app[app_keys.CLOCK](),
    )  # fmt: skip
    return await ticket_commands.pane(request)


async def judge_by_person(request: web.Request) -> web.StreamResponse:
    """A message that passed for a robot's is a person's."""
    app, me, form = request.app, app_keys.signed_in(request), await parse_form(request, EntryForm)
    await app[app_keys.DATABASE].write(
        by_person.judge_by_person, app[app_keys.CONTEXT], entry_id=await ticket_commands.entry_of_ticket(request, form.entry),
        person_id=me.id, now=app[app_keys.CLOCK](),
    )  # fmt: skip
    return await ticket_commands.pane(request)


async def react(request: web.Request) -> web.StreamResponse:
    """Set or remove the desk's reaction on a customer's message."""
    app, me = request.app, app_keys.signed_in(request)
    reaction = (await parse_form(request, ReactionForm)).react
    await app[app_keys.DATABASE].write(
        edit_sent.react_to_message, app[app_keys.CONTEXT], entry_id=await ticket_commands.entry_of_ticket(request, reaction.entry),
        person_id=me.id, emoji=reaction.emoji, now=app[app_keys.CLOCK](),
    )  # fmt: skip
    return await ticket_commands.pane(request)

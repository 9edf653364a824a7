"""What is done to a message that has left or come: changed, taken back, reacted to. Each is one verb of the journey."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from helpdesk.errors import Invalid
from helpdesk.journey.answering import edit_sent
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
    """Where a sent answer gets other words: in its own place, or on a page of its own."""
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
    """Let a sent answer say something else."""
    app, me = request.app, app_keys.signed_in(request)
    try:
        form = await parse_form(request, EditForm)
        await app[app_keys.DATABASE].write(
            edit_sent.edit_message, app[app_keys.BOOK], entry_id=await ticket_commands.entry_of_ticket(request, form.entry),
            person_id=me.id, text=form.text, now=app[app_keys.CLOCK](),
        )  # fmt: skip
    except Invalid as error:
        if render.is_fragment(request):
            raise  # a script shows the sentence beside the form, which is still there
        return await _edit_again(request, await refuse(request, error, EditForm))
    return await ticket_commands.pane(request)


async def _edit_again(request: web.Request, refused: Refused) -> web.StreamResponse:
    """The page of the form with what was typed and what is wrong with it."""
    return request.app[PAGES].render(
        request, "inbox/edit.html", status=422, number=render.ticket_number(request),
        entry=whole_number(refused.typed.get("entry", "")), text=refused.typed.get("text", ""), errors=refused.errors,
        **await page_frame(request, ""),
    )  # fmt: skip


async def withdraw(request: web.Request) -> web.StreamResponse:
    """Take a sent message away from the customer."""
    app, me, form = request.app, app_keys.signed_in(request), await parse_form(request, EntryForm)
    await app[app_keys.DATABASE].write(
        edit_sent.delete_message, app[app_keys.BOOK], entry_id=await ticket_commands.entry_of_ticket(request, form.entry),
        person_id=me.id, now=app[app_keys.CLOCK](),
    )  # fmt: skip
    return await ticket_commands.pane(request)


async def react(request: web.Request) -> web.StreamResponse:
    """Put an emoji on a customer's message: `react` is its number and the emoji, or no emoji to take it away."""
    app, me = request.app, app_keys.signed_in(request)
    reaction = (await parse_form(request, ReactionForm)).react
    await app[app_keys.DATABASE].write(
        edit_sent.react_to_message, app[app_keys.BOOK], entry_id=await ticket_commands.entry_of_ticket(request, reaction.entry),
        person_id=me.id, emoji=reaction.emoji, now=app[app_keys.CLOCK](),
    )  # fmt: skip
    return await ticket_commands.pane(request)

"""What is done to a message that has left or come: changed, taken back, reacted to. Each is one verb of the journey."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from helpdesk.journey.answering import edit_sent
from helpdesk.tickets import queries
from helpdesk.web import app_keys
from helpdesk.web.inbox.commands import ticket_commands
from helpdesk.web.inbox.pages import render
from helpdesk.web.pages.navigation import page_frame
from helpdesk.web.rendering.page_renderer import PAGES


async def form(request: web.Request) -> web.StreamResponse:
    """Where a sent answer gets other words: in its own place, or on a page of its own."""
    app, pages = request.app, request.app[PAGES]
    entry_id = await ticket_commands.entry_in(request, request.query)
    entry = await app[app_keys.DATABASE].read(queries.entry, entry_id=entry_id)
    wanted = (entry.data or {}).get("pending") or {}
    more: dict[str, Any] = {"number": entry.ticket_id, "entry": entry.id, "text": wanted.get("text") or entry.text}
    if render.is_fragment(request, f"amend{entry_id}"):
        return pages.render(request, "inbox/_edit.html", **more)
    return pages.render(request, "inbox/edit.html", **more, **await page_frame(request, ""))


async def edit(request: web.Request) -> web.StreamResponse:
    """Let a sent answer say something else."""
    app, me, fields = request.app, app_keys.signed_in(request), await request.post()
    await app[app_keys.DATABASE].write(
        edit_sent.edit_message, app[app_keys.BOOK], entry_id=await ticket_commands.entry_in(request, fields), person_id=me.id,
        text=str(fields.get("text", "")), now=app[app_keys.CLOCK](),
    )  # fmt: skip
    return await ticket_commands.pane(request)


async def withdraw(request: web.Request) -> web.StreamResponse:
    """Take a sent message away from the customer."""
    app, me, fields = request.app, app_keys.signed_in(request), await request.post()
    await app[app_keys.DATABASE].write(
        edit_sent.delete_message, app[app_keys.BOOK], entry_id=await ticket_commands.entry_in(request, fields), person_id=me.id,
        now=app[app_keys.CLOCK](),
    )  # fmt: skip
    return await ticket_commands.pane(request)


async def react(request: web.Request) -> web.StreamResponse:
    """Put an emoji on a customer's message: `react` is its number and the emoji, or no emoji to take it away."""
    app, me, fields = request.app, app_keys.signed_in(request), await request.post()
    entry, _, emoji = str(fields.get("react", "")).partition(" ")
    await app[app_keys.DATABASE].write(
        edit_sent.react_to_message, app[app_keys.BOOK], entry_id=await ticket_commands.entry_in(request, {"entry": entry}), person_id=me.id,
        emoji=emoji.strip(), now=app[app_keys.CLOCK](),
    )  # fmt: skip
    return await ticket_commands.pane(request)

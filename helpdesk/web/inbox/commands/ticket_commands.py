"""POST handlers of a ticket: reply, note, assign, status, resolve, undo, resend, follow-up. One transaction each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from helpdesk.errors import Conflict, Forbidden, Invalid
from helpdesk.journey.answering import reply as journey
from helpdesk.journey.lifecycle import follow_up
from helpdesk.journey.lifecycle import status as statuses
from helpdesk.journey.lifecycle import survey as surveys
from helpdesk.tickets import queries
from helpdesk.tickets.vocabulary import Status
from helpdesk.web import app_keys
from helpdesk.web.forms.field_types import whole_number
from helpdesk.web.forms.form_parser import Refused, parse_form, refuse
from helpdesk.web.forms.ticket_forms import AssignForm, EntryForm, FollowUpForm, NoteForm, ReplyForm, StatusForm
from helpdesk.web.inbox.build import page_data, ticket_pane
from helpdesk.web.inbox.build.reader import name_of
from helpdesk.web.inbox.commands import draft_commands
from helpdesk.web.inbox.pages import render
from helpdesk.web.inbox.views import suggested_replies
from helpdesk.web.rendering.page_renderer import PAGES

RESOLVED_SECONDS = 15  # for which the toast stays; the status can be changed back at any time


async def pane(
    request: web.Request, *, toast: Mapping[str, Any] | None = None, composer: Mapping[str, Any] | None = None,
    status: int = 200,
) -> web.StreamResponse:  # fmt: skip
    """The response to a command: the ticket pane for scripts, a redirect for everybody else."""
    ticket_id, pages = render.ticket_number(request), request.app[PAGES]
    fragment = render.is_fragment(request)
    if not fragment and composer is None:
        raise web.HTTPSeeOther(f"/inbox/tickets/{ticket_id}")
    list_query = render.list_request(request.query)
    context = await render.context(request, list_query, ticket_id=ticket_id, composer=composer)
    if not fragment:
        return pages.render(request, "inbox/page.html", status=status, **context)
    answer = pages.render(request, "inbox/pane.html", **context)
    if toast is not None:
        answer.text = f'{answer.text}\n<div id="toasts" hx-swap-oob="beforeend">{pages.render_fragment(request, "inbox/_toast.html", toast=toast)}</div>'
    return answer


async def reply(request: web.Request) -> web.StreamResponse:
    """Send a reply. It leaves after the undo period."""
    app, me, ticket_id = request.app, app_keys.signed_in(request), render.ticket_number(request)
    try:
        form = await parse_form(request, ReplyForm)
        missing = suggested_replies.placeholders(form.text)
        if missing:
            raise Invalid("Something in the answer is still empty: {names}", "text", names=", ".join(missing))
        answer = journey.Reply(
            text=form.text, seen=form.seen, files=await draft_commands.all_files(request, ticket_id, form),
            article=form.suggestion or None,
            kept=await _kept(request, ticket_id, form.suggestion, form.text) if form.suggestion else 0.0,
            then="resolved" if form.then == "resolve" else None,
            copies=form.cc if form.copies else None,
            quote=form.quote if form.quotes else None,
            reply_to=form.reply_to or None, via=form.via or None, subject=form.subject or None,
        )  # fmt: skip
        entry_id = await app[app_keys.DATABASE].write(
            journey.send_reply, app[app_keys.CONTEXT], ticket_id=ticket_id, person_id=me.id, person_name=me.name,
            answer=answer, now=app[app_keys.CLOCK](),
        )  # fmt: skip
    except (Conflict, Invalid) as error:
        collided = isinstance(error, Conflict)
        composer = {**_composer_again(await refuse(request, error, ReplyForm)), "collided": collided}
        return await pane(request, composer=composer, status=409 if collided else 422)
    return await pane(request, toast=await _toast(request, ticket_id, entry_id))


def _composer_again(refused: Refused) -> Mapping[str, Any]:
    """The composer's values after a refused reply."""
    typed = refused.typed
    return {
        "conflict": " ".join(refused.errors.values()), "reply": typed.get("text", ""),
        "suggestion": typed.get("suggestion", ""), "via": typed.get("via", ""), "subject": typed.get("subject", ""),
        "answer": whole_number(typed.get("reply_to", "")), "copies": typed.get("cc", []) if "copies" in typed else None,
        "quote": "quote" in typed if "quotes" in typed else None,
    }  # fmt: skip


async def _toast(request: web.Request, ticket_id: int, entry_id: int) -> Mapping[str, Any] | None:
    row = await request.app[app_keys.DATABASE].read(queries.ticket, ticket_id=ticket_id)
    sent = await request.app[app_keys.DATABASE].read(queries.entry, entry_id=entry_id)
    seconds = int(request.app[app_keys.CONTEXT].time_to_undo(sent.channel or "").total_seconds())
    if not seconds:
        return None
    name = name_of(row.contact_name, row.address)
    return {"number": ticket_id, "entry": entry_id, "to": name, "seconds": seconds}


async def _kept(request: web.Request, ticket_id: int, article: str, text: str) -> float:
    """The share of a suggestion that was kept."""
    reader = render.reader_of(request)
    parts = await request.app[app_keys.DATABASE].read(page_data.ticket, ticket_id=ticket_id, person_id=reader.me.id)
    offered = {suggestion.article: suggestion.text for suggestion in ticket_pane.suggestions(parts, reader)}
    return suggested_replies.kept_share(offered.get(article, ""), text)


async def note(request: web.Request) -> web.StreamResponse:
    """Add an internal note."""
    app, me, ticket_id = request.app, app_keys.signed_in(request), render.ticket_number(request)
    try:
        form = await parse_form(request, NoteForm)
        await app[app_keys.DATABASE].write(
            journey.add_note, ticket_id=ticket_id, person_id=me.id, text=form.text, now=app[app_keys.CLOCK](),
            files=await draft_commands.all_files(request, ticket_id, form),
        )  # fmt: skip
    except Invalid as error:
        refused = await refuse(request, error, NoteForm)
        composer = {"note": refused.typed.get("text", ""), "tab": "note", "conflict": " ".join(refused.errors.values())}
        return await pane(request, composer=composer, status=422)
    return await pane(request)


async def assign(request: web.Request) -> web.StreamResponse:
    """Assign the ticket to somebody, or to nobody."""
    app, me, form = request.app, app_keys.signed_in(request), await parse_form(request, AssignForm)
    await app[app_keys.DATABASE].write(
        follow_up.assign_ticket, ticket_id=render.ticket_number(request), to=form.person or None, by=me.id,
        now=app[app_keys.CLOCK](),
    )  # fmt: skip
    return await pane(request)


async def take_ticket(request: web.Request) -> web.StreamResponse:
    """Assign an unassigned ticket to oneself. Raises Conflict when somebody was faster."""
    app, me = request.app, app_keys.signed_in(request)
    await app[app_keys.DATABASE].write(
        follow_up.assign_ticket,
        ticket_id=render.ticket_number(request),
        to=me.id,
        by=me.id,
        now=app[app_keys.CLOCK](),
        only_if_free=True,
    )
    return await pane(request)


async def status(request: web.Request) -> web.StreamResponse:
    """Set the posted status."""
    return await _set_status(request, (await parse_form(request, StatusForm)).status)


async def resolve(request: web.Request) -> web.StreamResponse:
    """Resolve the ticket; the customer gets a survey. For some seconds a toast offers the way back."""
    number = render.ticket_number(request)
    before = await request.app[app_keys.DATABASE].read(queries.ticket, ticket_id=number)
    toast = {
        "number": number, "to": name_of(before.contact_name, before.address), "status": before.status,
        "seconds": RESOLVED_SECONDS,
    }  # fmt: skip
    return await _set_status(request, "resolved", toast=toast if before.status != "resolved" else None)


async def _set_status(
    request: web.Request, wanted: Status, *, toast: Mapping[str, Any] | None = None
) -> web.StreamResponse:
    app, me = request.app, app_keys.signed_in(request)
    await app[app_keys.DATABASE].write(
        statuses.set_status,
        app[app_keys.CONTEXT],
        ticket_id=render.ticket_number(request),
        status=wanted,
        by=me.id,
        now=app[app_keys.CLOCK](),
    )
    return await pane(request, toast=toast)


async def undo(request: web.Request) -> web.StreamResponse:
    """Undo a reply that has not left yet."""
    app, me, form = request.app, app_keys.signed_in(request), await parse_form(request, EntryForm)
    await app[app_keys.DATABASE].write(
        journey.undo_reply,
        app[app_keys.CONTEXT],
        entry_id=await entry_of_ticket(request, form.entry),
        person_id=me.id,
        now=app[app_keys.CLOCK](),
    )
    return await pane(request)


async def resend(request: web.Request) -> web.StreamResponse:
    """Resend a reply that was not delivered."""
    app, me, form = request.app, app_keys.signed_in(request), await parse_form(request, EntryForm)
    await app[app_keys.DATABASE].write(
        journey.send_again, app[app_keys.CONTEXT], entry_id=await entry_of_ticket(request, form.entry), person_id=me.id,
        now=app[app_keys.CLOCK](),
    )  # fmt: skip
    return await pane(request)


async def entry_of_ticket(request: web.Request, entry_id: int) -> int:
    """The posted entry, if it belongs to this ticket. Raises Forbidden."""
    entry = await request.app[app_keys.DATABASE].read(queries.entry, entry_id=entry_id)
    if entry.ticket_id != render.ticket_number(request):
        raise Forbidden("This message belongs to another ticket.")
    return entry_id


async def complete_follow_up(request: web.Request) -> web.StreamResponse:
    """Close a follow-up with its outcome."""
    app, me, form = request.app, app_keys.signed_in(request), await parse_form(request, FollowUpForm)
    await app[app_keys.DATABASE].write(
        surveys.complete_follow_up, ticket_id=render.ticket_number(request), follow_up_id=form.task,
        outcome=form.outcome, person_id=me.id, now=app[app_keys.CLOCK](),
    )  # fmt: skip
    return await pane(request)

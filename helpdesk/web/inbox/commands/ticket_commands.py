"""Doing: answer, note, give, take, resolve, take back, send again. Each is one verb of the journey."""

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
from helpdesk.tickets.vocabulary import STATUSES, Status
from helpdesk.web import app_keys
from helpdesk.web.inbox.build import page_data, ticket_pane
from helpdesk.web.inbox.build.reader import name_of
from helpdesk.web.inbox.commands import draft_commands
from helpdesk.web.inbox.pages import render
from helpdesk.web.inbox.views import suggested_replies
from helpdesk.web.rendering import error_pages
from helpdesk.web.rendering.page_renderer import PAGES

LONGEST_NAME = 128  # characters of an article's name


def _ticket(request: web.Request) -> int:
    return render.number(request.match_info["number"])


async def pane(
    request: web.Request, *, toast: Mapping[str, Any] | None = None, composer: Mapping[str, Any] | None = None,
    status: int = 200,
) -> web.StreamResponse:  # fmt: skip
    """The ticket after a verb: its pane for scripts, its address for everybody else."""
    ticket_id, pages = _ticket(request), request.app[PAGES]
    fragment = render.is_fragment(request)
    if not fragment and composer is None:
        raise web.HTTPSeeOther(f"/inbox/tickets/{ticket_id}")
    wish = render.list_request(request.query)
    context = await render.context(request, wish, ticket_id=ticket_id, composer=composer)
    if not fragment:
        return pages.render(request, "inbox/page.html", status=status, **context)
    answer = pages.render(request, "inbox/pane.html", **context)
    if toast is not None:
        answer.text = f'{answer.text}\n<div id="toasts" hx-swap-oob="beforeend">{pages.render_fragment(request, "inbox/_toast.html", toast=toast)}</div>'
    return answer


async def reply(request: web.Request) -> web.StreamResponse:
    """Send an answer. It leaves after the seconds in which it can be taken back."""
    app, me, fields = request.app, app_keys.signed_in(request), await request.post()
    ticket_id, text = _ticket(request), str(fields.get("text", ""))
    context = app[app_keys.BOOK]
    article = str(fields.get("suggestion", ""))[:LONGEST_NAME]
    try:
        missing = suggested_replies.placeholders(text)
        if missing:
            raise Invalid("Something in the answer is still empty: {names}", "text", names=", ".join(missing))
        files = [*draft_commands.chosen(fields), *await draft_commands.plain_uploads(request, ticket_id)]
        answer = journey.Reply(
            text=text, seen=render.number_in(fields, "seen"), files=files, article=article or None,
            kept=await _kept(request, ticket_id, article, text) if article else 0.0,
            then="resolved" if fields.get("then") == "resolve" else None,
            copies=[str(value) for value in fields.getall("cc", [])] if "copies" in fields else None,
            quote=bool(fields.get("quote")) if "quotes" in fields else None,
            reply_to=render.number(str(fields.get("reply_to", ""))) or None,
            via=str(fields.get("via", "")) or None, subject=str(fields.get("subject", "")) or None,
        )  # fmt: skip
        entry_id = await app[app_keys.DATABASE].write(
            journey.send_reply, context, ticket_id=ticket_id, person_id=me.id, person_name=me.name, answer=answer,
            now=app[app_keys.CLOCK](),
        )  # fmt: skip
    except (Conflict, Invalid) as error:
        composer = {
            "reply": text, "suggestion": article, "conflict": error_pages.sentence_for(request, error), "via": str(fields.get("via", "")),
            "answer": render.number(str(fields.get("reply_to", ""))), "subject": str(fields.get("subject", ""))[:200],
        }  # fmt: skip
        return await pane(request, composer=composer, status=409 if isinstance(error, Conflict) else 422)
    return await pane(request, toast=await _toast(request, ticket_id, entry_id))


async def _toast(request: web.Request, ticket_id: int, entry_id: int) -> Mapping[str, Any] | None:
    row = await request.app[app_keys.DATABASE].read(queries.ticket, ticket_id=ticket_id)
    sent = await request.app[app_keys.DATABASE].read(queries.entry, entry_id=entry_id)
    seconds = int(request.app[app_keys.BOOK].time_to_undo(sent.channel or "").total_seconds())
    if not seconds:
        return None
    name = name_of(row.contact_name, row.address)
    return {"number": ticket_id, "entry": entry_id, "to": name, "seconds": seconds}


async def _kept(request: web.Request, ticket_id: int, article: str, text: str) -> float:
    """How much of a suggestion stayed as it was."""
    eyes = render.reader_of(request)
    parts = await request.app[app_keys.DATABASE].read(page_data.ticket, ticket_id=ticket_id, person_id=eyes.me.id)
    offered = {suggestion.article: suggestion.text for suggestion in ticket_pane.suggestions(parts, eyes)}
    return suggested_replies.kept_share(offered.get(article, ""), text)


async def note(request: web.Request) -> web.StreamResponse:
    """Write something only the desk sees."""
    app, me, fields = request.app, app_keys.signed_in(request), await request.post()
    text = str(fields.get("text", ""))
    try:
        await app[app_keys.DATABASE].write(
            journey.add_note, ticket_id=_ticket(request), person_id=me.id, text=text, now=app[app_keys.CLOCK](),
            files=draft_commands.chosen(fields),
        )  # fmt: skip
    except Invalid as error:
        return await pane(
            request,
            composer={"note": text, "tab": "note", "conflict": error_pages.sentence_for(request, error)},
            status=422,
        )
    return await pane(request)


async def assign(request: web.Request) -> web.StreamResponse:
    """Give the ticket to somebody, or back to everybody."""
    app, me, fields = request.app, app_keys.signed_in(request), await request.post()
    to = render.number_in(fields, "person") if fields.get("person") else None
    await app[app_keys.DATABASE].write(
        follow_up.assign_ticket, ticket_id=_ticket(request), to=to, by=me.id, now=app[app_keys.CLOCK]()
    )
    return await pane(request)


async def take_ticket(request: web.Request) -> web.StreamResponse:
    """Take a ticket nobody has. Raises Conflict when somebody was faster."""
    app, me = request.app, app_keys.signed_in(request)
    await app[app_keys.DATABASE].write(
        follow_up.assign_ticket,
        ticket_id=_ticket(request),
        to=me.id,
        by=me.id,
        now=app[app_keys.CLOCK](),
        only_if_free=True,
    )
    return await pane(request)


async def status(request: web.Request) -> web.StreamResponse:
    """Set the status that a button named."""
    fields = await request.post()
    wanted = next((status for status in STATUSES if status == fields.get("status")), None)
    if wanted is None:
        raise Invalid("There is no such status.", "status")
    return await _set_status(request, wanted)


async def resolve(request: web.Request) -> web.StreamResponse:
    """The matter is settled; the customer is asked how it was."""
    return await _set_status(request, "resolved")


async def _set_status(request: web.Request, wanted: Status) -> web.StreamResponse:
    app, me = request.app, app_keys.signed_in(request)
    await app[app_keys.DATABASE].write(
        statuses.set_status,
        app[app_keys.BOOK],
        ticket_id=_ticket(request),
        status=wanted,
        by=me.id,
        now=app[app_keys.CLOCK](),
    )
    return await pane(request)


async def undo(request: web.Request) -> web.StreamResponse:
    """Take back an answer that has not left yet."""
    app, me, fields = request.app, app_keys.signed_in(request), await request.post()
    await app[app_keys.DATABASE].write(
        journey.undo_reply,
        app[app_keys.BOOK],
        entry_id=await entry_in(request, fields),
        person_id=me.id,
        now=app[app_keys.CLOCK](),
    )
    return await pane(request)


async def resend(request: web.Request) -> web.StreamResponse:
    """Send an answer that did not arrive once more."""
    app, me, fields = request.app, app_keys.signed_in(request), await request.post()
    await app[app_keys.DATABASE].write(
        journey.send_again, app[app_keys.BOOK], entry_id=await entry_in(request, fields), person_id=me.id,
        now=app[app_keys.CLOCK](),
    )  # fmt: skip
    return await pane(request)


async def entry_in(request: web.Request, fields: Mapping[str, Any]) -> int:
    """The entry a form names, if it belongs to the ticket of the address. Raises Forbidden."""
    entry_id = render.number_in(fields, "entry")
    entry = await request.app[app_keys.DATABASE].read(queries.entry, entry_id=entry_id)
    if entry.ticket_id != _ticket(request):
        raise Forbidden("This message belongs to another ticket.")
    return entry_id


async def complete_follow_up(request: web.Request) -> web.StreamResponse:
    """Close the call back of an unhappy customer with what came of it."""
    app, me, fields = request.app, app_keys.signed_in(request), await request.post()
    await app[app_keys.DATABASE].write(
        surveys.complete_follow_up, ticket_id=_ticket(request), follow_up_id=render.number_in(fields, "task"),
        outcome=str(fields.get("outcome", ""))[:2000], person_id=me.id, now=app[app_keys.CLOCK](),
    )  # fmt: skip
    return await pane(request)

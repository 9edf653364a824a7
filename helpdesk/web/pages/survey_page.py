"""The customers' satisfaction survey page. A GET records nothing; only its form or a person's browser does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlalchemy import Connection

from helpdesk.agents import queries as agents
from helpdesk.errors import Conflict, Invalid, NotFound
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import survey as journey
from helpdesk.journey.lifecycle import survey_taps
from helpdesk.surveys.queries import SurveyRow
from helpdesk.surveys.rules import SCORES
from helpdesk.tickets import queries as tickets
from helpdesk.tickets.rows import TicketRow
from helpdesk.web import app_keys
from helpdesk.web.forms.form_parser import NOT_REFUSED, parse_form, refuse
from helpdesk.web.forms.survey_forms import SurveyForm
from helpdesk.web.rendering.page_renderer import LANGUAGES, PAGES
from helpdesk.web.security import secret_address


@dataclass(frozen=True, slots=True)
class SurveyPage:
    """The values of the page. `tapped`: the score of the followed link, not recorded yet."""

    token: str
    subject: str
    who: str
    score: str
    tapped: str
    reasons: Sequence[tuple[str, str]]
    chosen: Sequence[str]
    words: str
    changeable: bool = True


def _read(tx: Connection, context: DeskContext, *, token: str, now: datetime) -> tuple[SurveyRow, TicketRow, str]:
    """The survey, its ticket and the name of the agent it is about. Raises NotFound, Conflict."""
    stored = journey.find_survey(tx, context, token=token, now=now)
    ticket = tickets.ticket(tx, ticket_id=stored.ticket_id)
    return stored, ticket, agents.names(tx).get(stored.person_id or 0, "")


@secret_address
async def page(request: web.Request) -> web.StreamResponse:
    """The survey page."""
    return await _page(request)


async def _page(request: web.Request, fault: Invalid | None = None) -> web.StreamResponse:
    app, token = request.app, request.match_info["token"]
    try:
        stored, ticket, who = await app[app_keys.DATABASE].read(
            _read, app[app_keys.CONTEXT], token=token, now=app[app_keys.CLOCK]()
        )  # fmt: skip
    except (NotFound, Conflict) as error:
        return _gone(request, error)
    language = _language(request, ticket.language)
    refused = await refuse(request, fault, SurveyForm, language=language) if fault is not None else NOT_REFUSED
    tapped = refused.typed.get("face") or request.query.get("face", "")
    shown = SurveyPage(
        token=token,
        subject=ticket.subject or f"#{ticket.id}",
        who=who,
        score=stored.score or "",
        tapped=tapped if tapped in SCORES else "",
        reasons=[(item.key, item.words[language]) for item in app.get(app_keys.REASONS, ())],
        chosen=refused.typed.get("reason", list(stored.reasons or ())),
        words=refused.typed.get("words", stored.words or ""),
    )
    done = bool(stored.score) and ("done" in request.query or "words" in refused.errors)
    template = "survey/thanks.html" if done else "survey/ask.html"
    if (
        app[app_keys.CONTEXT].hours(stored.channel) == "phone"
    ):  # the link came in a text message, perhaps to an old telephone
        template = "survey/small.html"
    return app[PAGES].render(
        request, template, status=422 if refused.errors else 200, language=language, survey=shown,
        errors=refused.errors, done=done,
    )  # fmt: skip


@secret_address
async def answer(request: web.Request) -> web.StreamResponse:
    """Record a score: from the form with its reasons, or (`tap`) from a person's browser."""
    app, token = request.app, request.match_info["token"]
    context, now = app[app_keys.CONTEXT], app[app_keys.CLOCK]()
    try:
        form = await parse_form(request, SurveyForm)
        if form.score not in SCORES:
            raise Invalid("Choose one of the three faces first.", "face")
        if form.loaded:
            return await _loaded(request, form.score)
        await app[app_keys.DATABASE].write(journey.record_answer, context, token=token, score=form.score, now=now)
        if form.tap:
            return web.Response(status=204)
        is_sad = form.score == "sad"
        await app[app_keys.DATABASE].write(
            journey.record_reasons, context, token=token, reasons=form.reason if is_sad else [],
            words=form.words if is_sad else "", now=now,
        )  # fmt: skip
    except Invalid as error:
        return await _page(request, error)
    except (NotFound, Conflict) as error:
        return _gone(request, error)
    raise web.HTTPSeeOther(f"/s/{token}?done")


async def _loaded(request: web.Request, score: str) -> web.Response:
    """A page that was loaded names the face of its link. 409: the visitor has to press one themselves."""
    app, token = request.app, request.match_info["token"]
    kept = await app[app_keys.DATABASE].write(
        survey_taps.record_loaded, app[app_keys.CONTEXT], token=token, score=score, now=app[app_keys.CLOCK]()
    )
    return web.Response(status=204 if kept == "kept" else 409)


def _gone(request: web.Request, error: NotFound | Conflict) -> web.StreamResponse:
    if isinstance(error, NotFound):
        return request.app[PAGES].render(request, "survey/gone.html", status=404, why="unknown")
    why = "fixed" if isinstance(error, journey.AnswerFixed) else "late"
    return request.app[PAGES].render(request, "survey/gone.html", status=410, why=why)


def _language(request: web.Request, of_ticket: str | None) -> str:
    """The customer's language: what they wrote in, else what their browser asks for."""
    return of_ticket if of_ticket in LANGUAGES else request.app[PAGES].language_of(request)


def routes() -> list[web.AbstractRouteDef]:
    """The page and its form."""
    address = r"/s/{token:[\w-]{16,64}}"
    return [web.get(address, page), web.post(address, answer)]

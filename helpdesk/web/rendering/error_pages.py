"""Error handling: exceptions → an error page, a fragment or JSON, never a stack trace. The one place that maps them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from channels.contract import TryLater
from helpdesk.agents.sign_in import Resting
from helpdesk.errors import Conflict, DeskError, Forbidden, Invalid, NotFound, Unavailable
from helpdesk.web.app_keys import CLOCK, ID
from helpdesk.web.health import SEEN
from helpdesk.web.rendering.page_renderer import PAGES
from helpdesk.web.rendering.template_filters import number

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = structlog.get_logger("web")

STATUS: dict[type[DeskError], int] = {
    Resting: 429,
    NotFound: 404,
    Conflict: 409,
    Forbidden: 403,
    Invalid: 422,
    Unavailable: 503,
}


def _(words: str) -> str:
    return words  # marks texts for extraction; translated where they are rendered


HEADINGS = {
    400: _("The desk did not understand this"),
    401: _("Sign in first"),
    403: _("This is not allowed"),
    404: _("There is nothing here"),
    405: _("This can't be done here"),
    409: _("Somebody was faster"),
    413: _("This is too large"),
    422: _("Something is not right yet"),
    429: _("Too many tries"),
    500: _("Something broke on our side"),
    503: _("The desk is not ready"),
}
WORDS = {
    404: _("The page was moved, or the address is not complete. Everything you wrote is kept."),
    405: _("This address does not take what was sent. Go back and try it from the page."),
    413: _("The file is larger than the desk takes. Send a smaller one or a link."),
    503: _("The desk takes nothing new in at the moment. Try again in a while."),
    500: _("What you wrote before is kept. Try again; if it happens again, tell your administrator this number:"),
}


def status_of(error: DeskError) -> int:
    """The HTTP status of an error."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 400)


@web.middleware
async def error_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Middleware: request id, one log line, and exceptions turned into responses."""
    request[ID] = secrets.token_hex(6)
    start = time.perf_counter()
    response = await _answer(request, handler)
    took = time.perf_counter() - start
    route = request.match_info.route.resource
    place = route.canonical if route is not None else "none"
    request.app[SEEN].note(request.method, place, response.status, took)
    log.debug(
        "answered",
        id=request[ID],
        method=request.method,
        route=place,
        status=response.status,
        ms=round(took * 1000, 1),
    )
    return response


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return error_response(request, error.status, WORDS.get(error.status, ""))
    except DeskError as error:
        if isinstance(error, Unavailable):
            log.warning(
                "storage unavailable", id=request[ID], error=type(error).__name__, cause=str(error.__cause__ or "")
            )
        return error_response(request, status_of(error), str(error), error)
    except TryLater as error:
        log.warning("refused for now", id=request[ID], why=str(error))
        return error_response(request, 503, WORDS[503])
    except (ConnectionResetError, TimeoutError) as error:
        log.info("gone", id=request[ID], error=type(error).__name__)
        return error_response(request, 503, "")
    except Exception:
        log.exception("incident", id=request[ID], method=request.method)
        return error_response(request, 500, WORDS[500], incident=request[ID])


def sentence_for(request: web.Request, error: DeskError, language: str | None = None) -> str:
    """The sentence of an error in the page's language or `language`, with localised values."""
    pages = request.app[PAGES]
    spoken = language or pages.language_of(request)
    sentence = pages.gettext(spoken).gettext(error.message)
    values = {name: number(value, spoken) if isinstance(value, int) else value for name, value in error.values.items()}
    return sentence.format(**values) if values else sentence


def error_response(
    request: web.Request, status: int, words: str, error: DeskError | None = None, *, incident: str = ""
) -> web.Response:
    """The error response as page, fragment or JSON, as requested."""
    pages = request.app[PAGES]
    say = pages.gettext(pages.language_of(request)).gettext
    heading = say(HEADINGS.get(status, HEADINGS[400]))
    sentence = sentence_for(request, error) if error is not None else say(words) if words else ""
    sentence = " ".join(item for item in (sentence, incident) if item)
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, Resting):
        headers["Retry-After"] = str(max(1, round((error.until - request.app[CLOCK]()).total_seconds())))
    if request.path.startswith(("/api/", "/channels/")) or "application/json" in request.headers.get("Accept", ""):
        field = error.field if error is not None else None
        body = {"error": sentence or heading, "field": field, "incident": incident or None}
        return web.json_response({key: value for key, value in body.items() if value}, status=status, headers=headers)
    if request.headers.get("HX-Request"):
        if error is not None and error.field:
            headers["X-Field"] = error.field  # the script shows the sentence beside this field
        return web.Response(text=sentence or heading, status=status, headers=headers)
    try:
        answer = pages.render(request, "error.html", status=status, heading=heading, words=sentence, back="/")
    except Exception:
        log.exception("error page", id=request[ID])
        return web.Response(text=f"{heading}\n{sentence}\n", status=status, headers=headers)
    answer.headers.update(headers)
    return answer

"""The people pages for administrators: invite, change, disable, send a new link. Supervisors can read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from helpdesk.agents import actions, queries, rules
from helpdesk.agents.queries import Staff
from helpdesk.errors import Conflict, Invalid, NotFound
from helpdesk.web import app_keys
from helpdesk.web.forms.field_types import whole_number
from helpdesk.web.forms.form_parser import NOT_REFUSED, Refused, parse_form, refuse
from helpdesk.web.forms.people_forms import InviteForm, PersonForm, TeamForm
from helpdesk.web.pages.navigation import page_frame
from helpdesk.web.rendering import error_pages
from helpdesk.web.rendering.page_renderer import PAGES
from helpdesk.web.security import needs


@dataclass(frozen=True, slots=True)
class OneTimeLink:
    """A sign-in link just created; shown on this page only."""

    name: str
    url: str
    hours: int


def _staff(tx: Connection, *, now: datetime, person_id: int | None = None) -> tuple[list[Staff], Sequence[Any]]:
    return queries.staff(tx, now=now, person_id=person_id), queries.teams_by_name(tx)


def _say(request: web.Request, words: str) -> str:
    return request.app[PAGES].gettext(request.app[PAGES].language_of(request)).gettext(words)


@needs("people.read")
async def page(request: web.Request) -> web.StreamResponse:
    """The people page."""
    return await _page(request)


async def _page(
    request: web.Request, *, refused: Refused = NOT_REFUSED, made: OneTimeLink | None = None
) -> web.StreamResponse:
    app = request.app
    everybody, teams = await app[app_keys.DATABASE].read(_staff, now=app[app_keys.CLOCK]())
    return app[PAGES].render(
        request, "people/list.html", status=422 if refused.errors else 200, everybody=everybody, teams=teams,
        called={team.id: team.name for team in teams}, roles=rules.ROLES, typed=refused.typed, errors=refused.errors,
        made=made, may=rules.may(app_keys.signed_in(request), "people.manage"), **await page_frame(request, "people"),
    )  # fmt: skip


@needs("people.manage")
async def invite(request: web.Request) -> web.StreamResponse:
    """Invite somebody and show their link, in this response only."""
    app = request.app
    try:
        form = await parse_form(request, InviteForm)
        _id, token = await app[app_keys.DATABASE].write(
            actions.invite, name=form.name, email=form.email, role=form.role, now=app[app_keys.CLOCK](),
            lasts=_lasts(request), by=app_keys.signed_in(request).id,
        )  # fmt: skip
    except (Conflict, Invalid) as error:
        return await _page(request, refused=await refuse(request, error, InviteForm))
    return await _page(request, made=_link_view(request, form.name, token))


@needs("team.manage")
async def new_team(request: web.Request) -> web.StreamResponse:
    """Create a team."""
    app = request.app
    try:
        form = await parse_form(request, TeamForm)
        await app[app_keys.DATABASE].write(
            actions.new_team, name=form.team, now=app[app_keys.CLOCK](), by=app_keys.signed_in(request).id
        )
    except (Conflict, Invalid) as error:
        return await _page(request, refused=await refuse(request, error, TeamForm))
    raise web.HTTPSeeOther("/people#teams")


@needs("people.manage")
async def person_page(request: web.Request) -> web.StreamResponse:
    """The page of one person."""
    return await _person_page(request)


async def _person_page(
    request: web.Request, *, refused: Refused = NOT_REFUSED, made: OneTimeLink | None = None
) -> web.StreamResponse:
    app, person_id = request.app, _id(request)
    member, teams = await app[app_keys.DATABASE].read(_staff, now=app[app_keys.CLOCK](), person_id=person_id)
    if not member:
        raise NotFound("There is no such person.")
    notice = _say(request, "Kept.") if "kept" in request.query and not refused.errors and not made else ""
    return app[PAGES].render(
        request, "people/person.html", status=422 if refused.errors else 200, who=member[0], teams=teams,
        roles=rules.ROLES, typed=refused.typed, errors=refused.errors, made=made, notice=notice, own=person_id == app_keys.signed_in(request).id,
        **await page_frame(request, "people"),
    )  # fmt: skip


@needs("people.manage")
async def change_person(request: web.Request) -> web.StreamResponse:
    """Save name, role, extension and teams of a person. A new role ends their sessions."""
    app = request.app
    try:
        form = await parse_form(request, PersonForm)
        await app[app_keys.DATABASE].write(
            actions.shape, person_id=_id(request), name=form.name, role=form.role, extension=form.extension,
            teams=frozenset(form.team), by=app_keys.signed_in(request), now=app[app_keys.CLOCK](),
        )  # fmt: skip
    except (Conflict, Invalid) as error:
        return await _person_page(request, refused=await refuse(request, error, PersonForm))
    raise web.HTTPSeeOther(f"/people/{_id(request)}?kept")


@needs("people.manage")
async def new_link(request: web.Request) -> web.StreamResponse:
    """Create a new sign-in link; earlier ones stop working."""
    database, now = request.app[app_keys.DATABASE], request.app[app_keys.CLOCK]()
    person = await database.read(queries.person, person_id=_id(request))
    token = await database.write(
        actions.make_link, person_id=person.id, now=now, lasts=_lasts(request), by=app_keys.signed_in(request).id
    )
    return await _person_page(request, made=_link_view(request, person.name, token))


@needs("people.manage")
async def disable_person(request: web.Request) -> web.StreamResponse:
    """Disable a person; their sessions end at once."""
    return await _set_enabled(request, actions.disable)


@needs("people.manage")
async def enable_person(request: web.Request) -> web.StreamResponse:
    """Enable a person again."""
    return await _set_enabled(request, actions.enable)


async def _set_enabled(request: web.Request, action: Any) -> web.StreamResponse:
    app, by = request.app, app_keys.signed_in(request)
    try:
        await app[app_keys.DATABASE].write(action, person_id=_id(request), by=by, now=app[app_keys.CLOCK]())
    except Conflict as error:
        return await _person_page(request, refused=Refused({"": error_pages.sentence_for(request, error)}))
    raise web.HTTPSeeOther(f"/people/{_id(request)}?kept")


def _id(request: web.Request) -> int:
    return whole_number(request.match_info["id"])


def _lasts(request: web.Request) -> timedelta:
    return timedelta(hours=request.app[app_keys.SETTINGS].sign_in.invitation_hours)


def _link_view(request: web.Request, name: str, token: str) -> OneTimeLink:
    settings = request.app[app_keys.SETTINGS]
    return OneTimeLink(name, f"{settings.desk.public_url}/sign-in/link/{token}", settings.sign_in.invitation_hours)


def routes() -> list[web.AbstractRouteDef]:
    """Everything about people."""
    mine = r"/people/{id:\d+}"
    return [
        web.get("/people", page),
        web.post("/people", invite),
        web.post("/people/teams", new_team),
        web.get(mine, person_page),
        web.post(mine, change_person),
        web.post(f"{mine}/link", new_link),
        web.post(f"{mine}/disable", disable_person),
        web.post(f"{mine}/enable", enable_person),
    ]

"""The page gallery as a site: every page with sample data, `/fa/ticket`, `/en/survey`, …

Run as `python -m tests.support.pages.gallery_app [port]`.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from aiohttp import web

from helpdesk.web.app_keys import PERSON
from helpdesk.web.inbox.views.inbox_views import ListView
from helpdesk.web.inbox.views.timeline_views import SurveyView
from helpdesk.web.pages.first_steps import CHANNELS, StepsView
from helpdesk.web.rendering.page_renderer import PAGES, Pages, asset_routes
from tests.support.pages import gallery as g
from tests.support.pages import gallery_media as media
from tests.support.pages import gallery_people as people

Page = tuple[str, dict[str, Any]]


def inbox(language: str, **more: Any) -> Page:
    """The inbox with or without an open ticket."""
    shown = ListView("mine", g.rows(language), open=1248 if more.get("ticket") else None, more="2026", mine=6)
    return "inbox/page.html", {
        "ticket": None,
        "list": shown,
        "rail": g.rail(),
        "place": "mine",
        "quarantined": 2,
        **more,
    }


def answered(language: str) -> Page:
    """A ticket with a stopped clock, no customer history, and a note being written."""
    full_address = g.ticket(language)
    why = replace(g.why(language), met=True, stopped_at=g.NOW - timedelta(minutes=5), answered_by=g.ME[language].name,
                  how="suggestion", seconds=540, breached_at=g.NOW)  # fmt: skip
    composer = replace(
        full_address.composer,
        tab="note",
        note=g.WORDS[language]["note"],
        suggestions=[],
        uploads=[],
        conflict=g.WORDS[language]["why"],
    )
    person = replace(full_address.person, faces=[], others=[], notes="", mark="", blocked=True)
    happy = [
        replace(item, score="happy", task=None) if isinstance(item, SurveyView) else item
        for item in full_address.timeline
    ]
    return inbox(language, ticket=replace(
        full_address, why=why, clock=g.clock("met", 0, 100), composer=composer, person=person, timeline=happy, assignee=None,
        status="resolved", here=[], writing=[], earlier=True, tags=[], priority="urgent",
    ))  # fmt: skip


def survey(score: str = "", tapped: str = "") -> SimpleNamespace:
    """The survey page's values."""
    return SimpleNamespace(
        token="t0ken", subject="کاسه‌های سفارش ۴۸۱۲", who="مریم", score=score, tapped=tapped, changeable=True, words="",
        reasons=[("slow", "دیر جواب دادید"), ("unsolved", "مشکلم حل نشد"), ("tone", "لحن خوبی نبود"),
                 ("repeat", "چند بار توضیح دادم"), ("other", "چیز دیگر")], chosen=["slow"] if score else [],
    )  # fmt: skip


def status(language: str) -> SimpleNamespace:
    """A status page with one good and one lost mailbox."""
    mail = g.MAIL[language]
    return SimpleNamespace(
        quarantined=2, intake_waiting=14, clocks_running=27, next_deadline=g.NOW + timedelta(minutes=12), version="0.1",
        outbox=SimpleNamespace(queued=3, sending=1, failed=1, uncertain=0), database="SQLite", database_size=48_210_944,
        disk_free=52_000_000_000, disk_low=False, started_at=g.NOW - timedelta(days=3),
        accounts=[
            SimpleNamespace(channel=mail, name="help@dalan.example", connected=True, problem=None, since=g.ago(hours=2), remote_count=1204, taken_count=1202),
            SimpleNamespace(channel=mail, name="sales@dalan.example", connected=False, problem="The server does not answer: connection refused.",
                            since=g.ago(minutes=9), remote_count=None, taken_count=None),
        ],
    )  # fmt: skip


def held(language: str, number: int = 7) -> SimpleNamespace:
    """One message in quarantine."""
    return SimpleNamespace(
        id=number, channel=g.MAIL[language], account="help@dalan.example", received_at=g.ago(hours=3), size=18_400, attempts=5, cut=True,
        reason="The mail names the charset x-unknown, which nobody knows.", raw="From: a@b.example\nSubject: =?x-unknown?Q?...?=\n\n\ufffd\ufffd",
    )  # fmt: skip


def letter() -> SimpleNamespace:
    """One mail the customer has received."""
    return SimpleNamespace(
        id="m1", to="nora@nilgun.example", sender="دالان <support@dalan.example>", subject="کاسه‌های سفارش ۴۸۱۲ شکسته رسید",
        at=g.ago(minutes=4), text="سلام نرگس،\n\nبسته در راه است.", html=False,
    )  # fmt: skip


def demo_form() -> SimpleNamespace:
    """Initial values of the demo's form."""
    return SimpleNamespace(name="نرگس دلاوری", address="nora@nilgun.example", subject="", text="", answers="")


SESSIONS = [
    SimpleNamespace(id=1, device="Firefox, Linux", address="127.0.0.1", last_seen_at=g.NOW, current=True),
    SimpleNamespace(id=2, device="Chrome, Android", address="192.0.2.14", last_seen_at=g.ago(days=2), current=False),
]
DESK = {"rail": g.rail(), "quarantined": 2, "demo": True}
FRESH: dict[str, dict[str, str]] = {"typed": {}, "errors": {}}  # a form that was not refused

SHOWN: dict[str, Callable[[str], Page]] = {
    "inbox": lambda language: inbox(language),
    "ticket": lambda language: inbox(language, ticket=g.ticket(language)),
    "answered": answered,
    "telegram": lambda language: inbox(language, ticket=media.telegram(language)),
    "phone": lambda language: inbox(language, ticket=media.phone(language)),
    "chat": lambda language: inbox(language, ticket=media.chat(language)),
    "empty": lambda language: inbox(language, list=ListView("late", []), place="late"),
    "found": lambda language: inbox(language, list=ListView("all", [], search="زعفران"), place=""),
    "sign-in": lambda language: ("sign_in/sign_in.html", {"email": "", "errors": {}}),
    "sign-in-wrong": lambda language: ("sign_in/sign_in.html", {"email": "maryam@dalan.example", "errors": {"password": g.WORDS[language]["slow"]}}),
    "link": lambda language: ("sign_in/link.html", {"name": g.ME[language].name, "error": None}),
    "link-dead": lambda language: ("sign_in/link.html", {"name": "", "error": g.WORDS[language]["words"]}),
    "password": lambda language: ("sign_in/set_password.html", {"email": "maryam@dalan.example", "typed": {}, "errors": {"password": g.WORDS[language]["slow"]}}),
    "password-first": lambda language: ("sign_in/set_password.html", {"email": "maryam@dalan.example", "ask_name": True, **FRESH}),
    "account": lambda language: ("sign_in/account.html", {**DESK, **FRESH, "sessions": SESSIONS, "extension": "12", "place": "account"}),
    "error": lambda language: ("error.html", {"heading": g.WORDS[language]["unsolved"], "words": g.WORDS[language]["words"], "back": "/"}),
    "survey": lambda language: ("survey/ask.html", {"survey": survey(), "errors": {}}),
    "survey-small": lambda language: ("survey/small.html", {"survey": survey(), "errors": {}, "done": False}),
    "survey-small-sad": lambda language: ("survey/small.html", {"survey": survey(score="sad"), "errors": {}, "done": True}),
    "survey-sad": lambda language: ("survey/ask.html", {"survey": survey(score="sad"), "errors": {}}),
    "thanks": lambda language: ("survey/thanks.html", {"survey": survey(score="happy")}),
    "gone": lambda language: ("survey/gone.html", {"why": "late"}),
    "status": lambda language: ("status.html", {**DESK, "state": status(language), "place": "status"}),
    "start": lambda language: ("start.html", {**DESK, "steps": StepsView([], CHANNELS, [], True), "place": "start"}),
    "start-later": lambda language: ("start.html", {**DESK, "steps": StepsView(status(language).accounts, CHANNELS[1:2], [g.SAMAN[language].name], False), "place": "start"}),
    "merge": lambda language: ("inbox/merge.html", {**DESK, **merging(language), "place": ""}),
    "customer": lambda language: ("inbox/customer.html", {**DESK, **people.customer(language), "place": ""}),
    "join": lambda language: ("inbox/join.html", {**DESK, **people.join(language), "place": ""}),
    "merged": lambda language: ("inbox/merge.html", {**DESK, **merging(language), "merged_into": 1102, "place": ""}),
    "people": lambda language: ("people/list.html", {**DESK, **people.staff(language), "place": "people"}),
    "person": lambda language: ("people/person.html", {**DESK, **people.colleague(language), "place": "people"}),
    "person-gone": lambda language: ("people/person.html", {**DESK, **people.colleague(language, gone=True), "place": "people"}),
    "quarantine": lambda language: ("quarantine/list.html", {**DESK, "held": [held(language, number) for number in (8, 7)], "before": None, "place": "quarantine"}),
    "quarantined": lambda language: ("quarantine/detail.html", {**DESK, "item": held(language), "place": "quarantine"}),
    "demo": lambda language: ("demo/index.html", {**DESK, "messages": [letter()], "form": demo_form(), "sent": True, "problem": False, "place": "demo"}),
    "demo-mail": lambda language: ("demo/mail.html", {**DESK, "message": letter(), "place": "demo"}),
}  # fmt: skip
SIGNED_OUT = ("sign-in", "link", "error", "survey", "survey-small", "survey-small-sad", "thanks", "gone")


def merging(language: str) -> dict[str, Any]:
    """The merge page after a refusal."""
    words = g.WORDS[language]
    choices = [
        {"number": 1102, "here": False, "subject": words["again"], "status": "open", "icon": "mail"},
        {"number": 988, "here": True, "subject": "", "status": "resolved", "icon": "mail"},
    ]
    return {
        "number": 1248, "subject": words["subject"], "name": words["customer"], "merged_into": None, "choices": choices,
        "into": "77", "error": words["unsolved"], "ask": True, "here": True, "query": "?view=all",
    }  # fmt: skip


async def show(request: web.Request) -> web.Response:
    """One page of the gallery."""
    name, language = request.match_info["name"], request.match_info["language"]
    if name not in SHOWN:
        raise web.HTTPNotFound
    request[PERSON] = None if name.startswith(SIGNED_OUT) else g.ME[language]
    template, context = SHOWN[name](language)
    answer = request.app[PAGES].render(request, template, language=language, **context)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; media-src 'self'; connect-src 'self'; form-action 'self'; frame-src 'self'"  # fmt: skip
    return answer


async def nothing(request: web.Request) -> web.Response:
    """Requests of scripts: nothing ever happens here."""
    return web.Response(status=204)


async def file(request: web.Request) -> web.Response:
    """A picture or a sound of the gallery."""
    content, kind = await asyncio.to_thread(media.file, int(request.match_info["file"]))
    return web.Response(body=content, content_type=kind)


async def silence(request: web.Request) -> web.StreamResponse:
    """An event stream without events."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    await response.write(b": here\n\n")
    with suppress(ConnectionResetError):
        await asyncio.sleep(60)
    return response


def application() -> web.Application:
    """The gallery."""
    app = web.Application()
    app[PAGES] = Pages(desk_name="دالان", clock=lambda: g.NOW)
    app.add_routes(
        [
            *asset_routes(),
            web.get("/{language:fa|en}/{name}", show),
            web.get(r"/inbox/files/{file:\d+}/show", file),
            web.get("/live", silence),
            web.route("*", "/{path:inbox.*}", nothing),
        ]
    )
    return app


if __name__ == "__main__":
    web.run_app(application(), host="127.0.0.1", port=int(sys.argv[1]) if len(sys.argv) > 1 else 8099, print=None)

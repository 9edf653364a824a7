"""Sample data of the gallery's customer page, join page and people pages."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from helpdesk.agents.queries import Staff
from helpdesk.agents.rules import ROLES, AgentView, Person
from helpdesk.web.inbox.build.customer_panel import CustomerView, JoinView
from helpdesk.web.inbox.views.inbox_views import AddressView, JoinOffer
from helpdesk.web.pages.people import OneTimeLink
from tests.support.pages import gallery as g


def customers(language: str) -> list[CustomerView]:
    """Two customers who may be the same person."""
    w = g.WORDS[language]
    guest = "مهمان 3f2a" if language == "fa" else "Visitor 3f2a"
    return [
        CustomerView(4, w["customer"], AgentView(w["hue"], 4), g.ago(days=900), [
            AddressView("mail", "nora@nilgun.example", True), AddressView("phone", "+98 912 000 12 34"),
            AddressView("mail", "old.address.of.nora.delane@nilgun.example", unreachable="550 no such user"),
        ], 14, False, 1),
        CustomerView(9, guest, AgentView("3", 2), g.ago(days=3), [
            AddressView("chat", "shop:3f2a9c77d0b14e55a1e2"), AddressView("mail", "nora@nilgun.example"),
        ], 1, False, 1),
    ]  # fmt: skip


def offers(language: str) -> list[JoinOffer]:
    """Join offers with every reason."""
    one, other = customers(language)
    return [
        JoinOffer(number, other.id, other.name if number % 2 else one.name, other.face, address, why)
        for number, (why, address) in enumerate(
            (("claimed", "nora@nilgun.example"), ("proven", "+989120001234"), ("wrote", "nora@nilgun.example"),
             ("link", "shop_bot:73012")), 1,
        )
    ]  # fmt: skip


def customer(language: str) -> dict[str, Any]:
    """The customer page with a new link and a search result."""
    one, other = customers(language)
    return {
        "number": 1248, "person": one, "offers": offers(language), "error": "", "question": "3f2a", "found": [other],
        "made": [{"label": "تلگرام" if language == "fa" else "Telegram", "url": "https://t.me/dalan_bot?start=" + "aB3_" * 8}],
        "ways": [("email:nora@nilgun.example", "mail", "nora@nilgun.example"), ("phone:+989120001234", "phone", "+989120001234")],
        "joins": [
            JoinView(3, other.name, g.SAMAN[language].name, "person", g.ago(days=12)),
            JoinView(2, "+98 912 000 12 34", "", "proven", g.ago(days=40)),
            JoinView(1, other.name, "", "link", g.NOW - timedelta(days=41)),
        ],
    }  # fmt: skip


def join(language: str) -> dict[str, Any]:
    """The confirmation page of a join."""
    one, other = customers(language)
    return {"number": 1248, "other": other.id, "pair": [one, other], "why": offers(language)[0]}


WORKS = {"fa": ("سامان کرمانج", "لیلا به‌آفرین", "پویا رهگذر"), "en": ("Sam Corliss", "Leila Behnam", "Puya Rahgozar")}
TEAMS = {"fa": ("پشتیبانی", "فروش"), "en": ("Support", "Sales")}


def _staff(language: str) -> list[Staff]:
    """Four people: an administrator, a complete agent, an invited one, a disabled one."""
    sam, leila, puya = WORKS[language]
    return [
        Staff(g.ME[language], "", (1,), g.NOW, None, None),
        Staff(Person(2, sam, "sam@dalan.example", "supervisor"), "204", (1, 2), g.ago(hours=3), None, None),
        Staff(Person(3, leila, "leila.with-a-long-name@dalan.example", "agent"), "", (), None, None, g.NOW),
        Staff(Person(4, puya, "puya@dalan.example", "agent"), "", (2,), g.ago(days=40), g.ago(days=12), None),
    ]


def _teams(language: str) -> list[SimpleNamespace]:
    return [SimpleNamespace(id=number, name=name) for number, name in enumerate(TEAMS[language], 1)]


def staff(language: str) -> dict[str, Any]:
    """The people page after an invitation, with a refused form."""
    teams = _teams(language)
    return {
        "everybody": _staff(language), "teams": teams, "called": {one.id: one.name for one in teams}, "roles": ROLES,
        "typed": {}, "errors": {"email": g.WORDS[language]["unsolved"]}, "may": True,
        "made": OneTimeLink(WORKS[language][1], "https://desk.dalan.example/sign-in/link/3kX0hY2mQe7Zq1vB9sTf", 72),
    }  # fmt: skip


def colleague(language: str, *, gone: bool = False) -> dict[str, Any]:
    """The page of one person, or of the disabled one."""
    who = _staff(language)[3 if gone else 1]
    return {
        "who": who, "teams": _teams(language), "roles": ROLES, "typed": {}, "own": False, "made": None,
        "errors": {} if gone else {"extension": g.WORDS[language]["unsolved"]}, "notice": g.WORDS[language]["words"] if gone else "",
    }  # fmt: skip

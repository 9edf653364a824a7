"""The customer's page and the question before two are joined, for the gallery."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from helpdesk.agents.rules import Face
from helpdesk.web.inbox.build_customer import CustomerView, JoinView
from helpdesk.web.inbox.views import AddressView, JoinOffer
from tests.support import gallery as g


def customers(language: str) -> list[CustomerView]:
    """Two who may be one."""
    w = g.WORDS[language]
    guest = "مهمان 3f2a" if language == "fa" else "Visitor 3f2a"
    return [
        CustomerView(4, w["customer"], Face(w["hue"], 4), g.ago(days=900), [
            AddressView("mail", "nora@nilgun.example", True), AddressView("phone", "+98 912 000 12 34"),
            AddressView("mail", "old.address.of.nora.delane@nilgun.example", unreachable="550 no such user"),
        ], 14, False, 1),
        CustomerView(9, guest, Face("3", 2), g.ago(days=3), [
            AddressView("chat", "shop:3f2a9c77d0b14e55a1e2"), AddressView("mail", "nora@nilgun.example"),
        ], 1, False, 1),
    ]  # fmt: skip


def offers(language: str) -> list[JoinOffer]:
    """One of every reason."""
    one, other = customers(language)
    return [
        JoinOffer(number, other.id, other.name if number % 2 else one.name, other.face, address, why)
        for number, (why, address) in enumerate(
            (("claimed", "nora@nilgun.example"), ("proven", "+989120001234"), ("wrote", "nora@nilgun.example"),
             ("link", "shop_bot:73012")), 1,
        )
    ]  # fmt: skip


def customer(language: str) -> dict[str, Any]:
    """The whole page, with a link just made and a search that found somebody."""
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
    """The question before it is done."""
    one, other = customers(language)
    return {"number": 1248, "other": other.id, "pair": [one, other], "why": offers(language)[0]}

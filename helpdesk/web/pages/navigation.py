"""The navigation rail: the inbox views with their counts, shared by every page of the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from helpdesk.intake import queries as intake
from helpdesk.tickets.lists import ticket_lists
from helpdesk.web import app_keys

ICONS = {
    "mine": "user", "unassigned": "inbox", "soon": "clock", "late": "alert", "waiting": "snooze", "sad": "sad",
    "all": "list", "ended": "done",
}  # fmt: skip
HOT = frozenset({"late", "sad"})
CAP = 99


@dataclass(frozen=True, slots=True)
class RailItem:
    """A view with its count; `more`: the count is capped."""

    key: str
    icon: str
    count: int | None = None
    more: bool = False
    hot: bool = False


def rail(counts: Mapping[Any, int]) -> list[RailItem]:
    """The views with their counts, capped."""
    return [
        RailItem(key, icon, min(counts[key], CAP) if key in counts else None, counts.get(key, 0) > CAP, key in HOT)
        for key, icon in ICONS.items()
    ]


def _counts(tx: Connection, *, person_id: int, now: Any) -> tuple[dict[ticket_lists.View, int], int]:
    return ticket_lists.counts(tx, person_id=person_id, now=now), intake.figures(tx)["quarantined"]


async def page_frame(request: web.Request, place: str) -> dict[str, Any]:
    """The template context of every page with the navigation rail."""
    app = request.app
    counts, quarantined = await app[app_keys.DATABASE].read(
        _counts, person_id=app_keys.signed_in(request).id, now=app[app_keys.CLOCK]()
    )  # fmt: skip
    return {"rail": rail(counts), "place": place, "quarantined": quarantined, "demo": app.get(app_keys.DEMO, False)}

"""What the desk's own pages share: the rail with its counts."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from helpdesk.intake import queries as intake
from helpdesk.tickets.lists import ticket_lists
from helpdesk.web import app_keys


def _counts(tx: Connection, *, person_id: int, now: Any) -> tuple[dict[ticket_lists.View, int], int]:
    return ticket_lists.counts(tx, person_id=person_id, now=now), intake.figures(tx)["quarantined"]


async def page_frame(request: web.Request, place: str) -> dict[str, Any]:
    """Context of every page that has the rail beside it."""
    from helpdesk.web.inbox.build.ticket_list import rail  # here, for the inbox itself stands on this module

    app = request.app
    counts, held = await app[app_keys.DATABASE].read(
        _counts, person_id=app_keys.signed_in(request).id, now=app[app_keys.CLOCK]()
    )  # fmt: skip
    return {"rail": rail(counts), "place": place, "quarantined": held, "demo": app.get(app_keys.DEMO, False)}

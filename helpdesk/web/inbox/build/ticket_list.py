"""View builder of the ticket list: database rows → rows of the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from helpdesk.web.inbox.build.page_data import ListRequest
from helpdesk.web.inbox.build.reader import Reader, chip, face_of, name_of
from helpdesk.web.inbox.views.inbox_views import ListView, PersonBadge, RowView


def row(
    ticket: Any,
    reader: Reader,
    people: Mapping[int, PersonBadge],
    typing: Callable[[int], str] = lambda number: "",
) -> RowView:
    """One row. `typing`: gives the name of who else is writing."""
    name = name_of(ticket.contact_name, ticket.address, reader.language)
    return RowView(
        number=ticket.id,
        name=name,
        face=face_of(name, ticket.contact_id),
        subject=ticket.subject,
        snippet=ticket.snippet,
        channel=reader.channel(ticket.channel),
        status="spam" if ticket.spam_at else ticket.status,
        clock=chip(ticket, reader.now),
        unread=bool(ticket.unread) and ticket.customer_entry_id is not None,
        draft=bool(ticket.drafted),
        sad=ticket.sad_at is not None,
        wanted=ticket.person_wanted_at is not None and bool(ticket.active) and not ticket.answered,
        overdue=ticket.call_back_at is not None and ticket.call_back_at <= reader.now,
        assignee=people.get(ticket.assignee_id) if ticket.assignee_id else None,
        typing=typing(ticket.id),
    )


def list_view(
    rows: Sequence[Any], reader: Reader, people: Mapping[int, PersonBadge], list_query: ListRequest, *, after: object = None,
    open_ticket: int | None = None, mine: int = 0, typing: Callable[[int], str] = lambda number: "",
) -> ListView:  # fmt: skip
    """A page of the list."""
    return ListView(
        view=list_query.view,
        rows=[row(item, reader, people, typing) for item in rows],
        sort=list_query.sort,
        search=list_query.search,
        open=open_ticket,
        more=str(after) if after else "",
        mine=mine,
    )

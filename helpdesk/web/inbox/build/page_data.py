"""Data loading of an inbox page: everything it shows in one read unit. Decides nothing; queries belong to the slices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from helpdesk.agents import queries as agents
from helpdesk.agents.rules import Person
from helpdesk.contacts import queries as contacts
from helpdesk.database.metadata import Row
from helpdesk.errors import NotFound
from helpdesk.intake import queries as intake
from helpdesk.journey.context import DeskContext
from helpdesk.journey.outgoing import destinations
from helpdesk.journey.outgoing.destinations import Destination
from helpdesk.sla.store import queries as sla
from helpdesk.suggestions import actions as suggestions
from helpdesk.surveys import queries as surveys
from helpdesk.tickets import page_queries, queries
from helpdesk.tickets.lists import contact_tickets, ticket_lists, ticket_search
from helpdesk.tickets.page_queries import BodyBeginning
from helpdesk.tickets.rows import AttachmentRow, EntryRow, TicketRow

MOST_ENTRIES, MOST_ROWS = 200, 500
ENTRY_TEXT, PAGE_TEXT, LEAST_TEXT = 65_536, 1_000_000, 2_000  # characters drawn of an entry, of a page, of any entry


@dataclass(frozen=True, slots=True)
class ListRequest:
    """The parameters of a list."""

    view: ticket_lists.View = "mine"
    sort: ticket_lists.Sort = "deadline"
    search: str = ""
    after: ticket_lists.After | None = None
    most: int = ticket_lists.PAGE


@dataclass(frozen=True, slots=True)
class ListData:
    """The rows of a list, the counts of all views, and the people."""

    rows: Sequence[Row]
    after: ticket_lists.After | None
    counts: Mapping[ticket_lists.View, int]
    people: Sequence[Person]
    quarantined: int


@dataclass(frozen=True, slots=True)
class TicketData:
    """One ticket and everything around it."""

    ticket: TicketRow
    entries: Sequence[EntryRow]
    earlier: bool
    cut: Mapping[int, int]  # characters that are shown of an entry that is too long to be drawn whole
    bodies: Mapping[int, BodyBeginning]
    files: Mapping[int, Sequence[AttachmentRow]]
    tags: Sequence[str]
    clocks: Sequence[Row]
    contact: Row
    addresses: Sequence[Row]
    others: Sequence[Row]
    moods: Sequence[str]
    surveys: Mapping[int, Row]
    follow_ups: Mapping[int, Row]
    proposed: Sequence[tuple[str, float, Sequence[str]]]
    question: EntryRow | None
    drafts: Mapping[str, str]
    uploads: Sequence[AttachmentRow]
    names: Mapping[int, str]
    unread: bool
    guests: Sequence[Row] = ()
    ways: Sequence[Destination] = ()
    undone: Mapping[str, Any] = field(default_factory=dict)
    extensions: Mapping[str, str] = field(default_factory=dict)
    offers: Sequence[tuple[Row, Row, str]] = ()
    family: frozenset[int] = frozenset()


def listing(tx: Connection, *, list_query: ListRequest, person_id: int, now: datetime, bare: bool = False) -> ListData:
    """A list with all counts. `bare`: without rows, for a pane only."""
    page = ticket_lists.Page((), None) if bare else rows(tx, list_query=list_query, person_id=person_id, now=now)
    return ListData(
        page.rows, page.after, ticket_lists.counts(tx, person_id=person_id, now=now), agents.everybody(tx),
        intake.figures(tx)["quarantined"],
    )  # fmt: skip


def rows(tx: Connection, *, list_query: ListRequest, person_id: int, now: datetime) -> ticket_lists.Page:
    """The rows only."""
    if list_query.search:
        numbers = ticket_search.search_tickets(tx, question=list_query.search, most=ticket_lists.PAGE)
        return ticket_lists.Page(ticket_lists.by_numbers(tx, person_id=person_id, ticket_ids=numbers), None)
    most = min(max(list_query.most, ticket_lists.PAGE), MOST_ROWS)
    return ticket_lists.page(
        tx, view=list_query.view, person_id=person_id, now=now, sort=list_query.sort, after=list_query.after, most=most
    )  # fmt: skip


def ticket(
    tx: Connection, *, ticket_id: int, person_id: int, full_timeline: bool = False, context: DeskContext | None = None
) -> TicketData:
    """One ticket. `full_timeline`: from its beginning; with `context` the ways to its customer. Raises NotFound."""
    row = queries.ticket(tx, ticket_id=ticket_id)
    kept = _drafts(tx, ticket_id, person_id)
    most = 10_000 if full_timeline else MOST_ENTRIES
    entries = page_queries.timeline_beginnings(tx, ticket_id=ticket_id, most=most, most_text=ENTRY_TEXT + 1)
    ids = [item.id for item in entries if item.kind in ("message", "note", "call")]
    newest = entries[-1].id if entries else 0
    return TicketData(
        ticket=row,
        entries=entries,
        earlier=len(entries) == most,
        cut=_too_long(entries),
        bodies=page_queries.body_beginnings(tx, entry_ids=ids, most_text=ENTRY_TEXT),
        files=_by_entry(queries.attachments_of(tx, entry_ids=ids)),
        tags=queries.tags_of(tx, ticket_id=ticket_id),
        clocks=sla.clocks_of(tx, ticket_id=ticket_id),
        contact=contacts.contact(tx, contact_id=row.contact_id),
        addresses=contacts.addresses_of(tx, contact_id=row.contact_id),
        others=contact_tickets.tickets_of(tx, contact_id=row.contact_id, but=ticket_id, most=7),
        moods=[survey.score for survey in reversed(surveys.of_contact(tx, contact_id=row.contact_id))],
        surveys={survey.id: survey for survey in surveys.by_ids(tx, survey_ids=_answered(entries))},
        follow_ups={follow_up.survey_id: follow_up for follow_up in surveys.follow_ups_of(tx, ticket_id=ticket_id)},
        proposed=suggestions.suggestions_of(tx, entry_ids=asked) if (asked := unanswered(entries)) else (),
        question=next((item for item in entries if item.id == row.customer_entry_id), None),
        drafts={kind: item.text for kind, item in kept.items()},
        uploads=queries.waiting_files(tx, ticket_id=ticket_id, person_id=person_id),
        names=agents.names(tx),
        unread=queries.read_up_to(tx, ticket_id=ticket_id, person_id=person_id) < newest,
        guests=queries.participants_of(tx, ticket_id=ticket_id),
        offers=contacts.offers_for(tx, contact_id=row.contact_id),
        family=contacts.family(tx, contact_id=row.contact_id),
        ways=destinations.destinations_of(tx, context, ticket=row) if context is not None else (),
        undone=(kept["reply"].data or {}) if "reply" in kept else {},
        extensions=agents.names_by_extension(tx) if any(item.kind == "call" for item in entries) else {},
    )


def _drafts(tx: Connection, ticket_id: int, person_id: int) -> dict[str, Row]:
    """The person's drafts of a ticket by their kind."""
    drafts = {}
    for kind in ("reply", "note"):
        row = queries.draft(tx, ticket_id=ticket_id, person_id=person_id, kind=kind)
        if row is not None:
            drafts[kind] = row
    return drafts


def unanswered(entries: Sequence[EntryRow]) -> list[int]:
    """The customer's messages since the last human answer."""
    ids: list[int] = []
    for entry in reversed(entries):
        answers = entry.author == "agent" and entry.public and entry.kind == "message"
        if answers and entry.delivery not in ("failed", "undone"):
            break
        if entry.author == "customer" and entry.kind == "message":
            ids.append(entry.id)
    return ids


def _answered(entries: Sequence[EntryRow]) -> list[int]:
    """The surveys answered by these entries, those of merged tickets included."""
    survey_ids = [
        (entry.data or {}).get("survey") for entry in entries if entry.kind == "survey" and entry.author == "customer"
    ]
    return sorted({survey_id for survey_id in survey_ids if survey_id is not None})


def screen(
    tx: Connection, *, list_query: ListRequest, person_id: int, now: datetime, ticket_id: int | None = None, full_timeline: bool = False,
    forgiving: bool = False, bare: bool = False, context: DeskContext | None = None,
) -> tuple[ListData, TicketData | None]:  # fmt: skip
    """A list and perhaps a ticket. `forgiving`: a missing ticket is not an error. `bare`: no rows."""
    shown = listing(tx, list_query=list_query, person_id=person_id, now=now, bare=bare)
    if ticket_id is None:
        return shown, None
    try:
        return shown, ticket(tx, ticket_id=ticket_id, person_id=person_id, full_timeline=full_timeline, context=context)
    except NotFound:
        if forgiving:
            return shown, None
        raise


def _too_long(entries: Sequence[EntryRow]) -> dict[int, int]:
    """How much is drawn of entries that are too long by themselves, or too long for what is left of the page."""
    cut: dict[int, int] = {}
    room = PAGE_TEXT
    for entry in reversed(entries):  # the newest are read
        most = min(ENTRY_TEXT, max(room, LEAST_TEXT))
        if len(entry.text) > most:
            cut[entry.id] = most
        room -= min(len(entry.text), most)
    return cut


def _by_entry(files: Sequence[AttachmentRow]) -> dict[int, list[AttachmentRow]]:
    grouped: dict[int, list[AttachmentRow]] = {}
    for file in files:
        grouped.setdefault(file.entry_id or 0, []).append(file)
    return grouped

"""Everything one page of the inbox needs, read in one go. Queries belong to the slices; nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from helpdesk.agents import queries as agents
from helpdesk.agents.rules import Person
from helpdesk.contacts import queries as contacts
from helpdesk.database.metadata import Line
from helpdesk.errors import NotFound
from helpdesk.intake import queries as intake
from helpdesk.journey import ways
from helpdesk.journey.book import Book
from helpdesk.journey.ways import Way
from helpdesk.sla import queries as sla
from helpdesk.suggestions import actions as suggestions
from helpdesk.surveys import queries as surveys
from helpdesk.tickets import lists, queries, search

MOST_ENTRIES, MOST_ROWS = 200, 500


@dataclass(frozen=True, slots=True)
class Wish:
    """Which list somebody wants to see."""

    view: lists.View = "mine"
    sort: lists.Sort = "deadline"
    search: str = ""
    after: lists.After | None = None
    most: int = lists.PAGE


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows of a list, how many each view has, and who works here."""

    rows: Sequence[Line]
    after: lists.After | None
    counts: Mapping[lists.View, int]
    people: Sequence[Person]
    quarantined: int


@dataclass(frozen=True, slots=True)
class Parts:
    """One ticket and everything around it."""

    ticket: Line
    entries: Sequence[Line]
    earlier: bool
    folded: Mapping[int, Line]
    full: Mapping[int, str]
    files: Mapping[int, Sequence[Line]]
    tags: Sequence[str]
    clocks: Sequence[Line]
    contact: Line
    addresses: Sequence[Line]
    others: Sequence[Line]
    moods: Sequence[str]
    surveys: Mapping[int, Line]
    follow_ups: Mapping[int, Line]
    proposed: Sequence[tuple[str, float, Sequence[str]]]
    question: Line | None
    drafts: Mapping[str, str]
    uploads: Sequence[Line]
    names: Mapping[int, str]
    unread: bool
    guests: Sequence[Line] = ()
    ways: Sequence[Way] = ()
    undone: Mapping[str, Any] = field(default_factory=dict)
    extensions: Mapping[str, str] = field(default_factory=dict)
    offers: Sequence[tuple[Line, Line, str]] = ()
    family: frozenset[int] = frozenset()


def listing(tx: Connection, *, wish: Wish, person_id: int, now: datetime, bare: bool = False) -> Listing:
    """A list with the rail beside it. `bare`: without its rows, for a pane that shows none."""
    page = lists.Page((), None) if bare else rows(tx, wish=wish, person_id=person_id, now=now)
    return Listing(
        page.rows, page.after, lists.counts(tx, person_id=person_id, now=now), agents.everybody(tx),
        intake.figures(tx)["quarantined"],
    )  # fmt: skip


def rows(tx: Connection, *, wish: Wish, person_id: int, now: datetime) -> lists.Page:
    """The rows alone."""
    if wish.search:
        found = search.find(tx, question=wish.search, most=lists.PAGE)
        return lists.Page(lists.by_numbers(tx, person_id=person_id, ticket_ids=found), None)
    most = min(max(wish.most, lists.PAGE), MOST_ROWS)
    return lists.page(
        tx, view=wish.view, person_id=person_id, now=now, sort=wish.sort, after=wish.after, most=most
    )  # fmt: skip


def ticket(
    tx: Connection, *, ticket_id: int, person_id: int, whole: bool = False, book: Book | None = None
) -> Parts:
    """One ticket. `whole`: its timeline from the beginning; with `book` the ways to its customer. Raises NotFound."""
    found = queries.ticket(tx, ticket_id=ticket_id)
    kept = {
        kind: one
        for kind in ("reply", "note")
        if (one := queries.draft(tx, ticket_id=ticket_id, person_id=person_id, kind=kind)) is not None
    }
    most = 10_000 if whole else MOST_ENTRIES
    entries = queries.timeline(tx, ticket_id=ticket_id, most=most)
    ids = [one.id for one in entries if one.kind in ("message", "note", "call")]
    folded = {one.entry_id: one for one in queries.folded(tx, entry_ids=ids)}
    question = found.customer_entry_id
    newest = entries[-1].id if entries else 0
    return Parts(
        ticket=found,
        entries=entries,
        earlier=len(entries) == most,
        folded=folded,
        full=_full(tx, [entry for entry, one in folded.items() if one.folded]),
        files=_by_entry(queries.attached(tx, entry_ids=ids)),
        tags=queries.tags_of(tx, ticket_id=ticket_id),
        clocks=sla.clocks_of(tx, ticket_id=ticket_id),
        contact=contacts.contact(tx, contact_id=found.contact_id),
        addresses=contacts.addresses_of(tx, contact_id=found.contact_id),
        others=queries.of_contact(tx, contact_id=found.contact_id, but=ticket_id, most=7),
        moods=[one.score for one in reversed(surveys.of_contact(tx, contact_id=found.contact_id))],
        surveys={one.id: one for one in surveys.by_ids(tx, survey_ids=_answered(entries))},
        follow_ups={one.survey_id: one for one in surveys.follow_ups_of(tx, ticket_id=ticket_id)},
        proposed=suggestions.proposed(tx, entry_ids=asked) if (asked := unanswered(entries)) else (),
        question=next((one for one in entries if one.id == question), None),
        drafts={kind: one.text for kind, one in kept.items()},
        uploads=queries.waiting_files(tx, ticket_id=ticket_id, person_id=person_id),
        names=agents.names(tx),
        unread=queries.read_up_to(tx, ticket_id=ticket_id, person_id=person_id) < newest,
        guests=queries.guests(tx, ticket_id=ticket_id),
        offers=contacts.offers_for(tx, contact_id=found.contact_id),
        family=contacts.family(tx, contact_id=found.contact_id),
        ways=ways.ways(tx, book, ticket=found) if book is not None else (),
        undone=(kept["reply"].data or {}) if "reply" in kept else {},
        extensions=agents.names_by_extension(tx) if any(one.kind == "call" for one in entries) else {},
    )


def unanswered(entries: Sequence[Line]) -> list[int]:
    """The customer's messages since a person answered last. The newest may be a picture that says nothing."""
    found: list[int] = []
    for one in reversed(entries):
        answers = one.author == "agent" and one.public and one.kind == "message"
        if answers and one.delivery not in ("failed", "undone"):
            break
        if one.author == "customer" and one.kind == "message":
            found.append(one.id)
    return found


def _answered(entries: Sequence[Line]) -> list[int]:
    """The surveys these lines answer; some are about tickets merged into this one."""
    told = [(one.data or {}).get("survey") for one in entries if one.kind == "survey" and one.author == "customer"]
    return sorted({one for one in told if one is not None})


def screen(
    tx: Connection, *, wish: Wish, person_id: int, now: datetime, ticket_id: int | None = None, whole: bool = False,
    forgiving: bool = False, bare: bool = False, book: Book | None = None,
) -> tuple[Listing, Parts | None]:  # fmt: skip
    """A list and, when one is open, a ticket. `forgiving`: one that is gone is simply not there. `bare`: no rows."""
    shown = listing(tx, wish=wish, person_id=person_id, now=now, bare=bare)
    if ticket_id is None:
        return shown, None
    try:
        return shown, ticket(tx, ticket_id=ticket_id, person_id=person_id, whole=whole, book=book)
    except NotFound:
        if forgiving:
            return shown, None
        raise


def _full(tx: Connection, entry_ids: Sequence[int]) -> dict[int, str]:
    texts = ((entry_id, queries.body(tx, entry_id=entry_id)) for entry_id in entry_ids)
    return {entry_id: body.full_text for entry_id, body in texts if body is not None and body.full_text}


def _by_entry(files: Sequence[Line]) -> dict[int, list[Line]]:
    found: dict[int, list[Line]] = {}
    for one in files:
        found.setdefault(one.entry_id, []).append(one)
    return found

"""The lists agents work from: keyset-paged, each order on an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    text,
    true,
    tuple_,
)

from helpdesk.contacts.models import contacts
from helpdesk.database.metadata import Moment, Row
from helpdesk.errors import Invalid
from helpdesk.tickets.models import SAD, TO_DO, drafts, reads, tickets

View = Literal["mine", "unassigned", "soon", "late", "waiting", "all", "sad", "ended"]
VIEWS: tuple[View, ...] = ("mine", "unassigned", "soon", "late", "waiting", "all", "sad", "ended")
Sort = Literal["deadline", "longest", "newest"]
SOON = timedelta(minutes=15)
PAGE = 50
CAP = 100
COUNTED: tuple[View, ...] = ("mine", "unassigned", "soon", "late", "waiting", "all", "sad")
WAITING = text("tickets.status IN ('waiting', 'on_hold')")  # literal, so that the partial index is seen
WORK, UNHAPPY = text(f"({TO_DO})"), text(f"({SAD})")  # likewise; no other table of a row has these columns


@dataclass(frozen=True, slots=True)
class After:
    """Where a page begins: behind this row."""

    value: datetime
    ticket_id: int

    def __str__(self) -> str:
        return f"{self.value.isoformat()}_{self.ticket_id}"

    @classmethod
    def parse(cls, text: str) -> After:
        """Read what `str` wrote. Raises Invalid."""
        try:
            value, _, number = text.partition("_")
            at = datetime.fromisoformat(value)
            if at.tzinfo is None or not number.isascii() or len(number) > 18:
                raise ValueError(text)
            return cls(at.astimezone(UTC), int(number))
        except (ValueError, OverflowError):
            raise Invalid("This page address is not one of ours.", "after") from None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list and where the next page begins."""

    rows: Sequence[Row]
    after: After | None


def condition(view: View) -> ColumnElement[bool]:
    """Which tickets a view shows, to somebody (`me`) at a moment (`now`)."""
    active = tickets.c.active == true()
    now = bindparam("now", type_=Moment)
    soon = bindparam("soon", type_=Moment)
    conditions: dict[View, ColumnElement[bool]] = {
        "mine": and_(tickets.c.assignee_id == bindparam("me"), WORK),
        "unassigned": and_(tickets.c.assignee_id.is_(None), WORK),
        "soon": and_(WORK, tickets.c.deadline > now, tickets.c.deadline <= soon),
        "late": and_(WORK, tickets.c.deadline <= now),
        "waiting": and_(active, WAITING),
        "all": active,
        "sad": and_(UNHAPPY),
        "ended": and_(tickets.c.active != true(), tickets.c.merged_into_id.is_(None)),
    }
    return conditions[view]


def page(
    tx: Connection,
    *,
    view: View,
    person_id: int,
    now: datetime,
    sort: Sort = "deadline",
    after: After | None = None,
    most: int = PAGE,
) -> Page:
    """One page of a view."""
    statement, column = _page(view, sort, after is not None)
    wanted: dict[str, object] = {"me": person_id, "now": now, "soon": now + SOON, "most": most + 1}
    if after is not None:
        wanted |= {"edge": after.value, "edge_id": after.ticket_id}
    rows = tx.execute(statement, wanted).all()
    if len(rows) <= most:
        return Page(rows, None)
    last = rows[most - 1]
    return Page(rows[:most], After(getattr(last, column), last.id))


def by_numbers(tx: Connection, *, person_id: int, ticket_ids: Sequence[int]) -> Sequence[Row]:
    """The same rows for these tickets, in their order."""
    statement = _rows().where(tickets.c.id.in_(list(ticket_ids)))
    rows = {row.id: row for row in tx.execute(statement, {"me": person_id})}
    return [rows[number] for number in ticket_ids if number in rows]


def counts(tx: Connection, *, person_id: int, now: datetime) -> dict[View, int]:
    """How many tickets each view has, counted up to `CAP`: the rail says that there are more."""
    row = tx.execute(_counts(), {"me": person_id, "now": now, "soon": now + SOON}).one()
    return {view: getattr(row, view) for view in COUNTED}


@cache
def _counts() -> Select[Any]:
    """Built once: building it costs more than running it."""
    parts = []
    for view in COUNTED:
        some = select(literal(1).label("one")).select_from(tickets).where(condition(view)).limit(CAP).subquery()
        parts.append(select(func.count()).select_from(some).scalar_subquery().label(view))
    return select(*parts)


@cache
def _page(view: View, sort: Sort, further: bool) -> tuple[Select[Any], str]:
    """The statement of a page, built once, and the column it is ordered by."""
    statement = _rows().where(condition(view))
    column, falling = _order(view, sort)
    if further:
        edge = tuple_(bindparam("edge", type_=Moment), bindparam("edge_id", type_=tickets.c.id.type))
        key = tuple_(column, tickets.c.id)
        statement = statement.where(key < edge if falling else key > edge)
    order = (column.desc(), tickets.c.id.desc()) if falling else (column.asc(), tickets.c.id.asc())
    return statement.order_by(*order).limit(bindparam("most")), column.key


def _order(view: View, sort: Sort) -> tuple[Any, bool]:
    if view == "ended" or sort == "newest":
        return tickets.c.changed_at, True
    if view == "sad":
        return tickets.c.sad_at, False
    if sort == "longest":
        return tickets.c.customer_at, False
    return tickets.c.deadline, False


COLUMNS = (
    "id", "subject", "status", "active", "contact_id", "assignee_id", "team_id", "priority", "channel", "snippet",
    "created_at", "changed_at", "customer_at", "customer_entry_id", "answered", "deadline", "deadline_kind",
    "deadline_start", "spam_at", "sad_at", "call_back_at", "person_wanted_at", "automatic", "language", "address",
)  # fmt: skip


def _rows() -> Select[Any]:
    me: BindParameter[int] = bindparam("me")
    unread = or_(reads.c.entry_id.is_(None), reads.c.entry_id < tickets.c.customer_entry_id)
    return (
        select(
            *(tickets.c[name] for name in COLUMNS),
            contacts.c.name.label("contact_name"),
            func.coalesce(unread, literal(True, Boolean)).label("unread"),
            drafts.c.id.is_not(None).label("drafted"),
        )
        .join(contacts, contacts.c.id == tickets.c.contact_id)
        .outerjoin(reads, and_(reads.c.ticket_id == tickets.c.id, reads.c.person_id == me))
        .outerjoin(
            drafts,
            and_(drafts.c.ticket_id == tickets.c.id, drafts.c.person_id == me, drafts.c.kind == "reply"),
        )
    )


__all__ = ["PAGE", "VIEWS", "After", "Page", "Sort", "View", "by_numbers", "counts", "page"]

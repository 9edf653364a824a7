"""Finding tickets by number, name, address and words, in any spelling."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from helpdesk.contacts import anonymous_names
from helpdesk.database import fulltext
from helpdesk.text import key
from helpdesk.tickets.models import entries, tickets

MOST_ENTRIES = 400


def index_entry(tx: Connection, *, ticket_id: int, entry_id: int, texts: Sequence[str]) -> None:
    """Make a line of the timeline findable by these texts."""
    fulltext.add(tx, entry_id=entry_id, folded=key(" ".join(texts)[: fulltext.LONGEST]))


def search_tickets(tx: Connection, *, question: str, most: int = 50) -> Sequence[int]:
    """Ticket numbers that answer the question, best first: the number itself, then the newest with all words."""
    folded = key(question[:200]).strip()
    numbers: dict[int, None] = {}
    number = folded.lstrip("# ")
    if number.isascii() and number.isdigit() and len(number) < 16:
        known = tx.execute(select(tickets.c.id).where(tickets.c.id == int(number))).scalar()
        if known:
            numbers[known] = None
    ids = list(fulltext.find(tx, folded=folded, most=MOST_ENTRIES))
    visitor = anonymous_names.address_prefix(folded)  # a name that is shown and stands nowhere
    if visitor:
        ids += fulltext.find(tx, folded=visitor, most=MOST_ENTRIES)
    if ids:
        rows = tx.execute(
            select(entries.c.ticket_id).where(entries.c.id.in_(ids)).order_by(entries.c.id.desc())
        ).scalars()
        numbers |= dict.fromkeys(rows)
    return list(numbers)[:most]

"""Finding tickets by number, name, address and words, in any spelling."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import Connection, select

from helpdesk.contacts import anonymous_names
from helpdesk.database import fulltext
from helpdesk.text import key
from helpdesk.tickets.models import entries, tickets

MOST_ENTRIES = 400
_INTERNATIONAL = re.compile(r"\+(\d{8,15})(?!\d)")
_NUMBER = re.compile(r"[+\d][\d\s()./-]{5,30}")


def index_entry(tx: Connection, *, ticket_id: int, entry_id: int, texts: Sequence[str]) -> None:
    """Make a line of the timeline findable by these texts."""
    fulltext.add(tx, entry_id=entry_id, folded=searchable(texts))


def searchable(texts: Sequence[str]) -> str:
    """What the index holds of these texts: folded, telephone numbers also as people at home write them."""
    folded = key(" ".join(texts)[: fulltext.LONGEST])
    numbers = dict.fromkeys(_INTERNATIONAL.findall(folded)) if "+" in folded else {}
    return " ".join([folded, *(spelling for number in numbers for spelling in _at_home(number))])


def _at_home(number: str) -> list[str]:
    """A number without its country, which is one to three digits, and with the zero dialled before it at home."""
    rest = [number[digits:] for digits in (1, 2, 3)]
    return [*rest, *(f"0{number}" for number in rest)]


def _dialled(folded: str) -> str | None:
    """The digits of a telephone number, however they are grouped; None where the question is no number."""
    if not _NUMBER.fullmatch(folded):
        return None
    return re.sub(r"\D", "", folded.replace("(0)", "")).removeprefix("00")


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
    digits = _dialled(folded)
    if digits:
        ids += fulltext.find(tx, folded=digits, most=MOST_ENTRIES)
    visitor = anonymous_names.address_prefix(folded)  # a name that is shown and stands nowhere
    if visitor:
        ids += fulltext.find(tx, folded=visitor, most=MOST_ENTRIES)
    if ids:
        rows = tx.execute(
            select(entries.c.ticket_id).where(entries.c.id.in_(ids)).order_by(entries.c.id.desc())
        ).scalars()
        numbers |= dict.fromkeys(rows)
    return list(numbers)[:most]

"""The lines of a timeline as the clocks see them, and how they are read from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from helpdesk.errors import Invalid

AUTHORS = frozenset({"customer", "agent", "bot", "automation", "survey", "system", "import"})
DIRECTIONS = {"incoming": "incoming", "outgoing": "outgoing", "inbound": "incoming", "outbound": "outgoing"}
STATUSES = frozenset({"new", "open", "waiting", "on_hold", "resolved", "closed"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. `of` and `state` belong to deliveries, `to` to status, three more to calls.

    `asked`: since when the question has really been waiting, `joined`: when it came to this ticket, both after a merge.
    """

    id: str | int | None
    at: datetime
    kind: str
    author: str = "system"
    person: str | int | None = None
    public: bool = True
    automatic: bool = False
    thanks: bool = False
    of: str | int | None = None
    state: str | None = None
    to: str | None = None
    direction: str | None = None
    disposition: str | None = None
    answered_at: datetime | None = None
    asked: datetime | None = None
    joined: datetime | None = None


def moment(raw: Any, where: str) -> datetime:
    """An ISO 8601 time with offset, in UTC. Raises `Invalid` naming `where`."""
    try:
        at = datetime.fromisoformat(raw)
        if at.tzinfo is None:
            raise Invalid(f"{where}: {raw!r} lacks its offset; end it with Z or +03:30", where)
        return at.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise Invalid(f"{where}: {raw!r} is no time; write one like 2026-03-21T08:00:00+03:30", where) from None


def entry(raw: Any, number: int = 0) -> Entry:
    """An entry from its JSON object; `number` names it in errors. Unknown fields and kinds are let through."""
    where = f"entries[{number}]"
    if not isinstance(raw, Mapping):
        raise Invalid(f"{where}: an object is needed", where)
    kind, author = raw.get("kind"), raw.get("author", "system")
    if not isinstance(kind, str):
        raise Invalid(f"{where}.kind: missing", f"{where}.kind")
    if kind in ("message", "call", "delivery", "status"):
        _check(raw, kind, author, where)
    answered = raw.get("answered_at")
    return Entry(
        id=raw.get("id"),
        at=moment(raw.get("at"), f"{where}.at"),
        kind=kind,
        author=author,
        person=raw.get("person"),
        public=raw.get("public") is not False,
        automatic=bool(raw.get("automatic")),
        thanks=bool(raw.get("thanks")),
        of=raw.get("of"),
        state=raw.get("state"),
        to=raw.get("to"),
        direction=DIRECTIONS.get(str(raw.get("direction")), raw.get("direction")),
        disposition=raw.get("disposition"),
        answered_at=None if answered is None else moment(answered, f"{where}.answered_at"),
    )


def _check(raw: Mapping[str, Any], kind: str, author: Any, where: str) -> None:
    """What a clock depends on has to be there and to be one of the known words."""
    needed: dict[str, frozenset[str]] = {}
    if kind in ("message", "call"):
        if not isinstance(raw.get("id"), str | int):
            raise Invalid(f"{where}.id: missing", f"{where}.id")
        if author not in AUTHORS:
            raise Invalid(f"{where}.author: {author!r} is none of {', '.join(sorted(AUTHORS))}", f"{where}.author")
    if kind == "call":
        needed = {"direction": frozenset(DIRECTIONS)}
    elif kind == "delivery":
        needed = {"state": frozenset({"sent", "failed", "uncertain"})}
        if not isinstance(raw.get("of"), str | int):
            raise Invalid(f"{where}.of: missing", f"{where}.of")
    elif kind == "status":
        needed = {"to": STATUSES}
    for name, words in needed.items():
        value = raw.get(name)
        if not isinstance(value, str) or value not in words:
            raise Invalid(f"{where}.{name}: {value!r} is none of {', '.join(sorted(words))}", f"{where}.{name}")

"""View builder of an entry's content: places, contact cards, polls, quoted messages, earlier versions, reactions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from channels.toolkit.emoji import is_emoji_only
from helpdesk.tickets.rows import EntryRow
from helpdesk.web.inbox.build.page_data import TicketData
from helpdesk.web.inbox.views.content_views import (
    CardView,
    EditView,
    OriginView,
    PlaceView,
    PollView,
    QuoteView,
    ReactionView,
    VisitorView,
)

OPTION = re.compile(r"• (.*) \((\d+)\)")
COUNTED = re.compile(r"(?<!\S)(\S++) (\d++)")
MOST_QUOTED = 160  # characters of a quote
MOST_EMOJI = 12  # code points of a message shown large
NUMBER = re.compile(r"\+?\d{4,15}")


def details(entry: EntryRow) -> Mapping[str, Any]:
    """The details of an entry."""
    data = entry.data
    return data if isinstance(data, Mapping) else {}


def inside(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A nested mapping of the details."""
    value = data.get(name)
    return value if isinstance(value, Mapping) else {}


def moment(value: object) -> datetime | None:
    """An aware time from ISO text; None for anything else."""
    try:
        parsed = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return parsed if parsed is not None and parsed.tzinfo is not None else None


def web_address(value: object) -> str:
    """A web URL; "" for every other kind."""
    text = str(value or "").strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.netloc and len(text) <= 2000 else ""


def place(data: Mapping[str, Any], text: str) -> PlaceView | None:
    """A location."""
    north, east = data.get("latitude"), data.get("longitude")
    if not isinstance(north, int | float) or not isinstance(east, int | float):
        return None
    named = [line for line in text.split("\n") if not line.startswith("📍")] if data.get("content") == "venue" else []
    name, address = ([*named, "", ""])[:2]
    return PlaceView(
        float(north), float(east), web_address(data.get("map")), name, address, bool(data.get("live_seconds"))
    )


def card(data: Mapping[str, Any]) -> CardView | None:
    """A shared contact."""
    given = inside(data, "contact")
    if not given:
        return None
    return CardView(str(given.get("name") or ""), str(given.get("phone") or ""), bool(given.get("verified")))


def poll(data: Mapping[str, Any], text: str) -> PollView | None:
    """A poll, parsed from its channel's text lines."""
    if "poll" not in data or not text.startswith("📊"):
        return None
    question, *lines = text.removeprefix("📊").strip().split("\n")
    options = [match for line in lines if (match := OPTION.fullmatch(line))]
    words = [line for line in lines if not OPTION.fullmatch(line)]
    return PollView("\n".join([question, *words]), tuple((option[1], int(option[2])) for option in options))


def alone(text: str) -> bool:
    """Whether a message is nothing but a few emoji."""
    return len(text.strip()) <= MOST_EMOJI and is_emoji_only(text)


def origin(data: Mapping[str, Any]) -> OriginView | None:
    """The original author of a forwarded message."""
    forward = inside(data, "forward")
    return OriginView(str(forward.get("from") or ""), moment(forward.get("at"))) if forward else None


def quote(entry: EntryRow, parts: TicketData, name: str, chat: bool) -> QuoteView | None:
    """The quoted message; none for mails, which answer the previous one anyway."""
    data = details(entry)
    words = str(data.get("quote") or "")
    known = next((item for item in parts.entries if item.id == data.get("answers")), None) if chat else None
    if known is not None:
        who = parts.names.get(known.person_id, "") if known.person_id else name if not known.outgoing else ""
        what = "" if words or known.text else str(details(known).get("content") or known.kind)
        return QuoteView(_short(words or known.text), who, known.id, what)
    answered, elsewhere = inside(data, "answered"), inside(data, "reply_elsewhere")
    if answered or elsewhere or words:
        who = str(answered.get("who") or elsewhere.get("from") or "")
        return QuoteView(_short(words or str(answered.get("text") or "")), who)
    return QuoteView("", what="story") if data.get("reply_to_story") else None


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= MOST_QUOTED else f"{words[:MOST_QUOTED].rstrip()}…"


def edits(data: Mapping[str, Any]) -> tuple[EditView, ...]:
    """Earlier versions, oldest first."""
    versions = ((moment(item.get("at")), str(item.get("text") or "")) for item in _list(data.get("edits")))
    return tuple(EditView(at, text) for at, text in versions if at is not None)


def _list(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def deletion(parts: TicketData) -> dict[str, datetime]:
    """Deletion times by remote id."""
    deletions: dict[str, datetime] = {}
    for entry in parts.entries:
        gone = details(entry).get("deleted") if entry.kind == "note" else None
        for item in gone if isinstance(gone, list) else ():
            deletions.setdefault(str(item), entry.at)
    return deletions


def reactions(parts: TicketData) -> dict[int, tuple[ReactionView, ...]]:
    """Current reactions by entry: the newest of every person, and the desk's own."""
    emoji_by_entry: dict[int, dict[str, Sequence[tuple[str, int]]]] = {}
    for entry in parts.entries:
        if entry.kind == "reaction":
            who = str(entry.person_id or entry.address or entry.author)
            emoji_by_entry.setdefault(details(entry).get("of") or 0, {})[who] = tuple(_emoji(entry))
    views: dict[int, list[ReactionView]] = {}
    for of, people in emoji_by_entry.items():
        counted: Counter[str] = Counter()
        for given in people.values():
            for emoji, count in given:
                counted[emoji] += count
        views[of] = [ReactionView(emoji, count) for emoji, count in counted.items()]
    for entry in parts.entries:
        own = inside(details(entry), "ours")
        shown = str(own.get("wanted", own.get("emoji")) or "")
        if shown or own.get("reason"):
            waits = "wanted" in own
            views.setdefault(entry.id, []).append(ReactionView(shown, 1, True, waits, str(own.get("reason") or "")))
    return {of: tuple(given) for of, given in views.items()}


def _emoji(entry: EntryRow) -> Iterator[tuple[str, int]]:
    data = details(entry)
    if data.get("event") == "reaction_count":
        yield from ((emoji, int(count)) for emoji, count in COUNTED.findall(entry.text))
        return
    new = data.get("new")
    given = new if isinstance(new, list) else [] if entry.text.startswith("−") else entry.text.split()
    yield from ((str(value), 1) for value in given)


def group(data: Mapping[str, Any]) -> str:
    """The group of a message, with its topic."""
    parts = (inside(data, "chat").get("title"), data.get("topic"))
    return " · ".join(str(part) for part in parts if part and isinstance(part, str | int))


def visitor(parts: TicketData) -> VisitorView | None:
    """The website visitor as last reported; None when unknown."""
    for entry in reversed(parts.entries):
        data = details(entry)
        if entry.author != "customer" or entry.channel != parts.ticket.channel or entry.kind != "message":
            continue
        if not (data.get("page") or data.get("user") or inside(data, "fields")):
            continue
        fields = tuple((str(key), str(value)) for key, value in inside(data, "fields").items() if value)
        return VisitorView(
            page=web_address(data.get("page")), title=str(data.get("page_title") or ""),
            referrer=web_address(data.get("referrer")), language=str(data.get("language") or ""),
            user=str(data.get("user") or ""), email=str(data.get("email") or ""), known=bool(data.get("user")), fields=fields,
        )  # fmt: skip
    return None


def telephone(value: object) -> str:
    """A dialable number; "" for hidden callers and extensions."""
    text = str(value or "")
    return text if NUMBER.fullmatch(text) else ""

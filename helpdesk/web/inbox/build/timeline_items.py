"""View builder of the timeline: entries → day headings, messages, folded changes, survey answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from helpdesk import dates
from helpdesk.agents.rules import AgentView
from helpdesk.database.metadata import Row
from helpdesk.tickets.events.customer_events import AddressLearned, ContactsJoined, ContactsParted, LinkFollowed
from helpdesk.tickets.events.message_events import FollowUpCreated
from helpdesk.tickets.events.stored_events import event_of
from helpdesk.tickets.events.ticket_events import Assigned, Reopened, StatusChanged
from helpdesk.tickets.rows import EntryRow
from helpdesk.tickets.vocabulary import ENDED
from helpdesk.web.inbox.build import entry_content as kinds
from helpdesk.web.inbox.build.call_card import call_of, outgoing
from helpdesk.web.inbox.build.file_previews import group_files
from helpdesk.web.inbox.build.message_actions import message_actions
from helpdesk.web.inbox.build.page_data import TicketData
from helpdesk.web.inbox.build.reader import Reader, face_of, name_of, running_clock
from helpdesk.web.inbox.views.content_views import ReactionView
from helpdesk.web.inbox.views.event_icons import icon_of
from helpdesk.web.inbox.views.timeline_views import (
    By,
    ChangesView,
    ChangeView,
    DayView,
    DeliveryView,
    EntryView,
    Item,
    SurveyView,
    TaskView,
)

NEAR = timedelta(days=120)
QUIET = frozenset({"sent", "delivered", "read", "reacted"})  # already shown on the message itself
QUOTES = re.compile(
    r"^[^\S\n]*+(>|-{4,}|_{8,}|(From|Von|De|از|فرستنده)\s*+:)|(wrote|نوشت\w{0,8}+|schrieb|écrit)\s*+:", re.MULTILINE
)
ENVELOPE = frozenset({"cc", "cc_dropped", "warning", "reply_to", "problem", "unproven", "named_by"})
LONG = 400  # characters; longer notes are shown in full


def timeline(parts: TicketData, reader: Reader, zone: str = dates.TEHRAN) -> list[Item]:
    """The whole timeline, oldest first."""
    lines: list[Item] = []
    day: date | None = None
    for item in _folded(_items(parts, reader)):
        its_day = dates.local(item.at, zone).date()
        if its_day != day:
            lines.append(DayView(item.at, near=reader.now - item.at < NEAR))
            day = its_day
        lines.append(item)
    return lines


def _items(parts: TicketData, reader: Reader) -> Iterator[EntryView | ChangeView | SurveyView]:
    last_answers = _last_of_surveys(parts)
    hanging, gone = kinds.reactions(parts), kinds.deletion(parts)
    here = {item.id for item in parts.entries}
    for entry in parts.entries:
        if entry.kind == "survey" and entry.delivery == "undone":
            continue  # never sent
        if entry.kind in ("message", "note", "call") and not _slim(entry, parts):
            yield message(entry, parts, reader, hanging.get(entry.id, ()), gone.get(entry.remote_id or ""))
        elif entry.kind == "survey" and entry.author == "customer":
            if entry.id in last_answers.values():
                yield _felt(entry, parts, reader)
        elif entry.kind != "reaction" or kinds.details(entry).get("of") not in here:
            change = _change(entry, parts, reader)
            if change.what not in QUIET or change.data.get("state") == "failed":
                yield change


def _slim(entry: EntryRow, parts: TicketData) -> bool:
    """Whether a note only reports an event: shown as a slim line."""
    if entry.kind != "note" or entry.author == "agent" or len(entry.text) > LONG:
        return False
    data = kinds.details(entry)
    return not parts.files.get(entry.id) and not data.get("owner") and ("event" in data or "command" in data)


def _folded(items: Iterator[EntryView | ChangeView | SurveyView]) -> Iterator[Item]:
    waiting: list[ChangeView] = []
    for item in items:
        if isinstance(item, ChangeView) and (not waiting or item.at - waiting[-1].at < timedelta(hours=12)):
            waiting.append(item)
            continue
        yield from _fold(waiting)
        waiting = [item] if isinstance(item, ChangeView) else []
        if not isinstance(item, ChangeView):
            yield item
    yield from _fold(waiting)


def _fold(changes: Sequence[ChangeView]) -> Iterator[ChangeView | ChangesView]:
    if len(changes) > 1:
        yield ChangesView(changes[0].id, changes[0].at, tuple(changes))
    else:
        yield from changes


def message(
    entry: EntryRow, parts: TicketData, reader: Reader, hanging: tuple[ReactionView, ...] = (),
    gone_at: datetime | None = None,
) -> EntryView:  # fmt: skip
    """A message, a note or a call."""
    by, data = _by(entry), kinds.details(entry)
    author, face = _author(entry, by, parts, reader.language)
    body = parts.bodies.get(entry.id)
    stopped = _first_answer_clock(entry, parts)
    files = [item for item in parts.files.get(entry.id, ()) if not (item.inline and body and body.html)]
    content = _content(entry, parts, reader) if data else {}
    cut = parts.cut.get(entry.id)
    quoted = _quoted(entry.text, body.full_text or "") if body and cut is None else ""
    shown, heard, sticker, rest = group_files(files, data, reader) if files else ([], [], None, [])
    return EntryView(
        id=entry.id, by=by, author=author, face=face, at=entry.at,
        text=content.pop("text", entry.text)[:cut],
        cut=cut is not None,
        channel=reader.channel(entry.channel, writing=entry.kind == "message") if entry.channel else None,
        quoted=quoted,
        is_quotation=_is_quotation(quoted) if quoted else True,
        html=bool(body and body.html),
        original=entry.intake_id is not None,
        files=tuple(rest),
        shown=tuple(shown), heard=tuple(heard),
        sticker=sticker,
        delivery=_delivery(entry, reader),
        call=call_of(entry, parts, reader, heard),
        human_after=stopped.working_seconds if stopped is not None else None,
        automatic=bool(entry.automatic), thanks=bool(entry.thanks),
        ended=bool(entry.thanks) and _ended(entry, parts),
        stranger=bool(entry.stranger), reactions=hanging,
        gone_at=kinds.moment(data.get("withdrawn_at")) or gone_at,
        doings=message_actions(entry, parts.ticket, reader),
        **content,
    )  # fmt: skip


def _first_answer_clock(entry: EntryRow, parts: TicketData) -> Row | None:
    """The clock of the first answer that an entry stopped."""
    clocks = (clock for clock in parts.clocks if clock.kind == "first_response" and clock.stop_entry_id == entry.id)
    return next(clocks, None)


def _content(entry: EntryRow, parts: TicketData, reader: Reader) -> dict[str, Any]:
    """The content of a message besides its text."""
    data, text = kinds.details(entry), entry.text
    known = reader.channels.get(entry.channel or "")
    chat = known is not None and not known.can.subject
    content: dict[str, Any] = {
        "quote": kinds.quote(entry, parts, name_of(parts.contact.name, parts.ticket.address, reader.language), chat),
        "edits": kinds.edits(data),
        "edited_at": kinds.moment(data.get("edited_at")),
        "wants_person": bool(data.get("wants_person")),
    }
    if not ENVELOPE.isdisjoint(data):
        content |= _envelope(data)
    if "content" in data:
        place, card, poll = kinds.place(data, text), kinds.card(data), kinds.poll(data, text)
        if place or card or poll:
            content |= {"place": place, "card": card, "poll": poll, "text": ""}
        content |= {
            "origin": kinds.origin(data),
            "group": kinds.group(data),
            "via": str(data.get("via") or ""),
            "emoji": str(data.get("emoji") or text) if data["content"] == "sticker" else "",
        }
    if not content.get("emoji") and chat and text and kinds.alone(text):
        content["emoji"] = text
    return content


def _envelope(data: Mapping[str, Any]) -> dict[str, Any]:
    """Mail headers worth showing: copies, Reply-To, failed sender authentication."""
    warning = data.get("warning")
    return {
        "copies": _people(data.get("cc", ())),
        "dropped_copies": _people(data.get("cc_dropped", ())),
        "answers_to": "، ".join(str(item) for item in data.get("reply_to", ())[:3]),
        "unverified": str(warning.get("authentication") or "") if isinstance(warning, dict) else "",
        "by_number": data.get("unproven") == "number",
        "named_by": str(data.get("named_by") or ""),
        "problem": str(data.get("problem") or ""),
    }


def _people(copies: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(f"{name} {_place(address)}".strip() for address, name in copies)


def _place(address: str) -> str:
    return address.partition(":")[2] or address


def _by(entry: EntryRow) -> By:
    if entry.kind == "call":
        return "desk" if outgoing(entry) else "customer"
    if entry.kind == "note" and kinds.details(entry).get("owner"):
        return "desk"  # written by the owner of the business account
    if entry.kind == "note" and entry.author == "agent":
        return "note"
    if entry.author in ("bot", "automation", "survey", "system"):
        return "robot"
    return "desk" if entry.author == "agent" else "customer"


def _author(entry: EntryRow, by: By, parts: TicketData, language: str) -> tuple[str, AgentView]:
    if entry.person_id is not None and (entry.kind != "call" or by == "desk"):
        name = parts.names.get(entry.person_id, "?")
        return name, AgentView(name.strip()[:1].upper() or "?", entry.person_id % 5 + 1)
    if by == "robot":
        sender = "" if entry.outgoing else _place(entry.address or "")  # our own carry the desk's name
        return kinds.details(entry).get("name", "") or sender, AgentView("", 3)
    if by == "desk":
        name = str(kinds.details(entry).get("owner") or "")
        return name, face_of(name, 3)
    contact = entry.contact_id or parts.ticket.contact_id
    own = contact == parts.ticket.contact_id or contact in parts.family
    name = name_of(parts.contact.name if own else "", entry.address or parts.ticket.address, language)
    return name, face_of(name, parts.ticket.contact_id if own else contact)


def _quoted(text: str, full_text: str) -> str:
    """The full text beyond the visible one: the quotation below it, a mail server's warning above it."""
    if not full_text:
        return ""
    visible, full = text.strip(), full_text.strip()
    above, seam, below = full.partition(visible) if visible else ("", "", full)
    rest = (above.strip("\n"), below.strip("\n")) if seam else (full,)
    return "\n\n".join(part for part in rest if part)


def _is_quotation(rest: str) -> bool:
    """Whether it contains quoted lines and is not a mere signature."""
    return QUOTES.search(rest) is not None


def _ended(entry: EntryRow, parts: TicketData) -> bool:
    """Whether the ticket was resolved or closed when this came."""
    events = (event_of(item.data) for item in parts.entries if item.id < entry.id)
    moves = [event.to for event in events if isinstance(event, StatusChanged | Reopened)]
    return bool(moves) and moves[-1] in ENDED


def _delivery(entry: EntryRow, reader: Reader) -> DeliveryView | None:
    if not entry.outgoing or entry.delivery is None:
        return None
    until = entry.at + reader.undo(entry.channel or "") if entry.delivery == "queued" else None
    seen = kinds.moment(kinds.details(entry).get("read_at")) if entry.delivery == "read" else None
    return DeliveryView(entry.delivery, entry.delivery_reason or "", until, seen)


def _change(entry: EntryRow, parts: TicketData, reader: Reader) -> ChangeView:
    data, event = dict(kinds.details(entry)), event_of(entry.data)
    what = str(data.get("change") or {"delivery": data.get("state"), "survey": "survey"}.get(entry.kind) or entry.kind)
    if what == "note":
        what = "command" if "command" in data else str(data.get("event") or "event")
    who = parts.names.get(entry.person_id, "") if entry.person_id else ""
    match event:
        case Assigned(to=to) | FollowUpCreated(to=to):
            data["to"] = parts.names.get(to or 0, "")
        case AddressLearned(by=by) | LinkFollowed(by=by):
            data["by"] = reader.channel(by).label
        case ContactsJoined(names=names) | ContactsParted(names=names):
            data["names"] = [name_of("", f":{name}", reader.language) for name in names]
    data.setdefault("text", entry.text)
    data["customer"] = entry.author == "customer"
    return ChangeView(entry.id, entry.at, what, icon_of(event, what), who, data)


def _last_of_surveys(parts: TicketData) -> dict[int, int]:
    """The last entry of each survey: it is shown once, where it was last changed; what was taken back is not shown."""
    answers = (entry for entry in parts.entries if entry.kind == "survey" and entry.author == "customer")
    last = {(entry.data or {}).get("survey", 0): entry.id for entry in answers}
    return {key: entry_id for key, entry_id in last.items() if getattr(parts.surveys.get(key), "score", "") is not None}


def _felt(entry: EntryRow, parts: TicketData, reader: Reader) -> SurveyView:
    data = entry.data or {}
    survey = parts.surveys.get(data.get("survey", 0))
    reasons = [reader.reasons.get(key, key) for key in (survey.reasons if survey is not None else None) or ()]
    task = parts.follow_ups.get(survey.id) if survey is not None else None
    score = str(survey.score if survey is not None else data.get("score", "neutral"))
    words = (survey.words if survey is not None else entry.text) or ""
    return SurveyView(
        entry.id, entry.at, score, reasons, words, _task(task, parts, reader) if task is not None else None
    )


def _task(task: Any, parts: TicketData, reader: Reader) -> TaskView:
    due = running_clock(task.created_at, task.due_at, reader.now) if task.due_at and not task.done_at else None
    owner, places = parts.names.get(task.owner_id or 0, ""), [address.address for address in parts.addresses]
    return TaskView(task.id, owner, due, task.done_at, task.outcome or "", not reader.reaches(places))

"""View builder of the ticket pane: ticket, customer, composer and timeline in one view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from helpdesk.agents.rules import Person
from helpdesk.journey.outgoing.outbound import reply_subject
from helpdesk.live.presence import Viewer
from helpdesk.suggestions.matching.tokenizer import is_telling, telling
from helpdesk.suggestions.suggester import SHOWN
from helpdesk.web.inbox.build import customer_panel
from helpdesk.web.inbox.build import message_actions as doings
from helpdesk.web.inbox.build.callback_notice import call_back
from helpdesk.web.inbox.build.clock_explanation import chip_of, choose, explain_clock
from helpdesk.web.inbox.build.entry_content import visitor
from helpdesk.web.inbox.build.file_previews import file_of
from helpdesk.web.inbox.build.page_data import TicketData
from helpdesk.web.inbox.build.reader import Reader, by_id, face_of, name_of
from helpdesk.web.inbox.build.timeline_items import timeline
from helpdesk.web.inbox.views.inbox_views import (
    ComposerView,
    CopyView,
    OtherTicket,
    PersonView,
    SuggestionView,
    TicketView,
)

MOVES: Mapping[str, Sequence[str]] = {
    "new": ("waiting", "on_hold"), "open": ("waiting", "on_hold"), "waiting": ("open", "on_hold"),
    "on_hold": ("open", "waiting"), "resolved": ("open", "closed"), "closed": ("open",),
}  # fmt: skip
MOST_OTHERS = 6

NEWEST = 3  # messages of ours that are looked through for what was just sent


def ticket(
    parts: TicketData, reader: Reader, people: Sequence[Person], *, zone: str, here: Sequence[Viewer] = (),
    composer: Mapping[str, Any] | None = None,
) -> TicketView:  # fmt: skip
    """The view of one ticket. `composer`: values of a refused reply, in place of the draft."""
    row, known = parts.ticket, by_id(people)
    clock = choose(parts.clocks, reader.now)
    ended = row.status in ("resolved", "closed")
    return TicketView(
        number=row.id,
        subject=row.subject,
        status=_status(row),
        person=_person(parts, reader),
        composer=_composer(parts, reader, composer or {}),
        newest=parts.entries[-1].id if parts.entries else 0,
        cycle=row.cycle,
        priority=row.priority,
        tags=parts.tags,
        assignee=known.get(row.assignee_id) if row.assignee_id else None,
        people=list(known.values()),
        moves=MOVES.get(row.status, ()) if _status(row) == row.status else (),
        clock=chip_of(clock, reader.now) if clock is not None and not (ended and clock.state == "running") else None,
        why=explain_clock(clock, parts, reader, zone) if clock is not None else None,
        timeline=timeline(parts, reader, zone),
        earlier=parts.earlier,
        here=[address.name for address in here],
        writing=[address.name for address in here if address.writing],
        owed=_owed(parts),
        person_wanted=row.person_wanted_at is not None and not row.answered and not ended,
        call_back=call_back(parts, reader) if _status(row) not in ("merged", "spam") else None,
        visitor=visitor(parts),
        merged_into=row.merged_into_id,
    )


def _owed(parts: TicketData) -> bool:
    """Whether this cycle has no human answer yet, queued ones included."""
    mine = (clock for clock in parts.clocks if clock.cycle == parts.ticket.cycle and clock.kind == "first_response")
    first = next((file_id for file_id in mine if file_id.state in ("running", "paused")), None)
    return first is not None and not any(
        entry.outgoing and entry.author == "agent" and entry.kind in ("message", "call") and entry.id > first.start_entry_id
        and entry.delivery != "failed"
        for entry in parts.entries
    )  # fmt: skip


def _status(row: Any) -> str:
    if row.merged_into_id is not None:
        return "merged"
    return "spam" if row.spam_at is not None else str(row.status)


def _person(parts: TicketData, reader: Reader) -> PersonView:
    contact = parts.contact
    name = name_of(contact.name, parts.ticket.address, reader.language)
    return PersonView(
        name=name,
        face=face_of(name, contact.id),
        since=contact.created_at,
        addresses=[
            customer_panel.address(address, reader)
            for address in parts.addresses
        ],
        faces=parts.moods,
        others=[
            OtherTicket(other.id, other.subject, reader.channel(other.channel).icon, open=bool(other.active))
            for other in parts.others[:MOST_OTHERS]
        ],
        more=len(parts.others) > MOST_OTHERS,
        notes=contact.notes,
        mark=contact.mark or "",
        blocked=contact.blocked_at is not None,
        offers=customer_panel.offers(parts.offers, reader.language),
    )  # fmt: skip


def _composer(parts: TicketData, reader: Reader, instead: Mapping[str, Any]) -> ComposerView:
    tab = (
        "note" if instead.get("tab") == "note" or ("note" in parts.drafts and "reply" not in parts.drafts) else "reply"
    )
    return ComposerView(
        to=name_of(parts.contact.name, parts.ticket.address, reader.language),
        channel=reader.channel(parts.ticket.channel, writing=True),
        tab=tab,  # type: ignore[arg-type]
        reply=str(instead.get("reply", parts.drafts.get("reply", ""))),
        note=str(instead.get("note", parts.drafts.get("note", ""))),
        suggestion=str(instead.get("suggestion", "")),
        suggestions=suggestions(parts, reader),
        uploads=[file_of(upload) for upload in parts.uploads],
        conflict=str(instead.get("conflict", "")),
        collided=bool(instead.get("collided")),
        copies=_copies(parts, reader),
        can_quote=_can(reader, parts.ticket.channel, "copies") and parts.ticket.customer_entry_id is not None,
        copied=instead.get("copies"),
        quote=reader.quote if instead.get("quote") is None else bool(instead["quote"]),
        ways=doings.destination_views(parts.ways, reader, str(instead.get("via", parts.undone.get("via", "")))),
        answering=doings.answering(
            parts.entries, int(instead.get("answer", parts.undone.get("answers", 0)) or 0), parts.names,
            name_of(parts.contact.name, parts.ticket.address, reader.language),
        ),
        about=str(instead.get("subject", "")) or reply_subject(parts.ticket.subject, parts.ticket.id, parts.ticket.follows_id),
    )  # fmt: skip


def _can(reader: Reader, channel: str, what: str) -> bool:
    known = reader.channels.get(channel)
    return known is not None and bool(getattr(known.can, what))


def _copies(parts: TicketData, reader: Reader) -> list[CopyView]:
    """Possible recipients of copies: participants by default, others when allowed."""
    row = parts.ticket
    if not _can(reader, row.channel, "copies"):
        return []
    return [
        CopyView(guest.address, f"{guest.name or ''} {guest.address.partition(':')[2]}".strip(), bool(guest.welcome))
        for guest in parts.guests
        if guest.address and guest.address.startswith(f"{row.channel}:") and guest.address != row.address
    ]


def _just_sent(parts: TicketData) -> set[str]:
    """Articles among our newest messages: who asks on after one was not helped by it."""
    sent = (item for item in reversed(parts.entries) if item.outgoing and item.kind == "message")
    kept = (item for item in sent if item.delivery not in ("undone", "failed"))
    return {str((item.data or {}).get("article")) for item in islice(kept, NEWEST)}


def suggestions(parts: TicketData, reader: Reader) -> list[SuggestionView]:
    """Suggestions for the customer's unanswered messages, rendered for this ticket."""
    if parts.ticket.answered or parts.ticket.status in ("resolved", "closed"):
        return []
    facts = {
        "customer": {"name": parts.contact.name.strip().split(" ")[0]},
        "ticket": {"number": parts.ticket.id, "subject": parts.ticket.subject},
        "agent": {"name": reader.me.name},
    }
    views, known = [], _just_sent(parts)
    for article, confidence, words in sorted(parts.proposed, key=lambda item: -item[1]):
        fits = confidence >= SHOWN and is_telling(words) and article not in known
        filled = reader.fill(article, facts) if fits else None
        if filled is not None:
            views.append(SuggestionView(article, filled[0], filled[1], confidence, telling(words)))
    return views

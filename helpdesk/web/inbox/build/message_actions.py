"""View builder of the message menu (edit, delete, react, reply to) and of the composer's destinations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from helpdesk.journey.answering import edit_sent
from helpdesk.journey.lifecycle import authority
from helpdesk.journey.outgoing.destinations import Destination
from helpdesk.journey.receiving import by_person
from helpdesk.tickets.rows import EntryRow, TicketRow
from helpdesk.tickets.rules import snippet
from helpdesk.web.inbox.build.reader import Reader, name_of
from helpdesk.web.inbox.views.message_menu_view import DestinationView, MessageActions, ReplyingTo

QUOTED = 90  # characters of the quoted message


def message_actions(entry: EntryRow, ticket: TicketRow, reader: Reader) -> MessageActions | None:
    """The actions of an entry for this reader; None: none available or pending."""
    if entry.kind != "message" or entry.author not in ("customer", "agent", "bot", "automation"):
        return None
    data = entry.data or {}
    changing, refused = data.get("pending") or {}, data.get("refused") or {}
    known = reader.channels.get(entry.channel or "")
    change = ticket.merged_into_id is None and authority.may_change(known, entry)
    react = ticket.merged_into_id is None and authority.may_react(reader.channels, entry)
    ours = data.get("ours") or {}
    arrived = not entry.outgoing or entry.delivery in ("sent", "read")
    made = MessageActions(
        ticket.id,
        answer=known is not None
        and known.can.replies
        and arrived
        and bool(entry.public)
        and not entry.stranger
        and not data.get("withdrawn_at"),
        edit=change and entry.person_id == reader.me.id,
        withdraw=change and authority.is_responsible(reader.me, entry, ticket),
        react=edit_sent.REACTIONS if react else (),
        by_person=ticket.merged_into_id is None and by_person.may_judge(entry),
        ours=str(ours.get("wanted", ours.get("emoji", ""))),
        pending=str(changing.get("what", "")),
        words=str(changing.get("text", "")),
        refused=str(refused.get("what", "")),
        reason=str(refused.get("reason", "")),
    )
    return made if made != MessageActions(ticket.id) else None


def destination_views(destinations: Sequence[Destination], reader: Reader, wanted: str = "") -> list[DestinationView]:
    """The destinations of a reply. Chosen: the selected one, else the first open one."""
    first = next(
        (destination.address for destination in destinations if not destination.closed),
        destinations[0].address if destinations else "",
    )
    chosen = wanted if any(destination.address == wanted for destination in destinations) else first
    return [_way(destination, reader, destination.address == chosen) for destination in destinations]


def _way(destination: Destination, reader: Reader, chosen: bool) -> DestinationView:
    mark, known = reader.channel(destination.channel, writing=True), reader.channels.get(destination.channel)
    return DestinationView(
        address=destination.address,
        place=name_of("", destination.address, reader.language),
        label=mark.label,
        icon=mark.icon,
        chosen=chosen,
        usual=destination.usual,
        verified=destination.verified,
        subject=known is not None and known.can.subject and not destination.usual,
        counted=known is not None and known.can.counted,
        files=known is not None and known.can.attachments,
        closed=destination.closed,
        reason=destination.reason,
    )


def answering(entries: Sequence[EntryRow], wanted: int, names: Mapping[int, str], customer: str) -> ReplyingTo | None:
    """The quoted message in the composer."""
    entry = next((item for item in entries if item.id == wanted and item.kind == "message" and item.public), None)
    if entry is None:
        return None
    who = names.get(entry.person_id, "") if entry.person_id else customer
    return ReplyingTo(entry.id, who, snippet(entry.text, QUOTED))

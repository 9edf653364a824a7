"""View builder of a telephone call: a call entry → the card on the timeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpdesk.sla.store import queue_wait
from helpdesk.tickets.rows import EntryRow
from helpdesk.web.inbox.build.callback_notice import call_back
from helpdesk.web.inbox.build.entry_content import details, telephone
from helpdesk.web.inbox.build.page_data import TicketData
from helpdesk.web.inbox.build.reader import Reader
from helpdesk.web.inbox.views.content_views import CallView, MediaView

OUTGOING = frozenset({"outgoing", "outbound"})
UNANSWERED = frozenset({"missed", "abandoned", "voicemail", "no_answer", "busy", "failed", "left_by_key"})


def outgoing(entry: EntryRow) -> bool:
    """Whether it is an outgoing call."""
    return details(entry).get("direction") in OUTGOING


def call_of(entry: EntryRow, parts: TicketData, reader: Reader, heard: list[MediaView]) -> CallView | None:
    """The card of a call; None for every other entry."""
    if entry.kind != "call":
        return None
    data = details(entry)
    outcome = str(data.get("disposition") or "")
    waited, talked = _seconds(data, "queue_wait_s"), _talked(data)
    tel = telephone(data.get("customer") or (entry.address or "").partition(":")[2])
    channel = reader.channels.get(entry.channel or "")
    here = {person.role for person in heard}
    promised, in_time = _promise(entry, parts)
    return CallView(
        outcome=outcome,
        outgoing=outgoing(entry),
        live=not outcome and data.get("status") != "ended" and not data.get("ended_at"),
        number=tel,
        line=str(data.get("to" if not outgoing(entry) else "from") or ""),
        queue=str(data.get("queue") or ""),
        waited=waited,
        rang=_seconds(data, "ring_s"),
        talked=talked,
        agents=_agents(data, parts),
        hangup_by=str(data.get("hangup_by") or ""),
        share=round(100 * (waited or 0) / ((waited or 0) + talked)) if talked else 100 if waited else 0,
        tel="" if outcome in UNANSWERED and _is_above(parts, reader) else tel,
        rings=channel is not None and channel.can_ring and outcome in UNANSWERED,
        kept=tuple(item for item in ("voicemail", "recording") if data.get(item) is True and item not in here),
        promised=promised,
        in_time=in_time,
    )


def _is_above(parts: TicketData, reader: Reader) -> bool:
    """Whether the callback notice shows that number already."""
    back = call_back(parts, reader)
    return back is not None and back.number != ""


def _promise(entry: EntryRow, parts: TicketData) -> tuple[int | None, bool | None]:
    """The queue target in seconds, and whether it was met."""
    clock = next(
        (item for item in parts.clocks if item.kind == queue_wait.KIND and item.start_entry_id == entry.id), None
    )
    if clock is None or clock.due_at is None:
        return None, None
    target = int((clock.due_at - clock.started_at).total_seconds())
    return target, queue_wait.QueueWait(clock.state, clock.started_at, clock.stopped_at, clock.working_seconds).met(
        target
    )


def _agents(data: Mapping[str, Any], parts: TicketData) -> tuple[str, ...]:
    """The agents of the call, by name where the extension is known, in order."""
    extensions = data.get("agents")
    names = (
        [parts.extensions.get(str(extension), str(extension)) for extension in extensions]
        if isinstance(extensions, list)
        else []
    )
    return tuple(dict.fromkeys(names))


def _talked(data: Mapping[str, Any]) -> int | None:
    spoken = _seconds(data, "spoken_s")
    return spoken if spoken is not None else _seconds(data, "talk_s")


def _seconds(data: Mapping[str, Any], name: str) -> int | None:
    value = data.get(name)
    return int(value) if isinstance(value, int | float) and value >= 0 else None

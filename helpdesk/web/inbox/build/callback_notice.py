"""View builder of the callback notice: whether the customer of a ticket waits to be called back, and on which number."""

from __future__ import annotations

from helpdesk.journey.lifecycle import callback
from helpdesk.web.inbox.build.page_data import TicketData
from helpdesk.web.inbox.build.reader import Reader
from helpdesk.web.inbox.views.callback_view import CallBackView


def call_back(parts: TicketData, reader: Reader) -> CallBackView | None:
    """The pending callback of a ticket, or None."""
    pending = callback.pending_callback(parts.entries)
    sad = next((follow_up for follow_up in parts.follow_ups.values() if follow_up.done_at is None), None)
    own = [
        (pending.address if pending is not None else None) or parts.ticket.address,
        *(address.address for address in parts.addresses),
    ]
    number = next((address.removeprefix("phone:") for address in own if address.startswith("phone:+")), "")
    rings = bool(number) and any(channel.can_ring for channel in reader.channels.values())
    if pending is not None:
        return CallBackView(str((pending.data or {}).get("disposition")), pending.at, number, rings)
    return CallBackView("sad", sad.created_at, number, rings) if sad is not None and number else None

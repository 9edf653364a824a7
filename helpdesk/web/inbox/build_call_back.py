"""What stands over a ticket whose customer waits to be called back."""

from __future__ import annotations

from helpdesk.journey import calling
from helpdesk.web.inbox.call_backs import CallBackView
from helpdesk.web.inbox.eyes import Eyes
from helpdesk.web.inbox.gather import Parts


def call_back(parts: Parts, eyes: Eyes) -> CallBackView | None:
    """The wish, or None."""
    wish = calling.wished(parts.entries)
    sad = next((one for one in parts.follow_ups.values() if one.done_at is None), None)
    own = [(wish.address if wish is not None else None) or parts.ticket.address, *(one.address for one in parts.addresses)]
    number = next((one.removeprefix("phone:") for one in own if one.startswith("phone:+")), "")
    rings = bool(number) and any(one.can.rings for one in eyes.channels.values())
    if wish is not None:
        return CallBackView(str((wish.data or {}).get("disposition")), wish.at, number, rings)
    return CallBackView("sad", sad.created_at, number, rings) if sad is not None and number else None

"""Bot commands that ask something of the desk: `/human` and `/end`. Text beside them stays a message. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from channels.contract import Inbound, Wish
from channels.telegram.base.json_access import Json
from channels.telegram.updates.message_updates import command

WISHES: Mapping[str, Wish] = {"human": "person", "end": "end"}


def split_request(message: Json, inbound: Inbound) -> tuple[Inbound, ...]:
    """The message, or the wish in it, or both: the wish for a person first, so that no robot answers; the end last."""
    order = command(message)
    wish = WISHES.get(order[0]) if order is not None and "owner" not in inbound.details else None
    if order is None or wish is None:
        return (inbound,)
    asked = replace(inbound, kind="wish", wish=wish, text=f"/{order[0]}", html=None, attachments=(), gesture=False)
    if not order[1]:
        return (asked,)
    rest = replace(inbound, kind="message", text=order[1], html=None, language=None)
    asked = replace(asked, external_id=f"{inbound.external_id}:wish")
    return (asked, rest) if wish == "person" else (rest, asked)

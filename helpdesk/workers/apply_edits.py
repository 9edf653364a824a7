"""Has a channel change what it sent: edits, takes back, reacts. Doing it twice does no harm."""

from __future__ import annotations

from typing import Any

from channels.contract import Channel, DeliveryError


async def apply_edit(channel: Channel, left: dict[str, Any]) -> tuple[str, ...]:
    """Do what a row of the outbox says; what is done is taken out of `left`. Raises DeliveryError."""
    account, targets = left["account"], list(left["targets"])
    if left["kind"] == "reaction":
        await channel.react(account, targets[0], left["text"])
    elif left["kind"] == "withdraw":
        await _away(channel, left)
    else:
        if not left.get("edited"):
            await channel.edit(account, targets[0], left["text"], sender_name=left.get("sender_name", ""))
            left |= {"edited": True, "targets": targets[1:]}
        try:
            await _away(channel, left)  # its first piece says it all now
        except DeliveryError as error:
            if not error.permanent:
                raise
            left["problem"] = error.reason
    return ()


async def _away(channel: Channel, left: dict[str, Any]) -> None:
    while left["targets"]:
        await channel.withdraw(left["account"], left["targets"][0])
        left["targets"] = left["targets"][1:]

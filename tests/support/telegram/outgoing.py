"""What the desk hands to the bot, and how its refusals are told."""

from __future__ import annotations

from typing import Any

import pytest

from channels.contract import Address, Attachment, DeliveryError, Outbound

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 50


def letter(text: str = "It left today.", **more: Any) -> Outbound:
    """An answer to Sara."""
    values: dict[str, Any] = {
        "token": "t1", "kind": "message", "account": "shop", "to": Address("telegram:shop:7001", "Sara"), "text": text,
        "sender_name": "Mina", "conversation": "7001", "language": "en",
    }  # fmt: skip
    return Outbound(**{**values, **more})


def file(name: str = "a.png", kind: str = "image/png", content: bytes = PNG) -> Attachment:
    """A file to send."""
    return Attachment(name, kind, content, len(content))


async def fails(channel: Any, outbound: Outbound | None = None) -> DeliveryError:
    """Send, and give the error with which it is refused."""
    with pytest.raises(DeliveryError) as caught:
        await channel.send(outbound or letter())
    return caught.value

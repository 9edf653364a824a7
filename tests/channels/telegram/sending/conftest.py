"""The channel of one bot, its connections closed afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest


@pytest.fixture
async def shop(make: Any) -> AsyncIterator[Any]:
    """The channel whose bot is `shop`."""
    channel = make()
    yield channel
    await channel._typing.done()
    for sender in channel._senders.values():
        await sender.api.close()

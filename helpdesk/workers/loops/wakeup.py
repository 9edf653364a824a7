"""Sleeping until something happens: a bell that a committed hint rings, or a while."""

from __future__ import annotations

import asyncio


class Wakeup:
    """Rung by hints; a ring while nobody waits is remembered."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake whoever waits."""
        self._event.set()

    @property
    def rings(self) -> bool:
        """Whether it was rung and nobody waited."""
        return self._event.is_set()

    def hush(self) -> None:
        """Forget a ring: whoever rang is looked after now."""
        self._event.clear()

    async def wait(self, seconds: float) -> None:
        """Return at the next ring, or after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()

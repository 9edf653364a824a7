"""What was said in a conversation, as its visitor may see it: numbered 1, 2, 3 … without a gap.

A line is written when it may be seen, not when it was composed: a reply that can still be taken back, or that failed,
has no number yet, so "everything above n" never passes over something that becomes visible later. Lines are kept by the
desk as cursors, twenty a page, so one append is one durable write.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from channels.contract import Desk

Line = dict[str, Any]
PAGE = 20  # lines
FIRST_LOOK = 200  # lines that somebody without any is given
FAR_BACK = 500  # lines searched for something that came twice


class Log:
    """The lines of one conversation. Appends must not overlap: whoever writes holds the room's lock."""

    __slots__ = ("_desk", "_newest", "conversation", "last", "site")

    def __init__(self, desk: Desk, site: str, conversation: str) -> None:
        self._desk, self.site, self.conversation = desk, site, conversation
        self.last = -1  # number of the newest line; -1 until it was looked up
        self._newest: Line | None = None  # spares everybody connected a look

    async def look(self) -> int:
        """The number of the newest line, 0 when there is none."""
        if self.last < 0:
            low, high = 0, 1  # pages: `low` exist, the page `high` does not
            while await self._page(high - 1):
                low, high = high, high * 2
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if await self._page(middle - 1) else (low, middle)
            self.last = (low - 1) * PAGE + len(await self._page(low - 1)) if low else 0
        return self.last

    async def after(self, seq: int, most: int = FIRST_LOOK) -> list[Line]:
        """Lines above `seq`, oldest first: the newest `most` of them."""
        last = await self.look()
        if self._newest is not None and self._newest["seq"] == last == seq + 1:
            return [self._newest]
        seq = max(seq, last - most)
        found: list[Line] = []
        for page in range(seq // PAGE, (last + PAGE - 1) // PAGE):
            found += await self._page(page)
        return [line for line in found if line["seq"] > seq]

    async def append(self, line: Mapping[str, Any]) -> Line:
        """Keep a line durably under the next number and return it with its number."""
        page = await self.look() // PAGE
        while len(lines := await self._page(page)) >= PAGE:  # what is kept counts, not what was known of it
            page += 1
        made = {**line, "seq": page * PAGE + len(lines) + 1}
        await self._desk.remember(self.site, self._key(page), json.dumps([*lines, made], ensure_ascii=False))
        self.last, self._newest = made["seq"], made
        return made

    async def find(self, wanted: Callable[[Line], object]) -> Line | None:
        """The newest line that is meant, among the last few hundred."""
        last = await self.look()
        oldest = max(0, last - FAR_BACK) // PAGE
        for page in range((last + PAGE - 1) // PAGE - 1, oldest - 1, -1):
            for line in reversed(await self._page(page)):
                if wanted(line):
                    return line
        return None

    async def _page(self, page: int) -> list[Line]:
        kept = await self._desk.recall(self.site, self._key(page))
        return json.loads(kept) if kept else []

    def _key(self, page: int) -> str:
        return f"log:{self.conversation}:{page}"

"""The conversation log, as its visitor may see it: lines numbered 1, 2, 3 … without a gap.

A line is written when it may be seen, not when it was composed: a reply that can still be taken back, or that failed,
has no number yet, so "everything above n" never passes over something that becomes visible later. Lines are kept by the
desk as cursors, twenty a page, so one append is one durable write. A page is written over only while it says what we
believe (`Moved` otherwise), so two processes can't give one number twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from channels.contract import Cursor, Desk, Moved

Line = dict[str, Any]
PAGE = 20  # lines
FIRST_LOOK = 200  # lines that somebody without any is given
FAR_BACK = 500  # lines searched for something that came twice
TRIES = 50  # against other processes


@dataclass(frozen=True, slots=True)
class Step:
    """A line with its number, and the cursor that has to be kept for it to count."""

    line: Line
    page: int
    cursor: Cursor


class ChatLog:
    """The lines of one conversation. In this process appends must not overlap: whoever writes holds the room's lock."""

    __slots__ = ("_desk", "_newest", "_page", "_tip", "conversation", "last", "site")

    def __init__(self, desk: Desk, site: str, conversation: str) -> None:
        self._desk, self.site, self.conversation = desk, site, conversation
        self.last = -1  # number of the newest line; -1 until it was looked up
        self._page = 0  # the newest page,
        self._tip: str | None = None  # and what is kept there
        self._newest: Line | None = None  # spares everybody connected a look

    async def last_seq(self) -> int:
        """The number of the newest line, 0 when there is none."""
        if self.last < 0:
            low, high = 0, 1  # pages: `low` exist, the page `high` does not
            while await self._kept(high - 1):
                low, high = high, high * 2
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if await self._kept(middle - 1) else (low, middle)
            page = max(0, low - 1)
            self._know(page, await self._kept(page))
        return self.last

    async def refresh(self) -> int:
        """The same, when others may have written."""
        if self.last < 0:
            return await self.last_seq()
        page = self._page
        tip = await self._kept(page)
        while _count(tip) == PAGE and (more := await self._kept(page + 1)):
            page, tip = page + 1, more
        self._know(page, tip)
        return self.last

    async def after(self, seq: int, most: int = FIRST_LOOK) -> list[Line]:
        """Lines above `seq`, oldest first: the newest `most` of them."""
        last = await self.last_seq()
        if self._newest is not None and self._newest["seq"] == last == seq + 1:
            return [self._newest]
        seq = max(seq, last - most)
        lines_after: list[Line] = []
        for page in range(seq // PAGE, (last + PAGE - 1) // PAGE):
            lines_after += await self._lines(page)
        return [line for line in lines_after if line["seq"] > seq]

    async def step(self, line: Mapping[str, Any]) -> Step:
        """What has to be kept for `line` to be the next one. Nothing is written."""
        last = await self.last_seq()
        page, tip = (self._page, self._tip) if last < (self._page + 1) * PAGE else (self._page + 1, None)
        numbered = {**line, "seq": last + 1}
        words = json.dumps(numbered, ensure_ascii=False)
        value = f"{tip[:-1]}, {words}]" if tip else f"[{words}]"
        return Step(numbered, page, Cursor(self._key(page), value, was=tip))

    def took(self, step: Step) -> Line:
        """The step was kept."""
        self._page, self._tip, self._newest = step.page, step.cursor.value, step.line
        self.last = int(step.line["seq"])
        return step.line

    async def append(self, line: Mapping[str, Any]) -> Line:
        """Keep a line durably under the next number and return it with its number. Raises Moved."""
        for _ in range(TRIES):
            step = await self.step(line)
            try:
                await self._desk.remember(self.site, step.cursor.key, step.cursor.value, was=step.cursor.was)
            except Moved:
                await self.refresh()
                continue
            return self.took(step)
        raise Moved(self.conversation)

    async def find(self, wanted: Callable[[Line], object]) -> Line | None:
        """The newest line that is meant, among the last few hundred."""
        last = await self.last_seq()
        oldest = max(0, last - FAR_BACK) // PAGE
        for page in range((last + PAGE - 1) // PAGE - 1, oldest - 1, -1):
            for line in reversed(await self._lines(page)):
                if wanted(line):
                    return line
        return None

    async def rewrite(self, name: str, change: Mapping[str, Any]) -> Line | None:
        """Change a line where it stands, keeping its number. What it was, or None when it is not there. Raises Moved."""
        for _ in range(TRIES):
            await self.refresh()
            known = await self.find(lambda line: line["t"] == "msg" and line.get("id") == name)
            if known is None or change.items() <= known.items():
                return known
            page = (known["seq"] - 1) // PAGE
            was = await self._kept(page)
            lines = [{**line, **change} if line["seq"] == known["seq"] else line for line in json.loads(was or "[]")]
            words = json.dumps(lines, ensure_ascii=False)
            try:
                await self._desk.remember(self.site, self._key(page), words, was=was)
            except Moved:
                continue
            if page == self._page:
                self._know(page, words)
            return known
        raise Moved(self.conversation)

    def _know(self, page: int, tip: str | None) -> None:
        """What was read a moment ago; meanwhile we may know of more."""
        lines: list[Line] = json.loads(tip) if tip else []
        last = page * PAGE + len(lines)
        if last >= self.last:
            self._page, self._tip, self.last = page, tip, last
            self._newest = lines[-1] if lines else None

    async def _lines(self, page: int) -> list[Line]:
        kept = self._tip if page == self._page and self.last >= 0 else await self._kept(page)
        return json.loads(kept) if kept else []

    async def _kept(self, page: int) -> str | None:
        return await self._desk.recall(self.site, self._key(page)) or None

    def _key(self, page: int) -> str:
        return f"log:{self.conversation}:{page}"


def _count(page: str | None) -> int:
    return len(json.loads(page)) if page else 0

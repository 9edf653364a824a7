"""A desk in memory: what a channel may ask of one, and what happened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from channels.contract import ANY, Cursor, Moved, State

PATIENCE = 60.0  # seconds until a test gives up waiting for something to happen


@dataclass(frozen=True)
class Kept:
    """One thing accepted."""

    account: str
    external_id: str
    raw: bytes
    order_key: str
    received_at: datetime | None


@dataclass
class MemoryDesk:
    """Survives the channel that talks to it, as a real one survives a restart."""

    kept: list[Kept] = field(default_factory=list)
    cursors: dict[tuple[str, str], str] = field(default_factory=dict)
    states: list[State] = field(default_factory=list)
    accepts: int = 0  # calls, also for what was there already
    failing: Exception | None = None  # accept raises it
    stop_remembering: bool = False  # remember never returns: the program was killed before it
    _ids: set[tuple[str, str]] = field(default_factory=set)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def accept(
        self, account: str, external_id: str, raw: bytes, *, order_key: str, received_at: datetime | None = None,
        cursor: Cursor | None = None,
    ) -> bool:  # fmt: skip
        """Keep it unless it is there already."""
        self.accepts += 1
        if self.failing is not None:
            raise self.failing
        known = (account, external_id) in self._ids
        if not known:
            if cursor is not None:
                self._move(account, cursor)
            self._ids.add((account, external_id))
            self.kept.append(Kept(account, external_id, raw, order_key, received_at))
        await self._tell()
        return not known

    async def remember(self, account: str, key: str, value: str, *, was: str | None = ANY) -> None:
        """Keep a cursor."""
        if self.stop_remembering:
            await asyncio.Event().wait()
        self._move(account, Cursor(key, value, was))
        await self._tell()

    def _move(self, account: str, cursor: Cursor) -> None:
        if cursor.was not in (ANY, self.cursors.get((account, cursor.key))):
            raise Moved(cursor.key)
        self.cursors[account, cursor.key] = cursor.value

    async def recall(self, account: str, key: str) -> str | None:
        """The cursor."""
        return self.cursors.get((account, key))

    async def report(self, state: State) -> None:
        """Note the state."""
        self.states.append(state)
        await self._tell()

    async def ask(self, question: str, **about: Any) -> Sequence[Mapping[str, Any]]:
        """Nothing."""
        return ()

    async def hint(self, conversation: str, what: Mapping[str, Any]) -> None:
        """Nothing."""

    async def until(self, true: Callable[[], object]) -> None:
        """Wait for something to have happened. Raises TimeoutError."""
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(true), PATIENCE)

    def state(self, account: str) -> State:
        """The last one told; not connected when none was."""
        return next((state for state in reversed(self.states) if state.account == account), State(account, False))

    def problem(self, account: str) -> str:
        """What is wrong with an account, or nothing."""
        return self.state(account).problem or ""

    async def settled(self, account: str = "support") -> None:
        """Wait until an account took everything its server holds."""

        def even() -> bool:
            state = self.state(account)
            return state.connected and state.remote_count == state.taken_count

        await self.until(even)

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

"""An in-memory implementation of the desk's side of the channel contract, which records what happened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from channels.contract import ANY, Cursor, Moved, State

PATIENCE = 60.0  # seconds until waiting times out


@dataclass(frozen=True)
class Kept:
    """An accepted item."""

    account: str
    external_id: str
    raw: bytes
    order_key: str
    received_at: datetime | None


@dataclass
class MemoryDesk:
    """Outlives the channel under test, as a real desk outlives a restart."""

    kept: list[Kept] = field(default_factory=list)
    cursors: dict[tuple[str, str], str] = field(default_factory=dict)
    states: list[State] = field(default_factory=list)
    accepts: int = 0  # calls, duplicates included
    failing: Exception | None = None  # accept raises it
    stop_remembering: bool = False  # remember never returns, as if the process was killed
    _ids: set[tuple[str, str]] = field(default_factory=set)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def accept(
        self, account: str, external_id: str, raw: bytes, *, order_key: str, received_at: datetime | None = None,
        cursor: Cursor | None = None,
    ) -> bool:  # fmt: skip
        """Store it unless it exists."""
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
        """Store a cursor."""
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
        """Record a state."""
        self.states.append(state)
        await self._tell()

    async def ask(self, question: str, **about: Any) -> Sequence[Mapping[str, Any]]:
        """Nothing."""
        return ()

    async def hint(self, conversation: str, what: Mapping[str, Any]) -> None:
        """Nothing."""

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until a condition holds. Raises TimeoutError."""
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(true), PATIENCE)

    def state(self, account: str) -> State:
        """The last reported state; not connected without one."""
        return next((state for state in reversed(self.states) if state.account == account), State(account, False))

    def problem(self, account: str) -> str:
        """The problem of an account, or None."""
        return self.state(account).problem or ""

    async def settled(self, account: str = "support") -> None:
        """Wait until an account has fetched everything its server has."""

        def even() -> bool:
            state = self.state(account)
            return state.connected and state.remote_count == state.taken_count

        await self.until(even)

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

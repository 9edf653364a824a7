"""The desk as a channel sees it: what stands behind `channels.contract.Desk`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from channels.contract import ANY, Cursor, Question, State, TryLater
from helpdesk.clock import Clock
from helpdesk.database.engine import Database
from helpdesk.errors import Unavailable
from helpdesk.files.free_space import FreeSpace
from helpdesk.intake import actions, queries
from helpdesk.live.event_bus import EventBus
from helpdesk.workers.channel_queries import ChannelQueries


@dataclass(slots=True)
class Reports:
    """The newest state of every account, for the status page."""

    states: dict[tuple[str, str], State] = field(default_factory=dict)


@dataclass(slots=True)
class ChannelDesk:
    """What one channel sees of the desk; see `channels.contract.Desk`."""

    channel: str
    database: Database
    clock: Clock
    live: EventBus
    reports: Reports
    questions: ChannelQueries
    space: FreeSpace = field(default_factory=FreeSpace)
    fingerprint: actions.Fingerprint | None = None

    async def accept(
        self, account: str, external_id: str, raw: bytes, *, order_key: str, received_at: datetime | None = None,
        cursor: Cursor | None = None,
    ) -> bool:  # fmt: skip
        """See channels.contract.Desk.accept."""
        now = self.clock()
        row: dict[str, Any] = {
            "channel": self.channel, "account": account, "external_id": external_id, "raw": raw, "order_key": order_key,
            "received_at": received_at or now, "fingerprint": self.fingerprint,
        }  # fmt: skip
        if self.space.is_low():
            raise TryLater("the disk of the desk is nearly full")
        with _as_try_later():
            if cursor is None:
                return await self.database.write(actions.store, **row)
            return await self.database.write(actions.store_with_cursor, cursor, row, now=now)

    async def remember(self, account: str, key: str, value: str, *, was: str | None = ANY) -> None:
        """See channels.contract.Desk.remember."""
        with _as_try_later():
            await self.database.write(
                actions.save_cursor, channel=self.channel, account=account, key=key, value=value, was=was,
                now=self.clock(),
            )  # fmt: skip

    async def recall(self, account: str, key: str) -> str | None:
        """See channels.contract.Desk.recall."""
        with _as_try_later():
            return await self.database.read(queries.load_cursor, channel=self.channel, account=account, key=key)

    async def report(self, state: State) -> None:
        """See channels.contract.Desk.report."""
        self.reports.states[(self.channel, state.account)] = state
        self.live.publish("channels", self.channel)

    async def ask(self, question: Question, **about: Any) -> Sequence[Mapping[str, Any]]:
        """See channels.contract.Desk.ask."""
        if question == "shortage":
            return [{}] if self.space.is_low() else []
        with _as_try_later():
            return await self.questions.answer(self.channel, question, about)

    async def hint(self, conversation: str, what: Mapping[str, Any]) -> None:
        """See channels.contract.Desk.hint."""
        if "ours" not in what:
            self.live.publish("hint", {"channel": self.channel, "conversation": conversation, **what})
        self.database.shout("heard", [self.channel, conversation, dict(what)])


@contextmanager
def _as_try_later() -> Iterator[None]:
    """What channels are told of a storage that is full or away."""
    try:
        yield
    except Unavailable as error:
        raise TryLater(str(error)) from error

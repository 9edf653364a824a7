"""A desk for tests: a clock moved by hand, one channel in memory, worker loops run on request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from channels.contract import Channel
from helpdesk.agents import actions as agents
from helpdesk.app import App, context_of
from helpdesk.database.engine import Database
from helpdesk.database.metadata import Row
from helpdesk.files.file_store import FileStore
from helpdesk.journey.answering import reply
from helpdesk.journey.context import DeskContext
from helpdesk.journey.lifecycle import sla_alerts
from helpdesk.settings import Settings
from helpdesk.sla.calendar.calendars import parse
from helpdesk.sla.policies import Policies, SlaConfig
from helpdesk.sla.store import queries as sla
from helpdesk.tickets import queries as tickets
from helpdesk.tickets.rows import EntryRow, TicketRow
from tests.support.desk.memory_channel import MemoryChannel, letter

MONDAY = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # 09:30 in Tehran, a working day
HOURS = {
    "tz": "Asia/Tehran",
    "week": {**{day: [["08:00", "24:00"]] for day in ("sat", "sun", "mon", "tue", "wed")}, "thu": [["08:00", "13:00"]]},
}


@dataclass
class Time:
    """A clock the test moves."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **units: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(**units)
        return self.now


def suggest_nothing(_text: str, _language: str) -> Sequence[tuple[str, float, Sequence[str]]]:
    """A suggester without articles."""
    return []


@dataclass
class Story:
    """A desk and the actions of a story. `taken` counts customers' messages to give each its id."""

    app: App
    channel: MemoryChannel
    time: Time
    taken: int = field(default=0)

    @property
    def database(self) -> Database:
        """The database of the desk."""
        return self.app.database

    @property
    def context(self) -> DeskContext:
        """The rules of the desk."""
        return self.app.context

    async def writes(self, text: str = "Where is my order?", *, work: bool = True, **more: Any) -> int | None:
        """A customer writes and the intake processes it; returns the ticket of the newest entry."""
        self.taken += 1
        raw = letter(text, **{"id": f"in-{self.taken}", **more})
        await self.app.desk_for("memory").accept(
            "main", str(more.get("id", f"in-{self.taken}")), raw, order_key=self.channel.order_key(raw)
        )
        return await self.work() if work else None

    async def work(self) -> int | None:
        """Run the intake until nothing is due; returns the ticket of the newest entry."""
        worker = self.app.intake_worker()
        while await worker.work_once():
            pass
        return await self.database.read(newest_ticket)

    async def person(self, name: str = "Mina", role: Any = "agent") -> int:
        """Add an agent; returns the id."""
        return await self.database.write(
            agents.add_person, name=name, email=f"{name.lower()}@desk.example", role=role, now=self.time(), by=None
        )

    async def answers(self, ticket_id: int, person_id: int, text: str = "I am looking into it.", **more: Any) -> int:
        """An agent replies, having seen everything; returns the entry."""
        seen = more.pop("seen", None)
        if seen is None:
            seen = await self.database.read(tickets.newest_entry, ticket_id=ticket_id)
        return await self.database.write(
            reply.send_reply,
            self.context,
            ticket_id=ticket_id,
            person_id=person_id,
            person_name="Mina",
            answer=reply.Reply(text, seen, **more),
            now=self.time(),
        )

    async def sends(self) -> int:
        """Run the outbox; returns how many messages were sent or attempted."""
        worker, count = self.app.outbox_worker(), 0
        while done := await worker.work_once():
            count += done
        return count

    async def looks(self) -> int:
        """Run the clock watcher once."""
        return await self.database.write(sla_alerts.fire_due_alerts, now=self.time())

    async def ticket(self, ticket_id: int) -> TicketRow:
        """The ticket as it is."""
        return await self.database.read(tickets.ticket, ticket_id=ticket_id)

    async def timeline(self, ticket_id: int) -> Sequence[EntryRow]:
        """The lines of its timeline."""
        return await self.database.read(tickets.timeline, ticket_id=ticket_id)

    async def clocks(self, ticket_id: int, kind: str | None = None) -> list[Row]:
        """Its clocks, of one kind or all."""
        found = await self.database.read(sla.clocks_of, ticket_id=ticket_id)
        return [one for one in found if kind in (None, one.kind)]


def newest_ticket(tx: Any) -> int | None:
    """The ticket of the newest entry."""
    from sqlalchemy import select

    from helpdesk.tickets.models import entries

    return tx.execute(select(entries.c.ticket_id).order_by(entries.c.id.desc()).limit(1)).scalar()  # type: ignore[no-any-return]


def story(database: Database, folder: Path, *, settings: dict[str, Any] | None = None, **more: Any) -> Story:
    """A desk on this database."""
    time, channel = Time(), MemoryChannel()
    own = Settings.model_validate({"secret_key": "k" * 40, "data": {"folder": folder}, **(settings or {})})
    channels: dict[str, Channel] = {"memory": channel}
    sla_rules = SlaConfig(
        more.pop("policies", None) or Policies(), {kind: parse(HOURS) for kind in ("written", "phone")}
    )
    context = context_of(own, channels, sla_rules, more.pop("suggest", suggest_nothing))
    app = App(own, database, context, FileStore(folder / "files"), time)
    database.listen(app.hear)
    return Story(app, channel, time)

"""Plays the story of the demo through the desk: the same intake, answers, clocks and outbox as in real life."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection

from helpdesk.agents import actions as agents
from helpdesk.agents.rules import Role
from helpdesk.app import App
from helpdesk.demo.demo_calls import SOURCE, kept_body
from helpdesk.demo.demo_customers import Customers
from helpdesk.demo.story_script import PEOPLE, STORY, Step
from helpdesk.journey.answering import reply
from helpdesk.journey.lifecycle import sla_alerts, survey
from helpdesk.outbox import queries as outbox
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries


@dataclass
class Past:
    """A clock that stands where the story is."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Player:
    """Plays one step after the other on a desk whose clock it moves."""

    app: App
    past: Past
    outgoing: Path  # mails
    texts: Path  # text messages
    customers: Customers
    people: dict[str, int] = field(default_factory=dict)
    topics: dict[str, int] = field(default_factory=dict)

    async def play(self, now: datetime) -> None:
        """The whole story, so that it ends now."""
        for login, name, role, extension in PEOPLE:
            self.people[login] = await self.app.database.write(
                agents.add_person,
                name=name,
                email=f"{login}@dalan.example",
                role=cast(Role, role),
                now=now - timedelta(days=30),
                by=None,
                language="fa",
                extension=extension,
            )
        for step in sorted(STORY, key=lambda item: -item.before):
            self.past.at = now - timedelta(minutes=step.before)
            if step.act in self.customers.acts:
                await self._customer(step)
            else:
                await getattr(self, f"_{step.act}")(step)
            self.past.at = min(self.past.at + timedelta(minutes=11), now)
            await self._meanwhile()

    async def _meanwhile(self) -> None:
        """What the desk does by itself: it sends, and looks at its clocks."""
        known = set(self._sent())
        while await self.app.outbox_worker().work_once():
            pass
        for sent in set(self._sent()) - known:
            os.utime(sent, (self.past.at.timestamp(),) * 2)
        while await self.app.database.write(sla_alerts.fire_due_alerts, now=self.past.at):
            pass

    def _sent(self) -> Iterator[Path]:
        yield from self.outgoing.glob("*.eml")
        yield from self.texts.glob("*.txt")

    async def _customer(self, step: Step) -> None:
        await self.customers.do(step, self.topics.get(step.topic))
        if step.topic not in self.topics:
            self.topics[step.topic] = await self.app.database.read(queries.newest)

    async def _reply(self, step: Step) -> None:
        number, person = self.topics[step.topic], self.people[step.who]
        seen = await self.app.database.read(queries.newest_entry, ticket_id=number)
        name = next(name for login, name, *_ in PEOPLE if login == step.who)
        await self.app.database.write(tickets.assign_ticket, ticket_id=number, to=person, by=person, now=self.past())
        seen = await self.app.database.read(queries.newest_entry, ticket_id=number)
        await self.app.database.write(
            reply.send_reply,
            self.app.context,
            ticket_id=number,
            person_id=person,
            person_name=name,
            answer=reply.Reply(step.text, seen, then=step.then),
            now=self.past(),
        )

    async def _note(self, step: Step) -> None:
        await self.app.database.write(
            reply.add_note,
            ticket_id=self.topics[step.topic],
            person_id=self.people[step.who],
            text=step.text,
            now=self.past(),
        )

    async def _assign(self, step: Step) -> None:
        person = self.people[step.who]
        await self.app.database.write(
            tickets.assign_ticket, ticket_id=self.topics[step.topic], to=person, by=person, now=self.past()
        )

    async def _garbled(self, step: Step) -> None:
        """Something arrives that nobody can read, so that the quarantine has something to show."""
        raw = kept_body(step.text, self.past())
        await self.app.desk_for("phone").accept(SOURCE, "?:story-garbled", raw, order_key="", received_at=self.past())
        while await self.app.intake_worker().work_once():
            pass

    async def _tap(self, step: Step) -> None:
        link = await self.app.database.read(_survey_link, ticket_id=self.topics[step.topic])
        given: dict[str, Any] = {"token": link, "now": self.past()}
        await self.app.database.write(survey.record_answer, self.app.context, score=step.score, **given)
        if step.text or step.reasons:
            await self.app.database.write(
                survey.record_reasons, self.app.context, reasons=step.reasons, words=step.text, **given
            )


def _survey_link(tx: Connection, ticket_id: int) -> str:
    waiting = outbox.newest_of(tx, ticket_id=ticket_id)
    assert waiting is not None
    return str(waiting.payload["faces"][0]["url"]).partition("/s/")[2].partition("?")[0]

"""A desk process for kill tests: LMTP receiver, SMTP sender, and an agent who answers everything.

Run as `python -m tests.support.desk.killable_mail_desk FOLDER DATABASE_URL LMTP_PORT SMTP_PORT`; prints "ready".
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from helpdesk import logs
from helpdesk.agents import actions as agents
from helpdesk.agents.models import people
from helpdesk.app import App, build_app, running_app
from helpdesk.clock import now
from helpdesk.errors import DeskError
from helpdesk.journey.answering import reply
from helpdesk.settings import Settings
from helpdesk.sla.calendar.calendars import parse
from helpdesk.sla.policies import Policies, SlaConfig
from helpdesk.tickets import queries
from helpdesk.tickets.models import tickets
from tests.support.desk.desk_story import HOURS, suggest_nothing


def settings_for(folder: Path, url: str, door: int, relay: int) -> Settings:
    """A desk with one mailbox that receives by LMTP and sends through the relay."""
    mailbox = {
        "name": "support",
        "address": "support@desk.example",
        "smtp": {"host": "127.0.0.1", "port": relay, "tls": "none", "sign_in": False},
    }
    receiver = {"enabled": True, "protocol": "smtp", "port": door}
    return Settings.model_validate(
        {
            "secret_key": "k" * 40,
            "data": {"folder": folder},
            "database": {"url": url},
            "tickets": {"undo_seconds": 0},
            "outbox": {"lease_seconds": 1, "poll_seconds": 1},
            "channels": {"email": {"enabled": True, "mailboxes": [mailbox], "receiver": receiver}},
        }
    )


def unanswered(tx: Connection) -> list[int]:
    """Tickets whose customer waits for a person."""
    found = tx.execute(
        select(tickets.c.id).where(tickets.c.active, ~tickets.c.answered).order_by(tickets.c.id).limit(20)
    )
    return list(found.scalars())


def somebody(tx: Connection) -> int:
    """The agent."""
    known = tx.execute(select(people.c.id)).scalar()
    if known is not None:
        return int(known)
    return agents.add_person(tx, name="Mina", email="mina@desk.example", role="agent", now=now(), by=None)


def answer(tx: Connection, context: Any, ticket_id: int, person_id: int) -> int:
    """Reply to a ticket whose customer still waits."""
    if queries.locked(tx, ticket_id=ticket_id).answered:
        raise DeskError("answered already")
    seen = queries.newest_entry(tx, ticket_id=ticket_id)
    answer_text = reply.Reply(f"Answer to ticket {ticket_id} after {seen}", seen)
    return reply.send_reply(
        tx, context, ticket_id=ticket_id, person_id=person_id, person_name="Mina", answer=answer_text, now=now()
    )


async def answer_everything(app: App) -> None:
    """Reply to every waiting ticket, forever."""
    mina = await app.database.write(somebody)
    while True:
        for ticket_id in await app.database.read(unanswered):
            try:
                await app.database.write(answer, app.context, ticket_id, mina)
            except DeskError:
                continue
        await asyncio.sleep(0.01)


async def main(folder: Path, url: str, door: int, relay: int) -> None:
    """Run until killed."""
    logs.set_up("text", "error")
    settings = settings_for(folder, url, door, relay)
    rules = SlaConfig(Policies(), {kind: parse(HOURS) for kind in ("written", "phone")})
    async with (
        build_app(settings, sla=rules, suggester=suggest_nothing, migrated=True) as app,
        running_app(app),
    ):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", door)
                writer.close()
                break
            except OSError:
                await asyncio.sleep(0.01)
        print("ready", flush=True)
        await answer_everything(app)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))

"""A desk with the real email channel: mails pass through the whole intake, outgoing mails are rendered and recorded."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from channels.contract import Outbound
from channels.email import channel as email_channel
from channels.email.facts.raw_mail_id import intake_id
from channels.email.sending import render
from channels.email.settings import EmailSettings
from helpdesk.app import App, context_of
from helpdesk.database.engine import Database
from helpdesk.files.file_store import FileStore
from helpdesk.settings import Settings
from helpdesk.sla.calendar.calendars import parse
from helpdesk.sla.policies import Policies, SlaConfig
from tests.support.desk.desk_story import HOURS, Story, Time, suggest_nothing


class RenderingChannel(email_channel.Channel):
    """The email channel without SMTP: mails are rendered and recorded."""

    mails: list[render.Mail]

    async def send(self, outbound: Outbound) -> str:
        made = render.render(self.settings, outbound, self._now())
        self.mails.append(made)
        return made.message_id


@dataclass
class MailStory(Story):
    """A desk with a mailbox."""

    mails: list[render.Mail] = field(default_factory=list)

    async def gets(self, raw: bytes | EmailMessage, *, account: str = "support") -> int | None:
        """A mail arrives and is processed; returns the ticket of the newest entry."""
        raw = raw if isinstance(raw, bytes) else raw.as_bytes()
        channel = self.app.context.channels["email"]
        await self.app.desk_for("email").accept(account, intake_id(raw), raw, order_key=channel.order_key(raw))
        return await self.work()

    async def posts(self) -> list[EmailMessage]:
        """Run the outbox after the undo period; returns the mails just sent."""
        before = len(self.mails)
        self.time.passes(seconds=16)
        await self.sends()
        return [parsed(one.content) for one in self.mails[before:]]


def parsed(content: bytes) -> EmailMessage:
    """A rendered mail, parsed by the standard library."""
    made = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(made, EmailMessage)
    return made


def mail(
    text: str = "Where is my order?",
    *,
    sender: str = "Sara <sara@customers.example>",
    to: str = "support@desk.example",
    subject: str = "Order",
    id: str | None = "<1@customers.example>",  # noqa: A002
    headers: Mapping[str, str] | None = None,
) -> EmailMessage:
    """A customer's mail."""
    made = EmailMessage(policy=email.policy.SMTP)
    made["From"], made["To"], made["Subject"] = sender, to, subject
    if id is not None:
        made["Message-ID"] = id
    for name, value in (headers or {}).items():
        made[name] = value
    made.set_content(text)
    return made


def answer(to: EmailMessage, text: str, *, number: int, sender: str = "Sara <sara@customers.example>") -> EmailMessage:
    """A reply as a mail program writes it."""
    references = " ".join([str(to["References"] or ""), str(to["Message-ID"])]).strip()
    return mail(
        text,
        sender=sender,
        to=str(to["Reply-To"] or to["From"]),
        subject=f"Re: {to['Subject']}",
        id=f"<a{number}@customers.example>",
        headers={"In-Reply-To": str(to["Message-ID"]), "References": references},
    )


def mail_story(
    database: Database,
    folder: Path,
    *,
    domain: str = "desk.example",
    settings: dict[str, Any] | None = None,
    channel: Mapping[str, Any] | None = None,
) -> MailStory:
    """A desk on this database whose mailbox is support@domain."""
    time = Time()
    box = {"name": "support", "address": f"support@{domain}", "display_name": "Desk"}
    own = Settings.model_validate(
        {"secret_key": domain * 8, "data": {"folder": folder}, "intake": {"normalise_seconds": 0}, **(settings or {})}
    )
    mails: list[render.Mail] = []
    made = RenderingChannel(
        EmailSettings.model_validate({"enabled": True, "mailboxes": [box], **(channel or {})}), env={}, now=time
    )
    made.mails = mails
    rules = SlaConfig(Policies(), {kind: parse(HOURS) for kind in ("written", "phone")})
    context = context_of(own, {"email": made}, rules, suggest_nothing)
    app = App(own, database, context, FileStore(folder / "files"), time)
    database.listen(app.hear)
    return MailStory(app, made, time, mails=mails)  # type: ignore[arg-type]

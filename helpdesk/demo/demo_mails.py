"""Mails of the demo's customers: written for the desk's own mail door, read from the folder it writes to."""

from __future__ import annotations

import email.policy
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, make_msgid
from pathlib import Path

import aiosmtplib

NAME = re.compile(r"[\w.@+-]{1,200}")


def letter(
    *, name: str, address: str, to: str, subject: str, text: str, at: datetime, answers: str = "", message_id: str = ""
) -> EmailMessage:
    """A customer's mail. `answers`: the Message-ID it replies to."""
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"] = formataddr((name, address))
    mail["To"] = to
    mail["Subject"] = " ".join(subject.split()) or "…"
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id or make_msgid(domain=address.partition("@")[2] or "customers.example")
    if answers:
        mail["In-Reply-To"] = mail["References"] = answers
    mail.set_content(text)
    return mail


async def deliver(mail: EmailMessage, *, to: str, port: int) -> None:
    """Hand a mail to the desk's own mail door on this machine."""
    await aiosmtplib.send(
        mail.as_bytes(),
        sender="customer@customers.example",
        recipients=[to],
        hostname="127.0.0.1",
        port=port,
        use_tls=False,
        start_tls=False,
        timeout=10,
    )


@dataclass(frozen=True, slots=True)
class Received:
    """A mail that the desk sent, as its customer sees it."""

    id: str
    sender: str
    to: str
    subject: str
    at: datetime
    text: str
    html: str
    message_id: str
    reply_to: str
    pictures: dict[str, tuple[str, bytes]]

    @property
    def kind(self) -> str:
        """`survey` when it asks for a face."""
        return "survey" if "/s/" in self.text else ""


def mailbox(folder: Path, most: int = 50) -> Sequence[Received]:
    """The newest mails of the folder, newest first."""
    paths = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [read(path) for path in paths[:most]]


def mail_named(folder: Path, name: str) -> Path | None:
    """The file of a mail, or None."""
    path = folder / f"{name}.eml"
    return path if NAME.fullmatch(name) and path.is_file() else None


def read(path: Path) -> Received:
    """A mail of the folder."""
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    pictures = {
        str(part["Content-ID"]).strip("<> "): (part.get_content_type(), part.get_payload(decode=True))
        for part in mail.walk()
        if part["Content-ID"]
    }
    return Received(
        id=path.stem,
        sender=str(mail["From"]),
        to=str(mail["To"]),
        subject=str(mail["Subject"]),
        at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        text=plain.get_content() if plain else "",
        html=rich.get_content() if rich else "",
        message_id=str(mail["Message-ID"]),
        reply_to=str(mail["Reply-To"] or mail["From"]),
        pictures={cid: (kind, content) for cid, (kind, content) in pictures.items() if isinstance(content, bytes)},
    )

"""Delivery targets for rendered mails: the mailbox's mail server, or a folder."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path

from channels.contract import DeliveryError
from channels.email.sending import mime_writer
from channels.email.sending.render import Mail
from channels.email.sending.smtp import Refused
from channels.email.settings import Mailbox


async def into_folder(folder: Path, mail: Mail) -> None:
    """Write the mail as a file named by its id; sending it twice writes the same file. Raises `DeliveryError`."""
    try:
        await asyncio.to_thread(_write, folder, mail)
    except OSError as error:
        raise DeliveryError(f"{folder} can't be written: {error.strerror}") from error


def _write(folder: Path, mail: Mail) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = mail.message_id.strip("<>").replace("/", "_")
    draft = folder / f".{name}.part"
    with draft.open("wb") as file:
        file.write(mail.content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / f"{name}.eml")
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def refusal(box: Mailbox, mail: Mail, refused: Sequence[Refused], now: datetime) -> bytes:
    """A delivery report (RFC 3464) about the copies the server refused at once.

    It comes in like any other bounce, so that it is shown at the message it is about.
    """
    refusals = "".join(f"{item.address}: {item.reason}\r\n" for item in refused)
    report = f"Reporting-MTA: dns; {box.domain}\r\n" + "".join(_about(item) for item in refused)
    headers = [
        ("Date", format_datetime(now)),
        ("From", mime_writer.mailbox("Mail Delivery", f"mailer-daemon@{box.domain}")),
        (
            "To",
            ", ".join(dict.fromkeys(mail.returns.get(item.address, mail.sender) or box.address for item in refused)),
        ),
        ("Subject", "Not delivered to every recipient"),
        ("Auto-Submitted", "auto-replied"),
        ("In-Reply-To", mail.message_id),
    ]
    parts = [
        mime_writer.text_part(refusals),
        mime_writer.Part("message/delivery-status", report.encode("utf-8", "replace")),
        mime_writer.Part("text/rfc822-headers", f"Message-ID: {mail.message_id}\r\n".encode()),
    ]
    return mime_writer.write(
        headers, mime_writer.Part("multipart/report; report-type=delivery-status", parts=parts), seed=mail.message_id
    )


def _about(refusal: Refused) -> str:
    reason = mime_writer.one_line(refusal.reason)
    status = reason.split(" ")[0] if reason[:2] in ("4.", "5.") else f"{refusal.code // 100}.0.0"
    return f"\r\nFinal-Recipient: rfc822; {refusal.address}\r\nAction: failed\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {refusal.code} {reason}\r\n"

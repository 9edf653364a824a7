"""Checks of the email settings for `run.py check`: the receiving server and the outgoing folder."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

from channels.email.settings import EmailSettings, Receiver

Found = tuple[str, str | None]  # what was tried, None or what is wrong
NO_MAILBOX: Found = (
    "mailboxes",
    "there is none, so no mail can be answered: write one under [channels.email]; the example there shows how",
)
PATIENCE = 5.0  # seconds


async def check_receiving(settings: EmailSettings) -> list[Found]:
    """A line for the receiver, when it is on, and one for each mailbox that is not fetched."""
    receiver, results = settings.receiver, [] if settings.mailboxes else [NO_MAILBOX]
    if receiver.enabled:
        place = f"receive mail by {receiver.protocol.upper()} at {receiver.host}:{receiver.port}"
        results.append(
            (
                place,
                await asyncio.to_thread(_door, receiver, f"220 {settings.name_of_host} {receiver.protocol.upper()}"),
            )
        )
    for box in settings.mailboxes:
        if box.imap is None and receiver.enabled:
            results.append((f"read {box.address}: not fetched, the receiver takes it in", None))
        elif box.imap is None:
            results.append(
                (f"read {box.address}", "nothing takes mail in: it needs [imap], or the receiver must be enabled")
            )
    return results


def check_sending(folder: Path) -> Found:
    """Whether mails can be written to a folder instead of being sent."""
    attempt = f"send: mails are written to {folder} and leave for nobody"
    near = next((item for item in (folder, *folder.absolute().parents) if item.exists()), Path("/"))
    return attempt, None if near.is_dir() and os.access(near, os.W_OK) else f"{near} can't be written to"


def _door(receiver: Receiver, ours: str) -> str | None:
    """Free for the desk, or already open by it."""
    try:
        with socket.create_server((receiver.host, receiver.port)):
            return None
    except OSError as error:
        busy = error
    try:
        with socket.create_connection((receiver.host, receiver.port), timeout=PATIENCE) as line:
            line.settimeout(PATIENCE)
            greeting = line.recv(500).decode("ascii", "replace")
    except OSError:
        return f"it can't be opened: {busy.strerror}"
    if greeting.startswith(ours):
        return None  # the desk runs
    return "another program listens there: stop it, or set another port of [channels.email.receiver]"

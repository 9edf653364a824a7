"""Helpers of the email channel's tests: settings, sample mails, running the channel for a while."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from channels.email.channel import Channel
from channels.email.imap.mailbox_reader import Pace
from channels.email.settings import EmailSettings
from tests.support.desk.memory_desk import MemoryDesk
from tests.support.servers.dovecot import PASSWORD

NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
PACE = Pace(answer=5.0, idle=30.0, retry_first=0.01, retry_most=0.05, refused_first=0.02)
ENV = {"PASOKH_EMAIL_SUPPORT_PASSWORD": PASSWORD, "PASOKH_EMAIL_SALES_PASSWORD": PASSWORD}


def mail(number: int, *, body: str = "سلام", sender: str = "sara@customer.example", **headers: str) -> bytes:
    """A small mail, different for each number."""
    lines = {
        "From": sender,
        "To": "support@desk.example",
        "Subject": f"mail {number}",
        "Date": "Sun, 01 Mar 2026 08:00:00 +0000",
        "Message-ID": f"<m{number}@customer.example>",
        "Content-Type": "text/plain; charset=utf-8",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"{head}\r\n{body}\r\n".encode()


def imap(address: str, port: int, *, name: str = "support", **options: Any) -> dict[str, Any]:
    """A mailbox read from a plain port of this machine, with the mails that are there already."""
    login = {"host": "127.0.0.1", "port": port, "tls": False, "first": "all"}
    return {"name": name, "address": address, "imap": {**login, **options}}


def channel(*boxes: dict[str, Any], env: Mapping[str, str] = ENV, pace: Pace = PACE, **settings: Any) -> Channel:
    """The channel with these mailboxes."""
    return Channel(
        EmailSettings.model_validate({"enabled": True, "mailboxes": list(boxes), **settings}),
        env=env,
        now=lambda: NOW,
        pace=pace,
    )


@contextlib.asynccontextmanager
async def running(what: Channel, desk: MemoryDesk) -> AsyncIterator[Channel]:
    """The running channel; its errors fail the test."""
    task = asyncio.create_task(what.run(desk))
    try:
        yield what
    finally:
        task.cancel()
        results = await asyncio.gather(task, return_exceptions=True)
        error = results[0]
        if isinstance(error, BaseException) and not isinstance(error, asyncio.CancelledError):
            raise error


async def listening(what: Channel) -> int:
    """The port of its LMTP receiver. Call before it runs, await afterwards."""
    assert what.listening is not None
    return await asyncio.wait_for(asyncio.shield(what.listening), 10)


def outgoing(folder: Path) -> list[bytes]:
    """The mails written into a folder."""
    return [file.read_bytes() for file in sorted(folder.glob("*.eml"))]

"""A process that reads one mailbox into an SQLite file, for tests that kill it.

Run as `python imap_child.py FILE ADDRESS PORT AFTER`.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from channels.contract import State
from tests.support.mail.mailboxes import channel, imap


class FileDesk:
    """Durable as the real desk: accepted mails are on disk."""

    def __init__(self, file: str) -> None:
        self._base = sqlite3.connect(file, isolation_level=None)
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("CREATE TABLE IF NOT EXISTS kept (id TEXT PRIMARY KEY, raw BLOB)")
        self._base.execute("CREATE TABLE IF NOT EXISTS cursors (key TEXT PRIMARY KEY, value TEXT)")

    async def accept(
        self, account: str, external_id: str, raw: bytes, *, order_key: str, received_at: datetime | None = None,
        **_more: object,
    ) -> bool:  # fmt: skip
        """Store it unless it exists."""
        await asyncio.sleep(0)
        return self._base.execute("INSERT OR IGNORE INTO kept VALUES (?, ?)", (external_id, raw)).rowcount == 1

    async def remember(self, account: str, key: str, value: str, **_more: object) -> None:
        """Store a cursor."""
        await asyncio.sleep(0)
        self._base.execute("INSERT OR REPLACE INTO cursors VALUES (?, ?)", (key, value))

    async def recall(self, account: str, key: str) -> str | None:
        """The cursor."""
        row = self._base.execute("SELECT value FROM cursors WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    async def report(self, state: State) -> None:
        """Ignored."""

    async def ask(self, question: str, **about: Any) -> Sequence[Mapping[str, Any]]:
        """Nothing."""
        return ()

    async def hint(self, conversation: str, what: Mapping[str, Any]) -> None:
        """Nothing."""


if __name__ == "__main__":
    path, address, port, after = sys.argv[1:]
    asyncio.run(channel(imap(address, int(port), after=after)).run(FileDesk(path)))

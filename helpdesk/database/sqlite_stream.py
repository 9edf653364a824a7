"""Streamed reads of a SQLite database through aiosqlite: a thread of their own, so neither readers nor the writer wait.

Every statement crosses to that thread, which costs more than a whole unit in a reader's thread. A long
result pays that once for a few hundred rows.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Executable, NullPool, event
from sqlalchemy.ext.asyncio import create_async_engine

from helpdesk.database.metadata import Row, streaming


class SqliteStreams:
    """An aiosqlite engine whose connections only read, one consistent state each."""

    def __init__(self, path: Path) -> None:
        self._engine = create_async_engine(URL.create("sqlite+aiosqlite", database=str(path)), poolclass=NullPool)
        event.listen(self._engine.sync_engine, "connect", _prepare)
        event.listen(self._engine.sync_engine, "begin", _begin)

    @asynccontextmanager
    async def stream(self, query: Executable) -> AsyncIterator[AsyncIterator[Row]]:
        """See Database.stream."""
        async with self._engine.connect() as connection:
            yield aiter(await connection.stream(query, execution_options=streaming(query)))

    async def close(self) -> None:
        """Forget the engine; its connections are closed by whoever streams."""
        await self._engine.dispose()


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver shall not begin by itself
    cursor = connection.cursor()
    for pragma in ("busy_timeout=10000", "query_only=ON", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")

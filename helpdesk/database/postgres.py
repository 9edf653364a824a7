"""PostgreSQL through asyncpg: a unit runs whole inside `run_sync`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, ExceptionContext, Executable, event
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import create_async_engine

from helpdesk.database.engine import Busy, Hint, Listener, StorageFailed
from helpdesk.database.metadata import Row, streaming
from helpdesk.database.pg_notify import PgNotify
from helpdesk.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")
TRIES = 4
WORTH_ANOTHER_TRY = ("40001", "40P01")  # serialization failure, deadlock detected
LOCKED = "55P03"  # lock not available
BROKEN = ("08", "53", "57P", "58")  # connection, resources (a full disk), shutting down, the system below: the classes
CONNECTING = (ConnectionError, TimeoutError, PoolTimeout)  # what is raised where there is no connection yet
FAILED = "failed"  # in the info of a connection: a statement of this transaction was refused


class Contended(Busy):
    """Another unit was in the way: the same unit can be run again at once."""


def _sqlstate(error: BaseException | None) -> str:
    return str(getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or "")


def _judge_failure(context: ExceptionContext) -> Unavailable | None:
    """Note that a statement failed; returns the error to raise where the storage is at fault, None for the driver's."""
    if not isinstance(context.original_exception, Exception):
        return None  # a cancellation must stay one, or its loop goes on
    if context.connection is not None and not context.connection.invalidated:
        context.connection.info[FAILED] = True
    code = _sqlstate(context.original_exception)
    if context.is_disconnect or code.startswith(BROKEN):
        return StorageFailed()
    if code in WORTH_ANOTHER_TRY:
        return Contended()
    return Busy() if code == LOCKED else None


class Postgres:
    """See `helpdesk.database.engine.Database`."""

    kind = "postgresql"

    def __init__(self, url: str, *, connections: int = 8) -> None:
        self._engine = create_async_engine(url, pool_size=connections, max_overflow=2, pool_pre_ping=True)
        event.listen(self._engine.sync_engine, "handle_error", _judge_failure)
        self._url, self._listeners = url, list[Listener]()
        self.calls: PgNotify | None = None
        self._under_way: set[asyncio.Task[Any]] = set()

    def listen(self, listener: Listener) -> None:
        """See Database.listen."""
        self._listeners.append(listener)

    async def join(self) -> None:
        """See Database.join."""
        self.calls = self.calls or PgNotify(self._url, self._tell)

    def shout(self, topic: str, data: Any) -> None:
        """See Database.shout."""
        if self.calls is not None:
            self.calls.put([(topic, json.dumps(data, ensure_ascii=False))])

    def _tell(self, hints: list[Hint]) -> None:
        for listener in self._listeners:
            listener(hints)

    async def read(self, unit: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kw: P.kwargs) -> T:
        """See Database.read."""
        try:
            async with self._engine.connect() as connection:
                tuned = await connection.execution_options(isolation_level="REPEATABLE READ")
                return await tuned.run_sync(lambda tx: unit(tx, *args, **kw))
        except CONNECTING as error:
            raise StorageFailed from error

    @asynccontextmanager
    async def stream(self, query: Executable, /) -> AsyncIterator[AsyncIterator[Row]]:
        """See Database.stream: a cursor on the server."""
        async with self._engine.connect() as connection:
            tuned = await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield aiter(await tuned.stream(query, execution_options=streaming(query)))

    async def write(self, unit: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kw: P.kwargs) -> T:
        """See Database.write. Once begun a unit goes on to its end, even when nobody waits for it any more.

        Cut off in the middle, the driver's complaint would stand in for the cancellation and keep its loop alive.
        """
        task = asyncio.get_running_loop().create_task(self._write(unit, *args, **kw))
        self._under_way.add(task)
        task.add_done_callback(self._written)
        return await asyncio.shield(task)

    def _written(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waits is told; if nobody does any more, it is not a surprise either

    async def _write(self, unit: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kw: P.kwargs) -> T:
        """A unit that lost against another one is run again, up to four times."""

        def whole(tx: Connection) -> tuple[T, list[Hint]]:
            tx.info["hints"] = []
            tx.info.pop(FAILED, None)
            result = unit(tx, *args, **kw)
            if tx.info.pop(
                FAILED, None
            ):  # the server answers the COMMIT of a failed transaction with a silent ROLLBACK
                tx.exec_driver_sql("SELECT 1")
            return result, tx.info.pop("hints")

        for attempt in range(TRIES):
            try:
                async with self._engine.begin() as connection:
                    result, hints = await connection.run_sync(whole)
                break
            except Contended:
                if attempt == TRIES - 1:
                    raise
            except CONNECTING as error:
                raise StorageFailed from error
        if hints:
            self._tell(hints)
            if self.calls is not None:
                self.calls.put(hints)
        return result

    async def close(self) -> None:
        """See Database.close."""
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self.calls is not None:
            await self.calls.close()
        await self._engine.dispose()

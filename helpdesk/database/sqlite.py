"""SQLite: one writer thread whose waiting units share a commit, and a few reader threads.

Readers run whole units on plain connections in threads: one hop a unit instead of one a statement
(docs/decisions). WAL with synchronous=FULL: a unit that returned has survived the power.
"""

from __future__ import annotations

import asyncio
import importlib
import queue
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, ExceptionContext, Executable, NullPool, create_engine, event

from helpdesk.database.dialect import run_directly
from helpdesk.database.engine import Hint, Listener, TransactionLost, require_transaction, storage_failure
from helpdesk.database.metadata import Row
from helpdesk.errors import Unavailable

if TYPE_CHECKING:
    from helpdesk.database.sqlite_stream import SqliteStreams

P = ParamSpec("P")
T = TypeVar("T")
MOST_IN_ONE_COMMIT = 256
READERS = 3


def engine_for(path: Path, *, begin: str) -> Engine:
    """A SQLAlchemy engine on `path` whose transactions start with `begin`."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "busy_timeout=10000",  # first: two who open a new database together must wait for each other
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "cache_size=-32000",
            "temp_store=MEMORY",
            "wal_autocheckpoint=2000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    def start(connection: Any) -> None:
        connection.execute(begin)

    def commit(connection: Any) -> None:
        if not connection.in_transaction:  # the driver would do nothing, and say nothing
            raise TransactionLost
        connection.commit()

    engine.dialect.do_begin = start  # type: ignore[method-assign, assignment]  # an event listener would slow every statement
    engine.dialect.do_commit = commit  # type: ignore[method-assign, assignment]
    event.listen(engine, "handle_error", _judge_failure)
    return engine


def _judge_failure(context: ExceptionContext) -> Unavailable | None:
    """Close a connection whose transaction was rolled back by SQLite itself: then nothing of its unit runs on.

    Returns the error to raise in place of the driver's, None for an ordinary one.
    """
    error, tx = context.original_exception, context.connection
    if not isinstance(error, sqlite3.Error):
        return None
    running = context.execution_context is not None and tx is not None and not tx.invalidated
    if running and not tx.connection.driver_connection.in_transaction:  # type: ignore[union-attr]
        context.is_disconnect = True
        return TransactionLost()
    return storage_failure(error)


@dataclass(slots=True)
class Job:
    """One unit waiting for the writer."""

    unit: Callable[[Connection], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None
    hints: list[Hint] | None = None


class Sqlite:
    """See `helpdesk.database.engine.Database`."""

    kind = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.commits = 0
        self._listeners: list[Listener] = []
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._read_engine = engine_for(path, begin="BEGIN")
        self._write_engine = engine_for(path, begin="BEGIN IMMEDIATE")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._local = threading.local()
        self._open: list[Connection] = []
        self._streams: SqliteStreams | None = None
        self._writing: Connection | None = None
        self._writer = threading.Thread(target=self._work, name="writer", daemon=True)
        self._writer.start()

    def listen(self, listener: Listener) -> None:
        """See Database.listen."""
        self._listeners.append(listener)

    async def join(self) -> None:
        """See Database.join: a SQLite desk is one process."""

    def shout(self, topic: str, data: Any) -> None:
        """See Database.shout: a SQLite desk is one process."""

    async def read(self, unit: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kw: P.kwargs) -> T:
        """See Database.read."""

        def whole() -> T:
            tx = self._reader()
            try:
                with tx.begin() as transaction:
                    result = unit(tx, *args, **kw)
                    require_transaction(tx)
                    transaction.rollback()
            except BaseException as error:
                _abandon_open_transaction(tx)
                failure = storage_failure(error)
                if failure is None:
                    raise
                raise failure from error
            return result

        return await asyncio.get_running_loop().run_in_executor(self._readers, whole)

    async def write(self, unit: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kw: P.kwargs) -> T:
        """See Database.write."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put(Job(lambda tx: unit(tx, *args, **kw), loop, future))
        return await asyncio.shield(future)

    def stream(self, query: Executable, /) -> AbstractAsyncContextManager[AsyncIterator[Row]]:
        """See Database.stream."""
        if self._streams is None:  # SQLAlchemy's asyncio layer takes long to load, and most desks start without it
            self._streams = importlib.import_module("helpdesk.database.sqlite_stream").SqliteStreams(self.path)
        return self._streams.stream(query)

    async def close(self) -> None:
        """See Database.close."""
        if self._streams is not None:
            await self._streams.close()
        self._jobs.put(None)
        await asyncio.to_thread(self._writer.join)
        await asyncio.to_thread(self._readers.shutdown)
        for connection in self._open:
            connection.close()
        self._read_engine.dispose()
        self._write_engine.dispose()

    def _reader(self) -> Connection:
        tx: Connection | None = getattr(self._local, "tx", None)
        if tx is None or tx.closed or tx.invalidated:
            tx = self._local.tx = self._read_engine.connect()
            self._open.append(tx)
        return tx

    def _work(self) -> None:
        going = True
        while going:
            batch: list[Job] = []
            first = self._jobs.get()
            while first is not None:
                batch.append(first)
                if len(batch) == MOST_IN_ONE_COMMIT or self._jobs.empty():
                    break
                first = self._jobs.get()
            going = first is not None
            if batch:
                self._commit(batch)
        if self._writing is not None:
            self._writing.close()

    def _commit(self, batch: list[Job]) -> None:
        try:
            if self._writing is None:
                self._writing = self._write_engine.connect()
            with self._writing.begin():
                for job in batch:
                    self._run(self._writing, job, alone=len(batch) == 1)
            self.commits += 1
        except BaseException as error:  # the commit itself failed, or the transaction was lost: nobody's work is kept
            _abandon_open_transaction(self._writing)
            for job in batch:
                job.error = job.error or storage_failure(error) or error
        hints = [hint for job in batch if job.error is None for hint in job.hints or ()]
        by_loop: dict[asyncio.AbstractEventLoop, list[Job]] = {}
        for job in batch:
            by_loop.setdefault(job.loop, []).append(job)
        for loop, jobs in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._tell, jobs, hints)

    @staticmethod
    def _run(tx: Connection, job: Job, *, alone: bool) -> None:
        tx.info["hints"] = job.hints = []
        if alone:
            try:
                job.result = job.unit(tx)
            except BaseException as error:
                job.error = error
                raise
            return
        run_directly(tx, "SAVEPOINT unit")
        try:
            job.result = job.unit(tx)
        except BaseException as error:
            job.error = error
            require_transaction(tx, error)
            run_directly(tx, "ROLLBACK TO SAVEPOINT unit")
        require_transaction(tx)
        run_directly(tx, "RELEASE SAVEPOINT unit")

    def _tell(self, jobs: list[Job], hints: list[Hint]) -> None:
        for job in jobs:
            if job.future.done():
                continue
            if job.error is not None:
                job.future.set_exception(job.error)
            else:
                job.future.set_result(job.result)
        if hints:
            for listener in self._listeners:
                listener(hints)


def _abandon_open_transaction(tx: Connection | None) -> None:
    """Close a connection that could not even roll back: the next transaction gets a fresh one."""
    if tx is None or tx.closed or tx.invalidated:
        return
    driver: Any = tx.connection.driver_connection
    if driver.in_transaction:
        tx.invalidate()

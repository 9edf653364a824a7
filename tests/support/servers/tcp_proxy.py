"""A TCP proxy that cuts, freezes and throttles connections."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

CHUNK = 16_384


class Proxy:
    """Forwards everything to a local port until told otherwise."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self.connections = 0  # so far
        self.passed = 0  # bytes from the server so far
        self.cut_at: int | None = None  # cut the connection once so many bytes came from the server
        self.bytes_per_turn = CHUNK
        self.turns: asyncio.Semaphore | None = None  # throttled: one chunk per permitted turn
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.refuse()
        self.cut()
        self._flowing.set()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def listen(self) -> None:
        """Accept connections (again)."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def refuse(self) -> None:
        """Accept no more connections."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def cut(self) -> None:
        """End every connection at once."""
        for writer in list(self._writers):
            writer.transport.abort()

    def freeze(self) -> None:
        """Forward nothing, close nothing: like a dead router."""
        self._flowing.clear()

    def thaw(self) -> None:
        """Resume forwarding, including what waited."""
        self._flowing.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        self._writers.add(far_writer)
        ways = [self._pass(reader, far_writer, counted=False), self._pass(far_reader, writer, counted=True)]
        for way in ways:
            task = asyncio.create_task(way)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counted: bool) -> None:
        try:
            while data := await reader.read(self.bytes_per_turn):
                await self._flowing.wait()
                if counted and self.turns is not None:
                    await self.turns.acquire()
                if counted and self.cut_at is not None and self.passed + len(data) >= self.cut_at:
                    writer.write(data[: self.cut_at - self.passed])
                    self.cut_at, self.passed = None, 0
                    await writer.drain()
                    self.cut()
                    return
                self.passed += len(data) if counted else 0
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort() if not self._flowing.is_set() else writer.close()

"""An IMAP connection on aioimaplib, hardened against its traps.

A lost connection is noticed at once, every command has its own time limit, a refusal is an error, and
thousands of short lines in one packet are no recursion.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from typing import Any

import aioimaplib
from aioimaplib.aioimaplib import CRLF, Command, IMAP4ClientProtocol, IncompleteRead, literal_data_re

from channels.email.imap.imap_text import Fetched, folder_name, parse_fetch, quoted, uid_set
from channels.email.settings import Imap


class ImapError(Exception):
    """The mailbox can't be read now; the message is a sentence for people."""


class Refused(ImapError):
    """The server said no to one command; the connection is well."""


class SignInRefused(ImapError):
    """User, password or token are wrong, or the server wants no more sign-ins."""


@dataclass(frozen=True, slots=True)
class Selected:
    """What the server says on opening a folder."""

    uidvalidity: int
    uidnext: int | None
    exists: int


class _Protocol(IMAP4ClientProtocol):  # type: ignore[misc]
    """Handles the lines of a packet one after the other (the original calls itself for each), and notes new mail."""

    def __init__(self, loop: Any, conn_lost_cb: Any) -> None:
        super().__init__(loop, conn_lost_cb)
        self.news = asyncio.Event()
        self.incomplete_line = b""
        self.current_command: Any = None

    def data_received(self, data: bytes) -> None:
        """Take a packet, without writing all of it to a log."""
        started, self.incomplete_line = self.incomplete_line + data, b""
        command, self.current_command = self.current_command, None
        try:
            self._handle_responses(started, self._handle_line, command)
        except IncompleteRead as rest:
            self.current_command, self.incomplete_line = rest.cmd, rest.data

    def _handle_line(self, line: bytes, current_cmd: Any) -> Any:
        if line.startswith(b"* ") and line.endswith(b" EXISTS"):
            self.news.set()  # may come with the answer to any command, and is never said twice
        return super()._handle_line(line, current_cmd)

    def _handle_responses(self, data: bytes, line_handler: Any, current_cmd: Any = None) -> None:
        at = 0
        while True:
            if current_cmd is not None and current_cmd.wait_literal_data():
                rest = current_cmd.append_literal_data(data[at:])
                at = len(data) - len(rest)
                if current_cmd.wait_literal_data():
                    raise IncompleteRead(current_cmd)
            if at >= len(data):
                if self.pending_sync_command is not None:
                    self.pending_sync_command.flush()
                if current_cmd is not None and current_cmd.wait_data():
                    raise IncompleteRead(current_cmd)
                return
            end = data.find(CRLF, at)
            if end < 0:
                raise IncompleteRead(current_cmd, data[at:])
            line, at = data[at:end], end + 2
            command = line_handler(line, current_cmd)
            literal = literal_data_re.match(line)
            if literal:
                command = command or Command("NIL", "unused")
                command.begin_literal_data(int(literal.group("size")))
            current_cmd = command if command is not None and (literal or command.wait_data()) else None

    def _continuation(self, line: bytes) -> None:
        pending = self.pending_sync_command
        if pending is not None and pending.name == "AUTHENTICATE":
            self.send("")  # a refused token comes with a question; only after the answer comes the NO
            return
        super()._continuation(line)


class _Client(aioimaplib.IMAP4):  # type: ignore[misc]
    def create_client(self, host: str, port: int, loop: Any, conn_lost_cb: Any = None, ssl_context: Any = None) -> None:
        running = asyncio.get_running_loop()
        self.protocol = _Protocol(running, conn_lost_cb)
        self._client_task = running.create_task(
            running.create_connection(lambda: self.protocol, host, port, ssl=ssl_context)
        )

    def drop(self) -> None:
        """End everything that was begun."""
        for task in (self._client_task, *self.tasks, *self.protocol.tasks):
            task.cancel()
        if self._idle_waiter is not None:
            self._idle_waiter.cancel()
        if self.protocol.transport is not None:
            self.protocol.transport.abort()


class Connection:
    """A signed-in connection. Every method raises `ImapError`; afterwards the connection is of no use."""

    def __init__(self, settings: Imap, seconds: float) -> None:
        self._settings = settings
        self._seconds = seconds
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._where = f"{settings.host}:{settings.port}"
        self._refuses_idle = False
        context = (
            ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)
            if settings.tls
            else None
        )
        self._client = _Client(
            settings.host, settings.port, timeout=seconds, conn_lost_cb=self._on_lost, ssl_context=context
        )

    def _on_lost(self, error: Exception | None) -> None:
        if not self._lost.done():
            self._lost.set_result(None)

    async def greet(self) -> None:
        """Wait for the server's greeting."""
        try:
            await self._race(self._client.wait_hello_from_server(), self._seconds, "connecting")
        except ssl.SSLCertVerificationError as error:
            raise ImapError(f"The certificate of {self._where} is not trusted: {error.verify_message}.") from error
        except ssl.SSLError as error:
            raise ImapError(
                f"{self._where} speaks no TLS that fits ({error.reason}); the usual port is 993."
            ) from error
        except TimeoutError as error:
            raise ImapError(f"{self._where} can't be reached: no answer.") from error
        except (OSError, aioimaplib.AioImapException) as error:
            raise ImapError(f"{self._where} can't be reached: {error}.") from error

    async def sign_in(self, user: str, *, password: str | None = None, token: str | None = None) -> None:
        """Sign in with a password or an access token. Raises `SignInRefused`."""
        if token is not None:
            response = await self._call(self._client.xoauth2(user, token), "signing in")
        else:
            response = await self._call(self._client.login(quoted(user), password or ""), "signing in")
        if response.result != "OK":
            raise SignInRefused(f"{self._where} refused the sign-in of {user}: {_last(response)}")
        await self._call(self._client.protocol.capability(), "asking for abilities")

    def can(self, ability: str) -> bool:
        """Whether the server announced an extension, and has not refused to wait since."""
        return ability in self._client.protocol.capabilities and not (ability == "IDLE" and self._refuses_idle)

    async def select(self, folder: str) -> Selected:
        """Open a folder."""
        response = await self._ok(self._client.select(folder_name(folder)), f"opening {folder}")
        text = b"\n".join(bytes(line) for line in response.lines)
        validity = re.search(rb"\[UIDVALIDITY (\d+)\]", text)
        following = re.search(rb"\[UIDNEXT (\d+)\]", text)
        exists = re.search(rb"^(\d+) EXISTS", text, re.MULTILINE)
        if validity is None:
            raise ImapError(f"{self._where} gives the mails of {folder} no lasting numbers (UIDVALIDITY).")
        return Selected(int(validity[1]), int(following[1]) if following else None, int(exists[1]) if exists else 0)

    async def search(self, *criteria: str) -> list[int]:
        """Numbers (UIDs) of the mails that match, ascending."""
        response = await self._ok(self._client.uid_search(*criteria, charset=None), "searching")
        uids: set[int] = set()
        for line in response.lines[:-1]:
            uids.update(int(uid) for uid in bytes(line).split() if uid.isdigit())
        return sorted(uids)

    async def count(self, *criteria: str) -> int:
        """How many mails match, without listing them where the server can count."""
        if not self.can("ESEARCH"):
            return len(await self.search(*criteria))
        protocol = self._client.protocol
        args = ("RETURN", "(COUNT)", *criteria)
        command = Command(
            "SEARCH", protocol.new_tag(), *args, prefix="UID", untagged_resp_name="ESEARCH", loop=protocol.loop
        )
        response = await self._ok(protocol.execute(command), "counting")
        match = re.search(rb"\bCOUNT (\d+)", b"\n".join(bytes(line) for line in response.lines))
        return int(match[1]) if match else len(await self.search(*criteria))

    async def fetch(self, uids: Iterable[int], items: str) -> dict[int, Fetched]:
        """Ask for `items` of some mails, by number. Mails that vanished meanwhile are missing."""
        # No limit for the whole: the library's own is for each piece, so that a slow line still gets its mail.
        response = await self._ok(self._client.uid("FETCH", uid_set(uids), items), "fetching", seconds=None)
        return {mail.uid: mail for mail in parse_fetch(response.lines)}

    async def move(self, uids: Iterable[int], folder: str) -> None:
        """Move mails to another folder, made when it is missing."""
        wanted, target = uid_set(uids), folder_name(folder)
        verb = "MOVE" if self.can("MOVE") else "COPY"
        response = await self._call(self._client.uid(verb, wanted, target), "moving")
        if response.result != "OK":
            await self._ok(self._client.create(target), f"making the folder {folder}")
            await self._ok(self._client.uid(verb, wanted, target), f"moving to {folder}")
        if verb == "COPY":
            await self.delete(uids)

    async def delete(self, uids: Iterable[int]) -> None:
        """Mark mails deleted and remove exactly these, where the server can remove by number."""
        wanted = uid_set(uids)
        await self._ok(self._client.uid("STORE", wanted, "+FLAGS.SILENT", r"(\Deleted)"), "deleting")
        if self.can("UIDPLUS"):
            await self._ok(self._client.uid("EXPUNGE", wanted), "deleting")

    def forget_news(self) -> None:
        """What follows is looked at anyway."""
        self._client.protocol.news.clear()

    async def idle(self, seconds: float) -> bool:
        """Wait until the server tells of new mail, or `seconds` passed; whether there is any."""
        news = self._client.protocol.news
        if news.is_set():
            return True
        try:
            waiter = await self._race(self._client.idle_start(timeout=seconds * 2 + 60), self._seconds, "waiting")
        except TimeoutError as error:
            raise ImapError(f"{self._where} stopped answering while waiting.") from error
        except aioimaplib.AioImapException as error:
            if self._lost.done():
                raise ImapError(f"{self._where} closed the connection while waiting.") from error
            self._refuses_idle = True  # it says that it can and refuses: then it is asked now and then
            return False
        with contextlib.suppress(TimeoutError):
            await self._race(news.wait(), seconds, "waiting")
        self._client.idle_done()
        await self._call(waiter, "ending the wait")
        return bool(news.is_set())

    async def close(self) -> None:
        """Log out if that is quick, and close in any case."""
        for task in list(self._client.tasks):
            task.cancel()  # an IDLE about to begin
        await asyncio.sleep(0)
        begun = self._client.protocol.transport is not None and not self._client.has_pending_idle()
        if begun and not self._lost.done():
            with contextlib.suppress(Exception):
                await self._race(self._client.logout(), min(self._seconds, 3.0), "leaving")
        self.abort()

    def abort(self) -> None:
        """Drop the connection without a word."""
        self._client.drop()

    async def _ok(self, call: Awaitable[Any], doing: str, *, seconds: float | None = -1) -> Any:
        response = await self._call(call, doing, seconds=seconds)
        if response.result != "OK":
            raise Refused(f"{self._where} refused {doing}: {_last(response)}")
        return response

    async def _call(self, call: Awaitable[Any], doing: str, *, seconds: float | None = -1) -> Any:
        try:
            return await self._race(call, self._seconds if seconds == -1 else seconds, doing)
        except TimeoutError as error:
            raise ImapError(f"{self._where} stopped answering while {doing}.") from error
        except aioimaplib.AioImapException as error:
            raise ImapError(f"{self._where} failed while {doing}: {error}") from error

    async def _race(self, call: Awaitable[Any], seconds: float | None, doing: str) -> Any:
        """The result of `call`, unless the connection is lost or the time is up first."""
        task = asyncio.ensure_future(call)
        try:
            await asyncio.wait({task, self._lost}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            if self._lost.done():
                raise ImapError(f"{self._where} closed the connection while {doing}.")
            raise TimeoutError(doing)
        finally:
            if not task.done():
                task.cancel()


def _last(response: Any) -> str:
    line = response.lines[-1] if response.lines else b""
    return bytes(line).decode("utf-8", "replace").strip()[:300] or "no reason given"

"""The reader of one mailbox: store mails in the desk, then advance the cursor, then move them away."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from channels.contract import Desk, State, TryLater
from channels.email.credentials import NoSecret, access_token, secret
from channels.email.facts.raw_mail_id import OVERSIZED, UNREADABLE, intake_id, stand_in, traced
from channels.email.imap.imap_client import Connection, ImapError, Selected, SignInRefused
from channels.email.imap.imap_cursor import Cursor, first, internal_date, load, renumbered
from channels.email.imap.imap_text import Fetched
from channels.email.settings import Imap, Mailbox

log = logging.getLogger(__name__)
CURSOR = "imap"


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds and amounts; tests give their own."""

    answer: float = 60.0  # for each answer of the server
    idle: float = 240.0  # an IDLE is renewed and the mailbox looked at, in case a push was lost
    retry_first: float = 2.0
    retry_most: float = 300.0
    lived: float = 60.0  # a connection that lasted so long was a working one
    refused_first: float = 60.0  # after a refused sign-in: servers lock out who hurries
    batch: int = 100  # mails whose sizes are asked at once
    batch_bytes: int = 8_000_000  # of mails held in memory at once
    attempts: int = 5  # at fetching one mail before a note takes its place


@dataclass(slots=True)
class Reader:
    """One mailbox and where we are in it."""

    box: Mailbox
    imap: Imap
    env: Mapping[str, str]
    size_limit: int
    order_key: Callable[[bytes], str]
    pace: Pace = Pace()
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _failures: dict[int, int] = field(default_factory=dict)  # mail number -> failed fetches
    _careful_until: int = 0  # mails up to this number are fetched one by one

    async def run(self, desk: Desk) -> None:
        """Read until cancelled, whatever happens to the connection."""
        tries = 0
        while True:
            began = asyncio.get_running_loop().time()
            try:
                async for _ in self._watch(desk):
                    pass
            except asyncio.CancelledError:
                raise
            except (ImapError, NoSecret) as error:
                problem, refused = str(error), isinstance(error, SignInRefused | NoSecret)
            except TryLater as error:
                problem, refused = f"Mails of {self.box.address} can't be kept now: {error}.", False
                log.warning("mails stay in the mailbox for now", extra={"account": self.box.name, "why": str(error)})
            except Exception as error:
                log.exception("mailbox failed", extra={"account": self.box.name})
                problem, refused = f"Mails of {self.box.address} can't be kept now: {error}", False
            lived = asyncio.get_running_loop().time() - began >= self.pace.lived
            tries = 1 if lived else tries + 1  # one that breaks at once again and again is no working one
            await desk.report(State(self.box.name, connected=False, problem=problem))
            await self.sleep(self.delay(tries, refused=refused))

    def delay(self, tries: int, *, refused: bool) -> float:
        """Seconds until the next try: doubling, scattered so that many mailboxes don't return at once."""
        start = self.pace.refused_first if refused else self.pace.retry_first
        most = max(self.pace.retry_most, start)
        return float(min(most, start * 2 ** min(tries - 1, 20))) * random.uniform(0.7, 1.0)  # noqa: S311

    async def check(self) -> int:
        """Connect, sign in, open the folder; how many mails lie there. Raises `ImapError` or `NoSecret`."""
        connection = await self._connect()
        try:
            return (await connection.select(self.imap.folder)).exists
        finally:
            await connection.close()

    async def _connect(self) -> Connection:
        token = await access_token(self.imap)
        password = secret(self.env, self.box) if token is None else None
        connection = Connection(self.imap, self.pace.answer)
        try:
            await connection.greet()
            await connection.sign_in(self.imap.user or self.box.address, password=password, token=token)
        except BaseException:
            connection.abort()
            raise
        return connection

    async def _watch(self, desk: Desk) -> AsyncIterator[None]:
        connection = await self._connect()
        try:
            while True:
                look_again = asyncio.get_running_loop().time() + self.pace.idle
                cursor = await self._open(connection, desk)
                cursor, _ = await self._catch_up(connection, desk, cursor)
                await self._tidy(connection, cursor)
                state = await self._state(connection, cursor)
                await desk.report(state)
                yield
                while await self._news(connection, look_again):
                    cursor, taken = await self._catch_up(connection, desk, cursor)
                    await self._tidy(connection, cursor)
                    state = self._counted_on(state, taken)
                    await desk.report(state)
        finally:
            await connection.close()

    async def _open(self, connection: Connection, desk: Desk) -> Cursor:
        selected = await connection.select(self.imap.folder)
        uidnext = selected.uidnext or max(await connection.search("ALL"), default=0) + 1
        known = load(await desk.recall(self.box.name, CURSOR))
        if known is not None and known.uidvalidity == selected.uidvalidity and known.last < uidnext:
            return known
        if known is None:
            cursor = await self._first(connection, selected, uidnext)
        else:
            cursor = renumbered(known, selected.uidvalidity, uidnext, self.imap.resync_days)
        self._failures.clear()
        self._careful_until = 0
        await desk.remember(self.box.name, CURSOR, cursor.dump())
        return cursor

    async def _first(self, connection: Connection, selected: Selected, uidnext: int) -> Cursor:
        cursor = first(selected.uidvalidity, uidnext, self.imap.first)
        if self.imap.first == "none" and selected.exists:
            newest = await connection.fetch(await connection.search("UID", "*"), "(UID INTERNALDATE)")
            for mail in newest.values():
                cursor = cursor.after(cursor.last, internal_date(mail.internal_date))
        return cursor

    async def _catch_up(self, connection: Connection, desk: Desk, cursor: Cursor) -> tuple[Cursor, int]:
        """Take everything ahead of the cursor; the new cursor, and how many mails there were."""
        connection.forget_news()
        total = 0
        while True:
            waiting = [uid for uid in await connection.search(*cursor.criteria()) if uid > cursor.last]
            total += len(waiting)
            for start in range(0, len(waiting), self.pace.batch):
                batch = waiting[start : start + self.pace.batch]
                for group in self._groups(await connection.fetch(batch, "(UID RFC822.SIZE INTERNALDATE)")):
                    cursor = await self._take(connection, desk, cursor, group)
                cursor = await self._advance(desk, cursor.after(batch[-1]))
            if not cursor.choosing:
                return cursor, total
            cursor = await self._advance(desk, cursor.after(cursor.left_until))

    def _groups(self, mails: Mapping[int, Fetched]) -> Iterator[list[Fetched]]:
        """Mails that are fetched together: as many as memory allows, doubtful and oversized ones alone."""
        group: list[Fetched] = []
        for _, mail in sorted(mails.items()):
            alone = mail.size > self.size_limit or mail.uid <= self._careful_until
            if group and (alone or sum(item.size for item in group) + mail.size > self.pace.batch_bytes):
                yield group
                group = []
            group.append(mail)
            if alone:
                yield group
                group = []
        if group:
            yield group

    async def _take(self, connection: Connection, desk: Desk, cursor: Cursor, group: Sequence[Fetched]) -> Cursor:
        raws = await self._contents(connection, group)
        dates = {mail.uid: internal_date(mail.internal_date) for mail in group}
        stored = {mail.uid: mail.internal_date for mail in group}
        calls = [
            # Received is when we take it in: a mailbox first read today holds mails of years, none of them late.
            desk.accept(self.box.name, intake_id(raw), traced(raw, stored[uid]), order_key=self.order_key(raw))
            for uid, raw in sorted(raws.items())
        ]
        # All at once: the desk writes what waits together with one flush.
        for outcome in await asyncio.gather(*calls, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome
        for uid, moment in sorted(dates.items()):
            cursor = cursor.after(uid, moment)
        return await self._advance(desk, cursor)

    async def _contents(self, connection: Connection, group: Sequence[Fetched]) -> dict[int, bytes]:
        last = group[-1].uid
        if len(group) == 1 and (group[0].size > self.size_limit or self._failures.get(last, 0) >= self.pace.attempts):
            return {last: await self._note(connection, group[0])}
        try:
            fetch = await connection.fetch([mail.uid for mail in group], "(UID BODY.PEEK[])")
            if any(uid in fetch and fetch[uid].content is None for uid in (mail.uid for mail in group)):
                raise ImapError(f"{self.imap.host} gave a mail of {self.box.address} without its content.")
        except ImapError:
            self._careful_until = max(self._careful_until, last)
            if len(group) == 1:
                self._failures[last] = self._failures.get(last, 0) + 1
            raise
        return {
            uid: mail.content
            for uid, mail in fetch.items()
            if mail.content is not None and uid in {item.uid for item in group}
        }

    async def _note(self, connection: Connection, mail: Fetched) -> bytes:
        """What stands for a mail that is too large, or that the server fails to hand over again and again."""
        failed = self._failures.get(mail.uid, 0)
        if failed > self.pace.attempts:
            return stand_in(UNREADABLE, f"number {mail.uid}, {mail.size} bytes", b"Subject: ?")
        try:
            fetch = await connection.fetch([mail.uid], "(UID BODY.PEEK[HEADER])")
        except ImapError:
            self._failures[mail.uid] = failed + 1
            raise
        head = fetch[mail.uid].content if mail.uid in fetch else None
        kind = OVERSIZED if mail.size > self.size_limit else UNREADABLE
        return stand_in(kind, mail.size, head or b"Subject: ?")

    async def _advance(self, desk: Desk, cursor: Cursor) -> Cursor:
        await desk.remember(self.box.name, CURSOR, cursor.dump())
        return cursor

    async def _tidy(self, connection: Connection, cursor: Cursor) -> None:
        """Move or delete what is safe, also what a stop of the program left behind."""
        if self.imap.after == "keep" or not cursor.last:
            return
        done = await connection.search("UID", f"1:{cursor.last}", "UNDELETED")
        left = cursor.left_out(cursor.last)
        done = sorted(set(done) - set(await connection.search(*left))) if left else done
        for start in range(0, len(done), self.pace.batch):
            batch = done[start : start + self.pace.batch]
            if self.imap.after == "delete":
                await connection.delete(batch)
            else:
                await connection.move(batch, self.imap.after[5:].strip())

    async def _state(self, connection: Connection, cursor: Cursor) -> State:
        left = cursor.left_out(cursor.last)
        skipped = await connection.count(*left) if left else 0
        remote = await connection.count("ALL") - skipped
        taken = (await connection.count("UID", f"1:{cursor.last}") if cursor.last else 0) - skipped
        return State(self.box.name, connected=True, remote_count=remote, taken_count=taken)

    def _counted_on(self, state: State, taken: int) -> State:
        """The figures after a push; they are counted anew when the mailbox is looked at again."""
        if self.imap.after != "keep":
            return state
        return replace(
            state, remote_count=(state.remote_count or 0) + taken, taken_count=(state.taken_count or 0) + taken
        )

    async def _news(self, connection: Connection, look_again: float) -> bool:
        """Wait for a push; False when it is time to look anyway."""
        left = look_again - asyncio.get_running_loop().time()
        if connection.can("IDLE"):
            return left > 0 and await connection.idle(left)
        await self.sleep(min(self.pace.idle, 60.0))
        return False

"""The chat hub: authorises every frame, stores it and passes it on to the others. Knows no sockets."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from weakref import WeakValueDictionary

from channels.contract import Desk, Moved, TryLater
from channels.toolkit.rate_limit import KeyedBuckets
from channels.webchat.chat.chat_files import Addresses, FileStore, StoredFile
from channels.webchat.chat.chat_log import FIRST_LOOK, TRIES, Line
from channels.webchat.chat.raw_message import raw_message
from channels.webchat.chat.requests import Requests
from channels.webchat.chat.sessions import Session, Sessions
from channels.webchat.settings import Site, WebchatSettings
from channels.webchat.visitors import identity, origins, visitor_store
from channels.webchat.wire import close_codes, frames_out
from channels.webchat.wire.close_codes import Refused
from channels.webchat.wire.connection import Connection, ConnectionContext
from channels.webchat.wire.frames_in import Frame, Hello, Msg, Ping, Read, Survey, Typing

LOOK = 60.0  # seconds between looks for lines that nobody told us of
FLEETING = 3.0  # seconds in which the same hint is passed on once


class Hub:
    """All sites, rooms and connections of this process."""

    def __init__(
        self, settings: WebchatSettings, desk: Desk, secrets_of: Mapping[str, bytes | None], now: Callable[[], datetime]
    ) -> None:
        self.settings, self.desk, self.now = settings, desk, now
        self.rooms, self.store = Sessions(desk), FileStore(settings.folder)
        self.addresses = Addresses(secrets.token_bytes(32))
        self.context = ConnectionContext(settings.limits, self.addresses, self.seconds, self._left)
        self.connections: WeakValueDictionary[str, Connection] = WeakValueDictionary()
        self.arrivals, self.messages = KeyedBuckets(*settings.limits.arrivals), KeyedBuckets(*settings.limits.messages)
        self.uploads = KeyedBuckets(*settings.limits.uploads)
        self.upload_bytes = KeyedBuckets(*settings.limits.upload_bytes)
        self._requests = Requests(desk, settings.limits, self.clock, self.note)
        self.has_links = False  # whether a conversation can go on in another channel
        self.reasons: Sequence[Mapping[str, Any]] = ()
        self._refreshed, self._secrets = -LOOK, secrets_of
        self._identifying = asyncio.Lock()
        self._ready: asyncio.Future[None] | None = None

    def seconds(self) -> float:
        """Now, in Unix seconds."""
        return self.now().timestamp()

    def clock(self) -> float:
        """Seconds that only ever grow, for limits."""
        return asyncio.get_running_loop().time()

    async def ready(self) -> None:
        """Fetch the key that addresses of files are signed with, or make it. Once."""
        if self._ready is None:
            self._ready = asyncio.ensure_future(self._fetch_key())
        await asyncio.shield(self._ready)

    async def _fetch_key(self) -> None:
        kept = await self.desk.recall("", "file key")
        if kept is None:
            kept = secrets.token_hex(32)
            await self.desk.remember("", "file key", kept)
        self.addresses.key = bytes.fromhex(kept)

    async def handle(self, connection: Connection, frame: Frame) -> None:
        """Do what a frame asks. Raises Refused when the connection is to be closed."""
        if connection.bucket.try_acquire(self.clock()):
            raise Refused(close_codes.TOO_MANY, "too many frames")
        if isinstance(frame, Hello):
            await self._hello(connection, frame)
        elif connection.room is None:
            raise Refused(close_codes.NO_HELLO, "the first frame must be hello")
        elif isinstance(frame, Msg):
            await self._msg(connection, frame)
        elif isinstance(frame, Typing):
            await self._hint(connection, {"typing": frame.on})
        elif isinstance(frame, Read):
            with suppress(TryLater):  # a mere mark: it comes again with the next line that is read
                await self._read(connection, connection.room, frame.seq)
        elif isinstance(frame, Survey):
            await self._survey(connection, connection.room, frame)
        elif isinstance(frame, Ping):
            await self._ping(connection, connection.room, frame)
        else:
            await self._requests.answer(connection, connection.room, frame)

    def check_origin(self, frame: Frame, origin: str) -> None:
        """A page may speak only for the site that lists it. Raises Refused."""
        site = self.settings.site(frame.site) if isinstance(frame, Hello) else None
        if site is not None and not origins.allowed(site, origin):
            raise Refused(close_codes.NO_SITE, "this page does not belong to the site")

    async def _hello(self, connection: Connection, frame: Hello) -> None:
        await self._refresh_questions()
        site = self.settings.site(frame.site)
        if site is None or (connection.site is not None and connection.site is not site):
            raise Refused(close_codes.NO_SITE, "there is no such site")
        connection.site, connection.lang = site, frame.lang if site.language == "page" else site.language
        connection.identity = self._identity(site.identity, site.name, frame)
        fresh = None if identity.is_token(frame.token or "") else identity.new_token()
        visitor = await visitor_store.find_visitor(
            self.desk, site.name, identity.token_hash(fresh or frame.token or "")
        )
        newcomer = visitor_store.is_newcomer(visitor, connection.visitor)
        if newcomer and self.arrivals.try_acquire(connection.address, self.clock()):
            raise Refused(close_codes.TOO_MANY, "too many at once")
        if connection.identity is not None:
            async with self._identifying:  # two devices of one user must not both begin a conversation
                visitor, fresh = await visitor_store.sign_in(self.desk, site.name, visitor, connection.identity, fresh)
        connection.leave()
        room = self.rooms.room(site.name, visitor.conversation)
        room.dismiss(visitor.before)
        if len(room.connections) >= self.settings.limits.sockets:
            raise Refused(close_codes.TOO_MANY, "too many open at once")
        connection.visitor, connection.page = visitor, frame.page.model_dump()
        state, last = await room.state(), await room.log.last_seq()
        have = frame.have if frame.have <= last else 0  # more than there is: it knew another conversation
        connection.cursor = max(have, last - FIRST_LOOK)
        connection.put({
            **frames_out.status(site, state.get("agent", ""), self.now()), "t": "welcome", "v": 1,
            "token": fresh, "visitor": visitor.conversation, "sid": connection.id, "last": last,
            "from": connection.cursor, "read": state.get("read", 0), "seen": state.get("seen", 0), "name": visitor.name,
            "known": visitor.verified, "now": int(self.seconds() * 1000), "site": self._appearance(site, connection.lang),
            "reasons": frames_out.reasons(self.reasons, connection.lang),
        })  # fmt: skip
        connection.room = room
        room.connections.add(connection)
        await self.announce_hours(room)
        self.connections[connection.id] = connection
        connection.wake()
        if visitor.stored:
            await self._hint(connection, {"online": True})

    async def _refresh_questions(self) -> None:
        """What the desk answers the same for a while: the survey's reasons, whether links lead on."""
        await self.ready()
        if self.clock() - self._refreshed > LOOK:
            self.reasons = await self.desk.ask("reasons")
            self.has_links = bool(await self.desk.ask("link", address=""))
            self._refreshed = self.clock()

    def _appearance(self, site: Site, lang: str) -> dict[str, Any]:
        return {**frames_out.site(site, self.settings, lang), "telegram": self.has_links}

    def _identity(self, wanted: str, site: str, frame: Hello) -> identity.Identity | None:
        claim = frame.identity
        if wanted == "off" or (claim is None and wanted != "enforced"):
            return None
        if claim is None:
            raise Refused(close_codes.REFUSED, "this site wants its visitors identified")
        try:
            return identity.verify(
                self._secrets.get(site), version=claim.version, user=claim.user, email=claim.email,
                expiry=claim.expiry, signature=claim.signature, name=claim.name, now=self.now(),
            )  # fmt: skip
        except identity.NotVouchedFor as error:
            raise Refused(close_codes.REFUSED, str(error)) from None

    def may_write(self, connection: Connection) -> str | None:
        """None, or the code of the error: the identity ran out, or there was too much."""
        assert connection.visitor is not None
        assert connection.site is not None
        if connection.site.identity == "enforced" and (
            connection.identity is None or connection.identity.expired(self.now())
        ):
            return "identify"
        return "slow" if self.messages.try_acquire(connection.visitor.key, self.clock()) else None

    async def _msg(self, connection: Connection, frame: Msg) -> None:
        problem = self.may_write(connection)
        if problem is not None:
            connection.put({"t": "err", "code": problem, "cid": frame.cid})
            return
        if frame.page is not None:
            connection.page = frame.page.model_dump()
        fields = frame.model_dump(exclude={"page"}, exclude_defaults=True)
        line = {"t": "msg", "cid": frame.cid, "by": "visitor", "text": frame.text}
        await self.accept_frame(connection, frame.cid, fields, line, frame.profile)

    async def accept_frame(
        self, connection: Connection, cid: str, fields: Mapping[str, Any], line: Mapping[str, Any],
        profile: Mapping[str, str] | None = None, file: tuple[StoredFile, bytes] | None = None,
    ) -> None:  # fmt: skip
        """Durable first, then the number, then the ack. The same cid again changes nothing and is acknowledged again."""
        assert connection.visitor is not None
        assert connection.room is not None
        visitor, room, now = visitor_store.with_profile(connection.visitor, profile or {}), connection.room, self.now()
        if not visitor.stored or visitor != connection.visitor:
            connection.visitor = visitor = await visitor_store.store_visitor(self.desk, room.site, visitor)
        raw = raw_message(connection, fields, now, file)
        async with room.lock:
            kept = await self._number(room, cid, raw, {**line, "at": int(now.timestamp() * 1000)}, now)
        connection.put({"t": "ack", "cid": cid, "seq": kept["seq"], "at": kept["at"]})
        room.wake()
        await self.notify_processes(room, line=kept["seq"])

    async def _number(self, room: Session, cid: str, raw: bytes, line: Line, now: datetime) -> Line:
        """The message and its number in one transaction."""
        for _ in range(TRIES):
            step = await room.log.step(line)
            try:
                if await self.desk.accept(
                    room.site, f"{room.id}:{cid}", raw, order_key=room.id, received_at=now, cursor=step.cursor
                ):
                    return room.log.took(step)
            except Moved:
                await room.log.refresh()
                continue
            await room.log.refresh()
            return await room.log.find(lambda other: other.get("cid") == cid) or await room.log.append(line)
        raise Moved(room.id)

    async def note(self, connection: Connection, cid: str, fields: Mapping[str, Any]) -> None:
        """Keep something for the desk that is no line of the conversation."""
        assert connection.room is not None
        now, room = self.now(), connection.room
        raw = raw_message(connection, fields, now, None)
        name = f"{room.id}:{fields['t']}:{cid}"  # a message may bear the same cid: it is another thing
        await self.desk.accept(room.site, name, raw, order_key=room.id, received_at=now)

    async def notify_processes(self, room: Session, **what: Any) -> None:
        """Tell the other processes of the desk that a line was written or a mark has moved."""
        await self.desk.hint(room.id, {"site": room.site, "ours": what})

    async def _survey(self, connection: Connection, room: Session, frame: Survey) -> None:
        asked = await room.log.find(lambda line: line.get("survey") == frame.survey)
        if asked is None:
            connection.put({"t": "err", "code": "gone", "cid": frame.cid})
            return
        fields = frame.model_dump(exclude_defaults=True)
        line = {
            "t": "edit", "cid": frame.cid, "id": asked["id"], "score": frame.score, "reasons": frame.reasons,
            "words": frame.words,
        }  # fmt: skip
        await self.accept_frame(connection, frame.cid, fields, {key: value for key, value in line.items() if value})

    async def _read(self, connection: Connection, room: Session, seq: int) -> None:
        seq = min(seq, await room.log.last_seq())
        async with room.lock:
            known = (await room.state()).get("read", 0)
            fresh = known < seq and await room.change(read=seq)
        if not fresh:
            return
        for other in room.connections - {connection}:
            other.put({"t": "read", "by": "visitor", "seq": seq})
        seen = await room.log.find(lambda line: known < line["seq"] <= seq and line["t"] == "msg" and line.get("id"))
        if seen is not None:  # something the desk said: it wants to know
            await self.note(
                connection, f"read:{seen['id']}", {"t": "read", "cid": f"read:{seen['id']}", "id": seen["id"]}
            )
        await self.desk.hint(room.id, {"site": room.site, "read": seq})
        await self.notify_processes(room, state=True)

    async def _ping(self, connection: Connection, room: Session, frame: Ping) -> None:
        if frame.page is not None:
            connection.page = frame.page.model_dump()
            await self._hint(connection, {"online": True})
        connection.put({"t": "ack", "n": frame.n})
        await self.announce_hours(room)
        if self.clock() - room.looked > LOOK:  # a call of another process may have been lost
            room.looked = self.clock()
            await room.log.refresh()
            room.wake()

    async def announce_hours(self, room: Session) -> None:
        """Whoever looks at a conversation learns that the desk has opened or closed."""
        site = self.settings.site(room.site)
        if site is None:
            return
        state = frames_out.status(site, (await room.state()).get("agent", ""), self.now())
        if room.open is not None and room.open != state["open"]:
            room.broadcast(state)
        room.open = state["open"]

    async def _hint(self, connection: Connection, what: Mapping[str, Any]) -> None:
        """Pass a fleeting thing on to the desk, with the page the visitor is on; not the same again and again."""
        if connection.room is None or connection.visitor is None or not connection.visitor.stored:
            return  # nobody at the desk knows them yet
        fingerprint, now = json.dumps([what, connection.page]), self.clock()
        if connection.told[0] == fingerprint and now - connection.told[1] < FLEETING:
            return
        connection.told = (fingerprint, now)
        await self.desk.hint(connection.room.id, {"site": connection.room.site, **what, "page": dict(connection.page)})

    async def _left(self, room: Session) -> None:
        """The last connection of a conversation is gone."""
        if not room.connections:
            await self.desk.hint(room.id, {"site": room.site, "online": False})

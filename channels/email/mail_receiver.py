"""The LMTP/SMTP receiver: mail servers deliver here, and get 250 only once the desk has stored the mail."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from email.utils import parseaddr
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from channels.contract import Desk, State, TryLater
from channels.email.facts.raw_mail_id import intake_id
from channels.email.settings import EmailSettings, Receiver

log = logging.getLogger(__name__)
ACCOUNT = "receiver"
IDLE_SECONDS = 120.0
LINE = 4_194_304  # real mails have lines far above the 998 of the standard; refusing them would lose them
RECIPIENTS = 100


class _Long(SMTP):
    line_length_limit = LINE


class _Local(LMTP):
    """LMTP as the standard has it: after the mail one answer for each recipient (the original gives one)."""

    line_length_limit = LINE
    _answers = 0

    async def push(self, status: Any) -> None:
        """Send one answer, or after a mail as many as there are recipients."""
        count, self._answers = self._answers, 0
        if isinstance(status, str) and status.startswith("354") and self.envelope is not None:
            self._answers = len(self.envelope.rcpt_tos)
        elif count > 1 and isinstance(status, str) and "\r\n" not in status:
            status = "\r\n".join([status] * count)
        await super().push(status)


class MailReceiver:
    """The handler of every connection. Counts what is open, to refuse more than is wanted."""

    def __init__(self, settings: EmailSettings, desk: Desk, order_key: Callable[[bytes], str]) -> None:
        self._settings = settings
        self._desk = desk
        self._order_key = order_key

    async def handle_RCPT(  # noqa: N802 (the library's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Only our own addresses, with or without a token behind the plus."""
        if self._settings.owner(address) is None:
            return "550 5.1.1 No such address here"
        if len(envelope.rcpt_tos) >= RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail once for each mailbox it is for, then answer for each recipient."""
        content = envelope.content or b""
        content = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else bytes(content)
        recipients: dict[str, list[str]] = {}
        for address in envelope.rcpt_tos:
            owner = self._settings.owner(address)
            recipients.setdefault(owner.name if owner else "", []).append(address)
        sender = envelope.mail_from or ""
        answers = {name: await self._keep(name, sender, places, content) for name, places in recipients.items()}
        if isinstance(server, LMTP):
            return "\r\n".join(
                answers[owner.name] for address in envelope.rcpt_tos if (owner := self._settings.owner(address))
            )
        return max(answers.values())  # one answer for all: a failure goes first, taking twice is harmless

    async def handle_exception(self, error: Exception) -> str:
        """Whatever goes wrong is ours: the other server keeps the mail and comes back."""
        log.error("receiving failed", exc_info=error)
        return "451 4.3.0 Try again later"

    async def _keep(self, account: str, sender: str, recipients: list[str], content: bytes) -> str:
        trace = "".join(f"Delivered-To: {_clean(address)}\r\n" for address in dict.fromkeys(recipients))
        raw = f"Return-Path: <{_clean(sender)}>\r\n{trace}".encode("utf-8", "surrogateescape") + content
        try:
            await self._desk.accept(account, intake_id(content), raw, order_key=self._order_key(raw))
        except TryLater as error:
            log.warning("a mail is refused for now", extra={"account": account, "why": str(error)})
            return "451 4.3.1 The desk takes nothing in at the moment, try again later"
        except Exception:
            log.exception("a mail could not be kept", extra={"account": account})
            return "451 4.3.0 Try again later"
        return "250 2.0.0 Kept"


async def serve(
    settings: EmailSettings, desk: Desk, order_key: Callable[[bytes], str], *, ready: asyncio.Future[int] | None = None
) -> None:
    """Listen until cancelled. `ready` gets the port. Raises OSError when the port is taken."""
    door = MailReceiver(settings, desk, order_key)
    receiver = settings.receiver
    kind = _Local if receiver.protocol == "lmtp" else _Long
    options: Mapping[str, Any] = {
        "data_size_limit": settings.size_limit,
        "enable_SMTPUTF8": True,
        "hostname": settings.name_of_host,
        "ident": receiver.protocol.upper(),
        "timeout": IDLE_SECONDS,
    }
    loop = asyncio.get_running_loop()
    open_connections: set[SMTP] = set()
    server = await loop.create_server(
        lambda: _connection(kind, door, options, open_connections, receiver), receiver.host, receiver.port
    )
    port = int(server.sockets[0].getsockname()[1])
    if ready is not None:
        ready.set_result(port)
    await desk.report(State(ACCOUNT, connected=True))
    try:
        await asyncio.Event().wait()
    finally:
        server.close()
        for connection in open_connections:
            if connection.transport is not None:
                connection.transport.close()


def _connection(
    kind: type[SMTP], door: MailReceiver, options: Mapping[str, Any], known: set[SMTP], receiver: Receiver
) -> asyncio.BaseProtocol:
    known.difference_update([known_id for known_id in known if known_id.transport is None])
    if len(known) >= receiver.connections:
        return _Busy()
    connection = kind(door, loop=asyncio.get_running_loop(), **options)
    known.add(connection)
    return connection


class _Busy(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(b"421 4.3.2 Too many connections, try again later\r\n")
        transport.close()


def _clean(address: str) -> str:
    """An envelope address as it may stand in a header."""
    return "".join(parseaddr(address)[1].split()) if address not in ("", "<>") else ""

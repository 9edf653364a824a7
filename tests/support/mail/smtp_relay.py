"""A fake SMTP server: records what the desk sends, or refuses as told."""

from __future__ import annotations

import asyncio
import base64
import ssl
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Taken:
    """A received mail."""

    sender: str
    recipients: list[str]
    content: bytes


@dataclass
class Relay:
    """The server. `answers` maps a command, a recipient or "DATA" to a reply other than success."""

    answers: dict[str, str] = field(default_factory=dict)
    drop_after_data: bool = False  # accepts the mail, then the connection hangs
    silent_after_data: bool = False  # accepts the mail without confirming
    password: str | None = None
    token: str | None = None
    size_limit: int = 33_554_432  # bytes
    tls: ssl.SSLContext | None = None
    tls_from_start: bool = False
    mails: list[Taken] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _open: set[SMTP] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        context = self.tls if self.tls_from_start else None
        self._server = await loop.create_server(self._connection, "127.0.0.1", self.port, ssl=context)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        self.hang_up()
        await asyncio.sleep(0)

    def hang_up(self) -> None:
        """Close every connection, as servers do with idle ones."""
        for connection in self._open:
            if connection.transport is not None:
                connection.transport.close()
        self._open.clear()

    def _connection(self) -> SMTP:
        self.connections += 1
        starttls = self.tls if not self.tls_from_start else None
        connection = SMTP(
            self,
            hostname="relay.example",
            data_size_limit=self.size_limit,
            enable_SMTPUTF8=True,
            tls_context=starttls,
            authenticator=self._authenticate,
            auth_require_tls=False,
            loop=asyncio.get_running_loop(),
        )
        self._open.add(connection)
        return connection

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.password.decode() == self.password
        return AuthResult(success=right, handled=False)

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 (the library's name)
        """An access token instead of a password."""
        right = f"auth=Bearer {self.token}\x01" in base64.b64decode(args[1]).decode()
        return AuthResult(success=right, handled=False)

    async def handle_MAIL(  # noqa: N802 (the library's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if (self.password or self.token) is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self.answers:
            return self.answers["DATA"]
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(Taken(envelope.mail_from or "", list(envelope.rcpt_tos), content))
        if self.drop_after_data:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        if self.silent_after_data:
            await asyncio.Event().wait()
        return "250 Kept"

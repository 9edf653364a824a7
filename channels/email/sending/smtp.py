"""The SMTP client: a few connections per mailbox, and the meaning of the server's replies."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import cast

import aiosmtplib
from aiosmtplib.protocol import PERIOD_REGEX

from channels.contract import DeliveryError
from channels.email.credentials import NoSecret, access_token, secret
from channels.email.sending.render import Mail
from channels.email.settings import Mailbox, Smtp

# Together they stay below the time after which the desk takes its message back and another try could begin.
ANSWER_SECONDS = 15.0  # for each answer of the server
BEFORE_SECONDS = 30.0  # for all of them, until the mail itself is handed over
DATA_SECONDS = 60.0  # for the answer after the mail itself
NOT_ASCII = "5.6.7 The mail server takes only addresses in ASCII"
IDLE_SECONDS = 20.0  # a connection idle for longer is not used again


@dataclass(frozen=True, slots=True)
class Refused:
    """One recipient the server did not take."""

    address: str
    code: int
    reason: str


class NotSignedIn(DeliveryError):
    """The server did not let us in, or lets this mailbox send nothing now: nothing is wrong with the mail."""


_SENDER_SIDE = re.compile(
    r"^(?:5\.4\.5|5\.7\.60|5\.7\.64|5\.7\.70[58]|5\.7\.750|5\.1\.8)\b"
    r"|SendAsDenied|daily (?:user )?(?:sending|message) (?:limit|quota)|not (?:allowed|authori[sz]ed|permitted) to send (?:as|on behalf)"
    r"|sender address rejected: not owned",
    re.IGNORECASE,
)  # limits of the mailbox and what it may send as: the same mail leaves when that is put right


@dataclass(slots=True)
class _Idle:
    connection: aiosmtplib.SMTP
    since: float


@dataclass(slots=True)
class Sender:
    """Sends the mails of one mailbox. Not bound to an event loop until first used."""

    box: Mailbox
    smtp: Smtp
    env: Mapping[str, str]
    hostname: str
    answer_seconds: float = ANSWER_SECONDS
    before_seconds: float = BEFORE_SECONDS
    data_seconds: float = DATA_SECONDS
    _idle: list[_Idle] = field(default_factory=list)
    _free: asyncio.Semaphore | None = None
    _tls: ssl.SSLContext | None = None

    async def send(self, mail: Mail) -> Sequence[Refused]:
        """Send `mail`; the copies the server refused. Raises `DeliveryError` when the addressee gets nothing.

        Copies with a return path of their own leave after it, one by one: nobody sees where reports about another go.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + self.before_seconds + self.data_seconds
        shared = [copy for copy in mail.copies if copy not in mail.returns]
        refused = [*await self._send_in_time(replace(mail, copies=shared))]
        for copy in dict.fromkeys(copy for copy in mail.copies if copy in mail.returns):
            alone = replace(mail, sender=mail.returns[copy], to=copy, copies=())
            try:
                async with asyncio.timeout_at(end):
                    await self._send_in_time(alone)
            except TimeoutError:
                refused.append(Refused(copy, 451, "4.4.7 The mail server did not take the copy in time"))
            except DeliveryError as error:
                refused.append(_refused_copy(copy, error))
        return refused

    async def _send_in_time(self, mail: Mail) -> Sequence[Refused]:
        try:
            async with asyncio.timeout(self.before_seconds) as limit:
                return await self._send(mail, limit)
        except TimeoutError as error:
            raise DeliveryError(f"{self.smtp.host} did not get ready for the mail in time.") from error

    async def _send(self, mail: Mail, limit: asyncio.Timeout) -> Sequence[Refused]:
        async with self._connection() as (connection, used):
            try:
                return await self._transact(connection, mail, limit)
            except _Gone as gone:
                connection.close()
                if not used:
                    raise gone.error from gone
        # The server had closed an idle connection; nothing was sent over it, so once more on a new one.
        async with self._connection(fresh=True) as (connection, _):
            try:
                return await self._transact(connection, mail, limit)
            except _Gone as gone:
                raise gone.error from gone

    async def check(self) -> None:
        """Connect and sign in. Raises `DeliveryError` with what is wrong."""
        connection = await self._open()
        await _leave(connection)

    async def close(self) -> None:
        """Say goodbye on every idle connection."""
        while self._idle:
            await _leave(self._idle.pop().connection)

    @asynccontextmanager
    async def _connection(self, *, fresh: bool = False) -> AsyncIterator[tuple[aiosmtplib.SMTP, bool]]:
        self._free = self._free or asyncio.Semaphore(self.smtp.connections)
        async with self._free:
            connection = None if fresh else self._reusable()
            used = connection is not None
            connection = connection or await self._open()
            try:
                yield connection, used
            except BaseException:
                connection.close()
                raise
            if connection.is_connected:
                self._idle.append(_Idle(connection, asyncio.get_running_loop().time()))

    def _reusable(self) -> aiosmtplib.SMTP | None:
        now = asyncio.get_running_loop().time()
        while self._idle:
            idle = self._idle.pop()
            if idle.connection.is_connected and now - idle.since < IDLE_SECONDS:
                return idle.connection
            idle.connection.close()
        return None

    async def _open(self) -> aiosmtplib.SMTP:
        smtp, where = self.smtp, f"{self.smtp.host}:{self.smtp.port}"
        try:
            token = await access_token(smtp) if smtp.sign_in else None
            password = secret(self.env, self.box, smtp=True) if smtp.sign_in and token is None else None
        except NoSecret as error:
            raise NotSignedIn(str(error)) from error
        connection = aiosmtplib.SMTP(
            hostname=smtp.host,
            port=smtp.port,
            local_hostname=self.hostname,
            timeout=self.answer_seconds,
            use_tls=smtp.tls == "tls",
            start_tls=smtp.tls == "starttls",
            tls_context=self._context() if smtp.tls != "none" else None,
        )
        try:
            await connection.connect()
            await self._sign_in(connection, token, password)
        except aiosmtplib.SMTPAuthenticationError as error:
            connection.close()
            raise NotSignedIn(
                f"{where} refused user or password of mailbox {self.box.name}: {error.message}"
            ) from error
        except ssl.SSLCertVerificationError as error:
            raise NotSignedIn(f"The certificate of {where} is not trusted: {error.verify_message}.") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            connection.close()
            raise DeliveryError(f"{where} can't be reached: {_words(error)}") from error
        return connection

    def _context(self) -> ssl.SSLContext:
        """Certificates are checked; `ca_file` adds further authorities. Made once: it takes long."""
        file = self.smtp.ca_file
        self._tls = self._tls or ssl.create_default_context(cafile=str(file) if file else None)
        return self._tls

    async def _sign_in(self, connection: aiosmtplib.SMTP, token: str | None, password: str | None) -> None:
        user = self.smtp.user or self.box.address
        if token is not None:
            await connection.ehlo()
            await connection.auth_xoauth2(user, token)
        elif password is not None:
            await connection.login(user, password)

    async def _transact(self, connection: aiosmtplib.SMTP, mail: Mail, limit: asyncio.Timeout) -> Sequence[Refused]:
        refused = await self._envelope(connection, mail)
        try:
            answer = await connection.execute_command(b"DATA")
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _Gone(DeliveryError(f"The server went away before the mail: {_words(error)}")) from error
        if answer.code != 354:
            raise _failure(answer.code, answer.message)
        limit.reschedule(None)
        await self._content(connection, mail.content)
        return refused

    async def _envelope(self, connection: aiosmtplib.SMTP, mail: Mail) -> list[Refused]:
        known = connection.supports_extension("smtputf8")
        refused = [Refused(address, 553, NOT_ASCII) for address in mail.copies if not (known or address.isascii())]
        copies = [address for address in mail.copies if known or address.isascii()]
        try:
            options = [f"SIZE={len(mail.content)}"] if connection.supports_extension("size") else []
            options += ["SMTPUTF8"] if not all(map(str.isascii, (mail.sender, mail.to, *copies))) else []
            await connection.mail(mail.sender, options=options, encoding="utf-8")
            for address in dict.fromkeys([mail.to, *copies]):
                try:
                    await connection.rcpt(address, encoding="utf-8")
                except aiosmtplib.SMTPRecipientRefused as error:
                    if address == mail.to or error.code == 421:
                        await _reset(connection)
                        raise _failure(error.code, error.message) from error
                    refused.append(Refused(address, error.code, error.message))
        except aiosmtplib.SMTPResponseException as error:
            if error.code == 421:
                raise _Gone(_failure(error.code, error.message)) from error
            await _reset(connection)
            raise _failure(error.code, error.message) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _Gone(DeliveryError(f"The server went away before the mail: {_words(error)}")) from error
        return refused

    async def _content(self, connection: aiosmtplib.SMTP, content: bytes) -> None:
        """Everything from here on may have arrived, whatever we hear."""
        protocol = connection.protocol
        try:
            if protocol is None:
                raise aiosmtplib.SMTPServerDisconnected("Connection lost")
            protocol.write(PERIOD_REGEX.sub(b"..", content) + b".\r\n")
            answer = await protocol.read_response(timeout=self.data_seconds)
        except (aiosmtplib.SMTPException, OSError) as error:
            connection.close()
            raise DeliveryError(
                f"The server took the mail and never confirmed it: {_words(error)}", uncertain=True
            ) from error
        if answer.code != 250:
            raise _failure(answer.code, answer.message)


class _Gone(Exception):
    """The connection ended before anything was handed over."""

    def __init__(self, error: DeliveryError) -> None:
        super().__init__(str(error))
        self.error = error


def _failure(code: int, message: str) -> DeliveryError:
    reason = f"{code} {' '.join(message.split())}"[:500]
    if code in (530, 534, 535, 538):
        return NotSignedIn(f"The mail server wants another sign-in: {reason}")
    if code >= 500 and _SENDER_SIDE.search(message[:1000]):
        return NotSignedIn(f"The mail server lets this mailbox send nothing now: {reason}")
    return DeliveryError(
        reason, permanent=code >= 500, unreachable=code in (550, 551, 553) and message.startswith("5.1.")
    )


def _refused_copy(address: str, error: DeliveryError) -> Refused:
    code, _, reason = error.reason.partition(" ")
    if len(code) == 3 and code.isdigit():
        return Refused(address, int(code), reason)
    return Refused(address, 550 if error.permanent else 451, error.reason)


async def _reset(connection: aiosmtplib.SMTP) -> None:
    try:
        await connection.rset()
    except (aiosmtplib.SMTPException, OSError):
        connection.close()


async def _leave(connection: aiosmtplib.SMTP) -> None:
    try:
        await connection.quit(timeout=5)
    except (aiosmtplib.SMTPException, OSError):
        pass
    finally:
        connection.close()


def _words(error: BaseException) -> str:
    return " ".join(str(cast(object, error.args[-1] if error.args else error)).split())[:300] or type(error).__name__

"""The email channel: IMAP readers, the LMTP/SMTP receiver and the SMTP senders behind one `Channel`."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import ClassVar

from channels import clock, contract
from channels.contract import Capabilities, DeliveryError, Desk, Inbound, Outbound, State
from channels.email import checkup, mail_receiver, normalise
from channels.email.credentials import NoSecret
from channels.email.facts import raw_mail_id
from channels.email.imap.imap_client import ImapError
from channels.email.imap.mailbox_reader import Pace, Reader
from channels.email.sending import render
from channels.email.sending.smtp import NotSignedIn, Refused, Sender
from channels.email.sending.transport import into_folder, refusal
from channels.email.settings import EmailSettings, Mailbox

log = logging.getLogger(__name__)
UNWRITABLE = "5.1.3 No mail can be written to this address"


class Channel(contract.Channel):
    """All mailboxes of the desk."""

    name = "email"
    label: ClassVar[Mapping[str, str]] = {"fa": "ایمیل", "en": "Email"}
    icon = "mail"
    can = Capabilities(attachments=True, subject=True, copies=True, starts=True, replies=True)
    settings: EmailSettings

    class Settings(EmailSettings):
        """`[channels.email]`."""

    def __init__(
        self,
        settings: EmailSettings,
        *,
        env: Mapping[str, str] | None = None,
        now: Callable[[], datetime] = clock.now,
        pace: Pace = Pace(),  # noqa: B008 (a constant)
    ) -> None:
        super().__init__(settings)
        env = os.environ if env is None else env
        host = settings.name_of_host
        self._now = now
        self._own = [address for box in settings.mailboxes for address in box.addresses]
        self._desk: Desk | None = None
        self._reported: dict[str, str | None] = {}
        self.listening: asyncio.Future[int] | None = None  # the receiver's port, for those who let the system choose it
        self.readers = [
            Reader(box, box.imap, env, settings.size_limit, normalise.order_key, pace)
            for box in settings.mailboxes
            if box.imap is not None
        ]
        self.senders = {
            box.name: Sender(box, box.smtp, env, host) for box in settings.mailboxes if box.smtp is not None
        }

    def accounts(self) -> Sequence[str]:
        """Names of the mailboxes."""
        return [box.name for box in self.settings.mailboxes]

    def own_addresses(self) -> Sequence[str]:
        """Every address that is ours, for the gate of automatic messages."""
        return [f"email:{address}" for address in self._own]

    def reaches(self, address: str) -> bool:
        """Whether a mail can be addressed to it."""
        return render.writable(address.removeprefix("email:"))

    def order_key(self, raw: bytes) -> str:
        """Key of the conversation a mail belongs to."""
        return normalise.order_key(raw)

    def fingerprint(self, raw: bytes) -> str | None:
        """Hash of the words of a mail: forms and scanners give many mails one Message-ID."""
        return raw_mail_id.fingerprint(raw)

    def normalise(self, account: str, raw: bytes) -> Inbound | list[Inbound] | None:
        """Understand a mail."""
        return self.normaliser()(account, raw)

    def normaliser(self) -> Callable[[str, bytes], Inbound | list[Inbound] | None]:
        """`normalise` for a process of its own: no other channel's raw forms are as long and as twisted."""
        return partial(
            normalise.of_account,
            own_addresses=tuple(self._own),
            trusted_servers=(self.settings.trusted_authserv,),
            size_limit=self.settings.size_limit,
        )

    async def run(self, desk: Desk) -> None:
        """Read every mailbox and run the receiver. One that fails stops none of the others."""
        self._desk = desk
        logging.getLogger("aioimaplib").setLevel(logging.WARNING)  # below, it writes down whole mails
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        for box in self.settings.mailboxes:
            if box.imap is None:  # nothing is read there; its mail comes by the receiver
                await desk.report(State(box.name, connected=True))
        try:
            async with asyncio.TaskGroup() as group:
                for reader in self.readers:
                    group.create_task(reader.run(desk), name=f"mailbox {reader.box.name}")
                if self.settings.receiver.enabled:
                    group.create_task(self._receive(desk), name="mail receiver")
                group.create_task(asyncio.Event().wait(), name="email")
        finally:
            self._desk = None
            await asyncio.gather(*(sender.close() for sender in self.senders.values()))

    async def send(self, outbound: Outbound) -> str:
        """Hand over one mail and return its Message-ID. Raises `DeliveryError`."""
        mail = render.render(self.settings, outbound, self._now())
        dropped = [Refused(address, 553, UNWRITABLE) for address in mail.dropped]
        if self.settings.folder is not None:
            await into_folder(self.settings.folder, mail)
            if dropped:
                await self._report_refused(self.settings.mailbox(outbound.account), mail, dropped)
            return mail.message_id
        sender = self.senders.get(outbound.account)
        if sender is None:
            raise DeliveryError(f"Mailbox {outbound.account} has no [smtp] server to send through.")
        try:
            refused = [*dropped, *await sender.send(mail)]
        except NotSignedIn as error:
            await self._report_sending(outbound.account, error.reason)
            raise
        await self._report_sending(outbound.account, None)
        if refused:
            await self._report_refused(sender.box, mail, refused)
        return mail.message_id

    def remote_id(self, outbound: Outbound) -> str | None:
        """The Message-ID, known before sending. None for a mailbox that is not configured any more."""
        if outbound.account not in self.accounts():
            return None
        return render.message_id(self.settings, outbound)

    async def check(self) -> Sequence[tuple[str, str | None]]:
        """Connect and sign in everywhere."""
        results = await checkup.check_receiving(self.settings)
        for reader in self.readers:
            results += await _reading(reader)
        if self.settings.folder is not None:
            return [*results, checkup.check_sending(self.settings.folder)]
        for box in self.settings.mailboxes:
            sender = self.senders.get(box.name)
            through = f" through {sender.smtp.host}" if sender else ""
            problem = await _problem(sender.check) if sender else "no [smtp] server is configured"
            results.append((f"send for {box.address}{through}", problem))
        return results

    async def _receive(self, desk: Desk) -> None:
        tries = 0
        while True:
            try:
                await mail_receiver.serve(self.settings, desk, normalise.order_key, ready=self.listening)
            except OSError as error:
                receiver = self.settings.receiver
                problem = f"{receiver.host}:{receiver.port} can't be opened for receiving mail: {error.strerror}."
                await desk.report(State(mail_receiver.ACCOUNT, connected=False, problem=problem))
            tries += 1
            await asyncio.sleep(min(60.0, 2.0**tries))

    async def _report_sending(self, account: str, problem: str | None) -> None:
        """Show on the status page that sending stopped or works again; only when that is news."""
        if self._desk is not None and self._reported.get(account) != problem:
            self._reported[account] = problem
            await self._desk.report(State(f"{account}:smtp", connected=problem is None, problem=problem))

    async def _report_refused(self, box: Mailbox, mail: render.Mail, refused: Sequence[Refused]) -> None:
        if self._desk is None:
            log.warning("copies were refused", extra={"message_id": mail.message_id, "count": len(refused)})
            return
        raw = refusal(box, mail, refused, self._now())
        key = hashlib.sha256("\n".join([mail.message_id, *(item.address for item in refused)]).encode()).hexdigest()
        try:
            await self._desk.accept(box.name, f"refused:{key}", raw, order_key=self.order_key(raw))
        except Exception:  # the mail has left: that it did must be told whatever happens here
            log.exception("a report of refused copies could not be kept", extra={"message_id": mail.message_id})


async def _reading(reader: Reader) -> list[tuple[str, str | None]]:
    """Whether a mailbox can be read, and what becomes of the mails that lie in it when it is first connected."""
    what = f"read {reader.box.address} at {reader.imap.host}"
    try:
        count = await reader.check()
    except (ImapError, NoSecret, OSError) as error:
        return [(what, str(error))]
    outcome = {"none": "they are left alone", "all": "the first start makes tickets of all of them"}
    becomes = outcome.get(reader.imap.first, "the first start makes tickets of those from that day on")
    mails = f'{count} mails in {reader.imap.folder} of {reader.box.address}; first = "{reader.imap.first}": {becomes}'
    return [(what, None), (mails, None)]


async def _problem(check: Callable[[], Awaitable[None]]) -> str | None:
    try:
        await check()
    except (ImapError, NoSecret, DeliveryError, OSError) as error:
        return str(error)
    return None

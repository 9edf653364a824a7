"""A mailbox that is connected for the first time: what lies in it is counted, and left alone unless somebody chose."""

from __future__ import annotations

from tests.support.desk.memory_desk import MemoryDesk
from tests.support.mail.mailboxes import channel, imap, mail, running
from tests.support.servers.dovecot import Dovecot


async def test_what_was_there_before_is_counted_by_check_and_left_alone_by_default(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    dovecot.put(box, mail(1), mail(2))
    settings = imap(box, dovecot.imap)
    del settings["imap"]["first"]
    made = channel(settings)
    assert (f'2 mails in INBOX of {box}; first = "none": they are left alone', None) in await made.check()
    async with running(made, desk):
        await desk.settled()
        dovecot.put(box, mail(3))
        await desk.until(lambda: desk.kept)
    assert [b"mail 3" in kept.raw for kept in desk.kept] == [True]

"""Mail loops: robots that write to each other stop by themselves."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels.email.channel import Channel
from channels.email.facts.raw_mail_id import intake_id
from helpdesk.database.engine import Database, open_database
from tests.support.desk.desk_story import Story, story
from tests.support.mail.mailboxes import channel, mail, outgoing


class MailDesk:
    """A desk with one mailbox that acknowledges every mail and whose mails lie in a folder."""

    def __init__(self, database: Database, folder: Path, address: str) -> None:
        self.address = address
        self.folder = folder / "out"
        self.email: Channel = channel({"name": "support", "address": address}, deliver=f"folder:{self.folder}")
        self.story: Story = story(database, folder, settings={"automatic": {"acknowledgement": True}})
        self.story.app.context.channels["email"] = self.email  # type: ignore[index]

    async def takes(self, content: bytes, to: str) -> None:
        """A mail arrives and is worked on, and what it causes leaves."""
        raw = f"Delivered-To: {to}\r\n".encode() + content
        desk = self.story.app.desk_for("email")
        await desk.accept("support", intake_id(content), raw, order_key=self.email.order_key(raw))
        await self.story.work()
        await self.story.sends()

    def sent(self) -> list[bytes]:
        """Everything that left and was not looked at yet."""
        mails = outgoing(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        return mails


@pytest.fixture
async def other(empty_desk: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """A second desk's database."""
    (tmp_path / "other").mkdir()
    shutil.copy(empty_desk, tmp_path / "other" / "desk.db")
    opened = await open_database(f"sqlite:///{tmp_path / 'other' / 'desk.db'}")
    yield opened
    await opened.close()


def addressee(content: bytes) -> str:
    head = content.partition(b"\r\n\r\n")[0].decode()
    [line] = [line for line in head.split("\r\n") if line.startswith("To: ")]
    return line.rpartition("<")[2].strip("> ").removeprefix("To: ")


async def test_two_desks_that_acknowledge_everything_stop_writing_to_each_other_within_three_mails(
    database: Database, other: Database, tmp_path: Path
) -> None:
    here = MailDesk(database, tmp_path, "support@here.example")
    there = MailDesk(other, tmp_path / "other", "help@there.example")
    post = [mail(1, sender="help@there.example", To="support@here.example")]
    written = 0
    while post:
        content = post.pop(0)
        to = addressee(content)
        desk = here if to.endswith("@here.example") else there
        await desk.takes(content, to)
        new = [*here.sent(), *there.sent()]
        written += len(new)
        post += new
        assert written <= 3
    assert written >= 1, "the first mail was a person's and was acknowledged"


async def test_a_vacation_notice_is_kept_and_never_answered(database: Database, tmp_path: Path) -> None:
    desk = MailDesk(database, tmp_path, "support@here.example")
    await desk.takes(mail(1, To=desk.address, Auto_Submitted="auto-replied", Subject="Out of office"), desk.address)
    assert desk.sent() == []
    assert len(await desk.story.timeline(1)) >= 1

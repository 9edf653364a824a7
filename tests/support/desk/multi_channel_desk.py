"""A desk with several in-memory channels, for stories of one customer who uses more than one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, cast

from channels.contract import Capabilities, Channel
from helpdesk.contacts import queries as contacts
from helpdesk.database.metadata import Row
from helpdesk.workers.channel_queries import ChannelQueries
from tests.support.desk.desk_story import Story
from tests.support.desk.memory_channel import MemoryChannel, letter


@dataclass
class Post(MemoryChannel):
    """A mail-like channel: subjects, copies, and the desk may write first."""

    name: ClassVar[str] = "email"
    can = Capabilities(attachments=True, subject=True, copies=True, starts=True)


@dataclass
class Gram(MemoryChannel):
    """A messenger: links carry a token, and the customer has to write first."""

    name: ClassVar[str] = "gram"
    can = Capabilities()

    def link(self, account: str, token: str) -> str | None:
        """The link that opens the messenger with a token."""
        return f"https://gram.example/{account}?start={token}"


@dataclass
class Site(MemoryChannel):
    """A chat on a website."""

    name: ClassVar[str] = "site"
    can = Capabilities()

    def link(self, account: str, token: str) -> str | None:
        """No links lead to this channel."""
        return None


def open_channels(desk: Story) -> Story:
    """Enable the three channels."""
    known = cast("dict[str, Channel]", desk.context.channels)
    known["email"], known["gram"], known["site"] = Post(), Gram(chat=True), Site(chat=True)
    return desk


async def arrives(desk: Story, channel: str, text: str, sender: str, **more: Any) -> int | None:
    """A message arrives on a channel; returns the ticket of the newest entry."""
    desk.taken += 1
    external = str(more.pop("id", f"in-{desk.taken}"))
    raw = letter(text, sender=sender, id=external, **more)
    await desk.app.desk_for(channel).accept("main", external, raw, order_key=sender)
    return await desk.work()


async def who_has(desk: Story, address: str) -> int | None:
    """The contact of an address."""
    row = await desk.database.read(contacts.by_address, address=address)
    return None if row is None else int(row.merged_into_id or row.contact_id)


async def address(desk: Story, value: str) -> Row:
    """The stored address."""
    row = await desk.database.read(contacts.by_address, address=value)
    assert row is not None
    return row


async def ask(desk: Story, channel: str, question: Any, **about: Any) -> list[Any]:
    """The answer to a channel's query."""
    return list(await ChannelQueries(desk.database, desk.context, desk.time).answer(channel, question, about))


async def changes(desk: Story, ticket_id: int | None) -> list[str]:
    """The names of the changes on a timeline."""
    assert ticket_id is not None
    return [(one.data or {})["change"] for one in await desk.timeline(ticket_id) if one.kind == "change"]

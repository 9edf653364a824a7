"""Files that a channel only named: fetched a few at once, while the messages of other conversations go on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from channels.contract import Attachment, Channel, Inbound
from helpdesk.database.metadata import Row
from helpdesk.tickets.rows import NewFile

FILES_AT_ONCE = 8
FETCHING = 45.0  # seconds for the files of one message, then it is tried again later
HELD = timedelta(seconds=20)  # a conversation waits for its files so long, and longer while its worker lives
PAUSE = timedelta(seconds=2)  # until the next look when too many wait
MOST_CONVERSATIONS = 50  # conversations that wait for files at the same time


@dataclass(slots=True)
class NormalisedIntake:
    """A row of intake and what its channel made of it, or why it could not. `files`: kept ones, of each thing."""

    row: Row
    things: list[Inbound] = field(default_factory=list)
    files: list[list[NewFile]] = field(default_factory=list)
    error: BaseException | None = None


def missing(file: Attachment) -> bool:
    """Whether a file is only named so far."""
    return file.content is None and bool(file.remote)


def wants(item: NormalisedIntake) -> bool:
    """Whether a message waits for files."""
    return item.error is None and any(missing(file) for thing in item.things for file in thing.attachments)


def split_by_missing_files(
    batch: Sequence[NormalisedIntake],
) -> tuple[Sequence[NormalisedIntake], list[list[NormalisedIntake]]]:
    """(what can be taken at once, conversations in which a message waits for files). The order within each stays."""
    wanting = {_key(row) for row in batch if wants(row)}
    if not wanting:
        return batch, []
    lines: dict[tuple[str, str, str], list[NormalisedIntake]] = {}
    for row in batch:
        if _key(row) in wanting:
            lines.setdefault(_key(row), []).append(row)
    return [row for row in batch if _key(row) not in wanting], list(lines.values())


def _key(item: NormalisedIntake) -> tuple[str, str, str]:
    return (item.row.channel, item.row.account, item.row.order_key)


async def fetch(item: NormalisedIntake, channel: Channel) -> None:
    """Get the files of one message; what goes wrong is its `error`, and it is tried again as a whole."""
    try:
        async with asyncio.timeout(FETCHING):
            item.things = [await _with_files(thing, item.row.account, channel) for thing in item.things]
    except Exception as error:
        item.error = error


async def _with_files(thing: Inbound, account: str, channel: Channel) -> Inbound:
    files = [await channel.fetch(account, file) if missing(file) else file for file in thing.attachments]
    return replace(thing, attachments=files)


def release_files(item: NormalisedIntake) -> None:
    """What is kept on the disk need not be kept in memory."""
    item.things = [
        replace(thing, attachments=[replace(file, content=None) for file in thing.attachments]) for thing in item.things
    ]

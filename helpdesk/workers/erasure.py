"""What channels keep beside the timeline of somebody who is to be forgotten."""

from __future__ import annotations

from channels.contract import Channel
from helpdesk.database.engine import Database
from helpdesk.intake import actions


async def erase_channel_data(database: Database, channel: Channel, address: str) -> int:
    """Drop files, memory, cursors and raw forms of one address on its channel. Returns how many rows went."""
    gone = 0
    for account, word in await channel.forget(address):
        gone += await database.write(actions.forget, channel=channel.name, account=account, word=word)
    return gone

"""Runs a channel; one that falls is started again."""

from __future__ import annotations

import asyncio

import structlog

from channels.contract import Channel, State
from helpdesk.workers.channel_desk import ChannelDesk

log = structlog.get_logger("channels")
BACK_OFF = (1.0, 5.0, 15.0, 60.0)


async def keep_running(channel: Channel, desk: ChannelDesk) -> None:
    """Run a channel until cancelled; when it falls over, say so and start it again after a while."""
    falls = 0
    while True:
        try:
            await channel.run(desk)
        except Exception as error:  # one channel's bug must not stop the others
            log.exception("channel stopped", channel=channel.name)
            problem = f"The channel stopped: {type(error).__name__}: {error}. It is started again."
            await desk.report(State(account="", connected=False, problem=problem, since=desk.clock()))
            await asyncio.sleep(BACK_OFF[min(falls, len(BACK_OFF) - 1)])
            falls += 1
        else:
            return

"""Start-up report of `serve`: which channels are connected, and why the others are not yet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping

from channels.contract import Channel, State

PATIENCE = 5.0  # seconds to wait for the channels' reports
LOOK = 0.1

States = Mapping[tuple[str, str], State]


async def report_channels(
    channels: Mapping[str, Channel], states: States, say: Callable[[str], None], patience: float = PATIENCE
) -> None:
    """Wait for every account's report or the time-out; then one line per channel and problem."""
    if not channels:
        return
    wanted = {(name, account) for name, channel in channels.items() for account in channel.accounts()}
    for _ in range(int(patience / LOOK)):
        if wanted <= states.keys():
            break
        await asyncio.sleep(LOOK)
    for line in lines(channels, states):
        say(line)


def lines(channels: Mapping[str, Channel], states: States) -> Iterator[str]:
    """`Email: support and receiver are connected.`, then each account that is not, with its reason."""
    troubled = False
    for name, channel in channels.items():
        label = channel.label.get("en", name)
        known = {account: states.get((name, account)) for account in channel.accounts()}
        known |= {account: state for (item, account), state in states.items() if item == name}
        well = [account for account, state in known.items() if state is not None and state.connected and account]
        if well:
            yield f"{label}: {' and '.join(well)} {'is' if len(well) == 1 else 'are'} connected."
        if not known:
            yield f"{label}: it is switched on, but nothing is set up in it yet."
        for account, state in known.items():
            if state is None:
                yield f"{label}: {account} is not connected yet."
            elif state.problem or not state.connected:
                how = "has trouble" if state.connected else "is not connected"
                yield f"{label}: {account or 'it'} {how}{f': {state.problem}' if state.problem else '.'}"
        troubled = (
            troubled
            or not known
            or any(known_id is None or known_id.problem or not known_id.connected for known_id in known.values())
        )
    if troubled:
        yield "`python run.py check` tries everything and says what to do; the page /status shows how it goes on."

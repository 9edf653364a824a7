"""Which switchboard speaks: events of any provider to readings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels.phone import asterisk
from channels.phone.facts import Reading


def readings(asked: Mapping[str, Any]) -> list[Reading]:
    """What the events of a line of the door say."""
    return [asterisk.read(one) for one in asked["events"]]

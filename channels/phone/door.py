"""What the channel makes of the events of a call, as JSON for people who ask why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels.phone.facts import NotACall
from channels.phone.providers import readings
from channels.phone.reduce import reduce


def describe(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The record of `{"events": […]}` or of one webhook `{"provider", "headers", "body"}`. Raises ValueError."""
    if not isinstance(asked, Mapping):
        raise NotACall('a line is {"events": […]} or {"provider", "headers", "body"}')
    return reduce(readings(asked)).as_json()

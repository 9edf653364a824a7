"""JSON description of a call record, for `run.py phone reduce`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels.phone.calls.build_record import reduce
from channels.phone.calls.call_events import NotACall
from channels.phone.switchboards.adapters import readings


def describe(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The record of `{"events": […]}` or of one webhook `{"provider", "headers", "body"}`. Raises ValueError."""
    if not isinstance(asked, Mapping):
        raise NotACall('a line is {"events": […]} or {"provider", "headers", "body"}')
    return reduce(readings(asked)).as_json()

"""How something came in: its channel, account, intake row and time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """How something came in. `intake_id`: its row there, None for what the desk itself takes in."""

    channel: str
    account: str
    intake_id: int | None
    received_at: datetime

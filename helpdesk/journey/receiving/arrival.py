"""How something came in: its channel, account, intake row and time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """How something came in. `files` are the stored attachments of each Inbound, as column values."""

    channel: str
    account: str
    intake_id: int | None
    received_at: datetime

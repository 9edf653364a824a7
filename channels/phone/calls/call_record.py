"""The call record: everything the desk knows about one call, recomputed from all its events."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

DISPOSITIONS = (
    "answered", "machine", "abandoned", "missed", "voicemail", "busy", "no_answer", "failed", "left_by_key",
)  # fmt: skip
KINDS = ("customer", "survey", "click_to_call", "automatic")  # automatic: placed by a program, nobody of ours in it


@dataclass(slots=True)
class Record:
    """One call. Times are UTC, durations whole seconds, None is "not known" or "did not happen".

    `from_` and `to` are what the first line of the call said. A call the switchboard places by itself has neither;
    `customer` is always the number outside. `ring_s`, `talk_s` and `agents` belong to calls that people take or dial;
    `spoken_s` is the time spoken with the customer, whoever dialled.
    """

    call_id: str
    provider: str = ""
    direction: str | None = None  # inbound | outbound | internal
    kind: str = "customer"
    status: str = "ringing"  # ringing | queued | talking | ended
    disposition: str | None = None
    from_: str | None = None
    to: str | None = None
    customer: str | None = None
    caller_hidden: bool = False  # somebody called and does not show their number
    name: str = ""
    queue: str | None = None
    queued_at: datetime | None = None  # entered a queue for the first time
    queue_wait_s: int | None = None  # of all queues together; None while it goes on
    ring_s: int | None = None
    talk_s: int | None = None
    spoken_s: int | None = None
    agents: list[str] = field(default_factory=list)
    agent_ext: str | None = None
    hangup_by: str | None = None  # caller | agent
    recording: bool = False
    recording_file: str | None = None
    voicemail: bool = False
    voicemail_file: str | None = None
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    survey: dict[str, str] | None = None
    cause: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The record with JSON's types alone; the key `from` for `from_`."""
        plain = {item.name: getattr(self, item.name) for item in fields(self)}
        plain["agents"] = list(self.agents)
        plain["from"] = plain.pop("from_")
        for name in ("started_at", "queued_at", "answered_at", "ended_at"):
            plain[name] = moment(plain[name])
        return plain


def moment(at: datetime | None) -> str | None:
    """ISO 8601, UTC, whole seconds, `Z`."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

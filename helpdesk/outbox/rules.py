"""When to try again, and whether a robot may write at all. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

GIVE_UP = timedelta(hours=24)


def next_attempt(
    *,
    attempts: int,
    created_at: datetime,
    now: datetime,
    waits: Sequence[int],
    retry_after: float | None = None,
    jitter: float = 0.0,
) -> datetime | None:
    """When to try again after `attempts` tries (this one counted), or None: it is over after 24 hours.

    `waits` are seconds, one per try, the last one repeats; `retry_after` is what the remote asked for. `jitter`, 0 to 1, lengthens the wait by up to a quarter.
    """
    if now - created_at >= GIVE_UP:
        return None
    wait = waits[min(attempts, len(waits)) - 1] * (1 + jitter / 4)
    if retry_after is not None:
        wait = max(retry_after, 1.0)
    return min(now + timedelta(seconds=wait), created_at + GIVE_UP)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many automatic messages one mailbox, one organisation and one ticket may get in a sliding window."""

    window: timedelta = timedelta(days=1)
    per_address: int = 4
    per_ticket: int = 2
    per_organisation: int = 50


@dataclass(frozen=True, slots=True)
class Occasion:
    """What is known before a robot writes. `question_automatic`: it would answer automatic mail."""

    address: str
    own_addresses: frozenset[str]
    question_automatic: bool
    unreachable: bool
    sent_to_address: int
    sent_in_ticket: int
    sent_to_organisation: int = 0


def why_not(occasion: Occasion, limits: Limits) -> str | None:
    """The one gate for automatic messages. None: it may leave; else the reason, as a code."""
    if occasion.question_automatic:
        return "automatic_mail"
    if occasion.address in occasion.own_addresses:
        return "own_address"
    if not occasion.address.partition(":")[2]:
        return "no_address"
    if occasion.unreachable:
        return "unreachable"
    if occasion.sent_to_address >= limits.per_address or occasion.sent_to_organisation >= limits.per_organisation:
        return "address_limit"
    if occasion.sent_in_ticket >= limits.per_ticket:
        return "ticket_limit"
    return None

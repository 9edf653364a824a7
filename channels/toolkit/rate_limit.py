"""Token buckets: a burst at once, then a fixed rate. Pure; times are seconds of a monotonic clock."""

from __future__ import annotations

from dataclasses import dataclass, field

MAX_KEYS = 20_000
WAIT_WITHOUT_RATE = 3600.0  # seconds, for a bucket that never fills again


@dataclass(slots=True)
class TokenBucket:
    """Holds up to `burst` tokens, filled at `rate` a second; it starts full."""

    burst: float
    rate: float
    updated_at: float = 0.0
    level: float = field(init=False)

    def __post_init__(self) -> None:
        self.level = float(self.burst)

    def reserve(self, now: float, count: float = 1.0) -> float:
        """Take tokens even before they are there; returns the seconds to wait until they are."""
        self._refill(now)
        self.level -= count
        return self._seconds_until(0.0, self.level)

    def try_acquire(self, now: float, count: float = 1.0) -> float:
        """Take `count` tokens if they are there and return 0; else take none and return the seconds until they are.

        More than the bucket holds is as much as it holds.
        """
        self._refill(now)
        count = min(count, self.burst)
        if self.level >= count:
            self.level -= count
            return 0.0
        return self._seconds_until(count, self.level)

    def wait_time(self, now: float) -> float:
        """The seconds until there is a token, without taking it."""
        return self._seconds_until(1.0, self._level_at(now))

    def is_full(self, now: float) -> bool:
        """Whether forgetting the bucket would change nothing."""
        return self._level_at(now) >= self.burst

    def _refill(self, now: float) -> None:
        self.level, self.updated_at = self._level_at(now), max(self.updated_at, now)

    def _level_at(self, now: float) -> float:
        return min(float(self.burst), self.level + max(0.0, now - self.updated_at) * self.rate)

    def _seconds_until(self, wanted: float, level: float) -> float:
        if level >= wanted:
            return 0.0
        return (wanted - level) / self.rate if self.rate else WAIT_WITHOUT_RATE


class KeyedBuckets:
    """One token bucket for every key; those that are full again are forgotten."""

    def __init__(self, burst: float, rate: float) -> None:
        self._burst, self._rate = burst, rate
        self._buckets: dict[str, TokenBucket] = {}

    def __len__(self) -> int:
        return len(self._buckets)

    def try_acquire(self, key: str, now: float, count: float = 1.0) -> float:
        """See `TokenBucket.try_acquire`."""
        if len(self._buckets) > MAX_KEYS:
            self._buckets = {name: bucket for name, bucket in self._buckets.items() if not bucket.is_full(now)}
        return self._buckets.setdefault(key, TokenBucket(self._burst, self._rate, now)).try_acquire(now, count)

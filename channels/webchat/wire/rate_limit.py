"""How much somebody may do: a burst, and so many a second after it. The time is passed in, in seconds."""

from __future__ import annotations

MOST_KEPT = 20_000


class Bucket:
    """Tokens that come back with time."""

    __slots__ = ("at", "burst", "left", "rate")

    def __init__(self, allowed: tuple[int, float]) -> None:
        self.burst, self.rate = float(allowed[0]), allowed[1]
        self.left, self.at = self.burst, 0.0

    def wait(self, now: float) -> float:
        """Take one; 0 when it was there, else the seconds until there is one."""
        if self.at:
            self.left = min(self.burst, self.left + (now - self.at) * self.rate)
        self.at = now
        if self.left >= 1:
            self.left -= 1
            return 0.0
        return (1 - self.left) / self.rate if self.rate else 3600.0

    def full(self, now: float) -> bool:
        """Whether forgetting it would change nothing."""
        return self.left + (now - self.at) * self.rate >= self.burst


class Buckets:
    """One bucket for everybody; those that are full again are forgotten."""

    def __init__(self, allowed: tuple[int, float]) -> None:
        self._allowed = allowed
        self._known: dict[str, Bucket] = {}

    def wait(self, who: str, now: float) -> float:
        """See Bucket.wait."""
        if len(self._known) > MOST_KEPT:
            self._known = {key: one for key, one in self._known.items() if not one.full(now)}
        return self._known.setdefault(who, Bucket(self._allowed)).wait(now)

"""Growth of processor time with the size of an input, as a ratio: how quick the machine is does not matter."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import cache

SIZES = (64, 512, 4_096, 32_768)  # characters, each eight times the one before
MOST = 24  # times as long for eight times as much is linear still; a square takes 64 times as long
CHEAP, DEAR = 8, 40  # times what a plain search of as much text takes: surely linear, perhaps linear
TRIES = 5


def growth(run: Callable[[str], object], text: Callable[[int], str]) -> float | None:
    """How many times as long eight times the input takes, when that is far from eight times. None: all is well.

    Small inputs come first, so that even a cube is found soon. What looks wrong is measured again: somebody else may
    have been busy.
    """
    smaller = text(SIZES[0])
    for size in SIZES[1:]:
        larger = text(size)
        allowed = _plain_search() * size / SIZES[-1]
        spent = _spent(run, larger)
        if size >= SIZES[-2] and spent <= CHEAP * allowed:
            return None
        if spent > DEAR * allowed and (times := _again(run, smaller, larger, DEAR * allowed)):
            return times
        smaller = larger
    return None


def _again(run: Callable[[str], object], smaller: str, larger: str, enough: float) -> float | None:
    before, later = 0.0, float("inf")
    for _ in range(TRIES):
        before, later = max(before, _spent(run, smaller)), min(later, _spent(run, larger))
        if later <= enough or later <= MOST * before:
            return None
    return later / before


def _spent(run: Callable[[str], object], text: str) -> float:
    start = time.thread_time()
    run(text)
    return time.thread_time() - start


@cache
def _plain_search() -> float:
    """Seconds that reading the largest text letter by letter takes on this machine."""
    text = "a-" * (SIZES[-1] // 2)
    letter = re.compile(r"[^\W\d]")
    return min(_spent(lambda value: letter.sub("", value), text) for _ in range(5))

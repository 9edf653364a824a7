"""A whole suggestion among many articles, adding one, the time to weigh them all, and the memory that takes."""

from __future__ import annotations

import random
import time
from typing import Any

from bench.measure import cost, middle, resident_mib
from helpdesk.suggestions.commands import Labelled
from helpdesk.suggestions.faq_engine import Engine

ARTICLES, EXAMPLES, QUESTIONS, ADDED = 10_000, 3, 1000, 100
SYLLABLES = [a + b for a in "bcdfghjklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "il")]


class _Language:
    """Made-up words, some common and most rare, as in any language."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.words = ["".join(self.random.choices(SYLLABLES, k=self.random.randrange(1, 5))) for _ in range(20_000)]
        self.upto = [0.0]
        for rank in range(len(self.words)):
            self.upto.append(self.upto[-1] + 1 / (rank + 10))

    def sentence(self) -> list[str]:
        """Four to thirteen words."""
        return self.random.choices(self.words, cum_weights=self.upto[1:], k=self.random.randrange(4, 14))

    def reworded(self, words_of: list[str]) -> str:
        """The same with a third of the words changed."""
        other = self.random.choices(self.words, cum_weights=self.upto[1:], k=len(words_of))
        return " ".join(a if self.random.random() < 0.7 else b for a, b in zip(words_of, other, strict=True))


async def run(*, db: str | None, n: int | None, **_: Any) -> dict[str, Any]:
    """`n` articles (10,000 unless told), three examples each, a thousand questions."""
    spoken, count = _Language(1), n or ARTICLES
    meant = [spoken.sentence() for _ in range(count)]
    articles = [
        Labelled(f"a{i}", "", "en", tuple(spoken.reworded(words_of) for _ in range(EXAMPLES)))
        for i, words_of in enumerate(meant)
    ]
    asked = [spoken.reworded(spoken.random.choice(meant)) for _ in range(QUESTIONS)]
    before = resident_mib()
    with cost() as spent:
        begun = time.perf_counter()
        engine = Engine(articles)
        build = time.perf_counter() - begun
        took = [_timed(lambda text=text: engine.suggest(text, "en")) for text in asked]
        more = [Labelled(f"n{i}", "", "en", tuple(spoken.reworded(meant[i]) for _ in range(3))) for i in range(ADDED)]
        added = [_timed(lambda item=item: engine.add(item)) for item in more]
    return {
        "n": count,
        "suggest_p50_ms": round(middle(took), 3),
        "suggest_p99_ms": round(sorted(took)[int(len(took) * 0.99)], 3),
        "add_ms": round(sum(added) / len(added), 3),
        "build_s": round(build, 2),
        "rss_mib": resident_mib(),
        "engine_mib": round(resident_mib() - before, 1),
        "others_cpu_share": spent.others,
    }


def _timed(what: Any) -> float:
    begun = time.perf_counter()
    what()
    return (time.perf_counter() - begun) * 1000

"""Features of a match: the three scores of every article, and what they say about confidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Table = npt.NDArray[np.float64]
FACTS = 5


@dataclass(frozen=True, slots=True)
class MatchFeatures:
    """Scores per article: similarity to the whole, classifier score, similarity to its nearest example."""

    article_similarity: Table
    judged: Table
    likest: Table

    def best(self, spread: Table, count: int) -> tuple[npt.NDArray[Any], Table]:
        """The `count` best articles with their mixed scores, and the best score of the others."""
        mixed = self.article_similarity * spread[0] + self.judged * spread[1] + self.likest * spread[2]
        wanted = min(count + 1, len(mixed))
        ranked = np.argpartition(-mixed, wanted - 1)[:wanted] if wanted < len(mixed) else np.arange(len(mixed))
        ranked = ranked[np.argsort(-mixed[ranked], kind="stable")]
        return ranked[:count], mixed[ranked]

    def facts(self, best: npt.NDArray[Any], values: Table) -> Table:
        """A feature row per best article: mixed score, margin over the best other, the three scores."""
        rows = np.empty((len(best), FACTS))
        rows[:, 0] = values[: len(best)]
        rows[:, 1] = rows[:, 0] - values[0]
        rows[0, 1] = values[0] - values[1] if len(values) > 1 else values[0]
        rows[:, 2], rows[:, 3], rows[:, 4] = self.likest[best], self.article_similarity[best], self.judged[best]
        return rows

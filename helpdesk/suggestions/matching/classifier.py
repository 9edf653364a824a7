"""The linear classifier: ridge regression and naive Bayes in one set of weights, updated online by what people choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from helpdesk.suggestions.matching.index import Index, Vector, known_part
from helpdesk.suggestions.matching.naive_bayes import NaiveBayes
from helpdesk.suggestions.matching.ridge import Matrix, Ridge

MOST_ARTICLES, MOST_EXAMPLES = 300, 3000
"""Above these sizes a classifier costs more than it gains."""
MARGIN, LONGEST_STEP = 0.5, 0.5


class Classifier:
    """`unseen`, `unknown`: predictions for each example left out alone, and with its article; for calibration."""

    def __init__(
        self, vectors: Sequence[Vector], owners: npt.NDArray[Any], articles: int, index: Index, size: int
    ) -> None:
        ridge, bayes = Ridge(vectors, owners, articles, index, size), NaiveBayes(vectors, owners, articles, size)
        self.unseen, self.unknown = ridge.unseen(), ridge.unknown()
        other = bayes.unseen()
        share = np.float32(self.unseen.std() / max(float(other.std()), 1e-6))
        self.unseen = _half(self.unseen, share * other)
        self.unknown = _half(self.unknown, share * bayes.unknown())
        self.weights = _half(ridge.weights, share * bayes.weights)

    def judge(self, vector: Vector) -> Matrix:
        """A score for every article."""
        numbers, weights = known_part(vector, len(self.weights))
        return np.asarray(weights @ self.weights[numbers], np.float32)

    def learn(self, vector: Vector, right: int) -> None:
        """Passive-aggressive: change just enough for `right` to win clearly."""
        scores = self.judge(vector)
        rival = int(np.argmax(np.where(np.arange(len(scores)) == right, -np.inf, scores)))
        short = MARGIN - float(scores[right] - scores[rival])
        if short <= 0 or rival == right:
            return
        numbers, weights = known_part(vector, len(self.weights))
        step = min(LONGEST_STEP, short / max(2 * float(weights @ weights), 1e-6))
        self.weights[numbers, right] += step * weights
        self.weights[numbers, rival] -= step * weights

    def settle(self) -> None:
        """Release the data needed only for calibration."""
        self.unseen = self.unknown = np.zeros((0, 0), np.float32)


def _half(first: Matrix, other: Matrix) -> Matrix:
    return np.asarray((first + other) / 2, np.float32)

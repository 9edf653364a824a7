"""Naive Bayes on the weighted features: the classifier that is best where examples are very few."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from helpdesk.suggestions.matching.index import Vector
from helpdesk.suggestions.matching.ridge import Matrix

SMOOTHING = 0.1


class NaiveBayes:
    """`weights[feature, article]`: log-likelihood ratio of a feature for an article."""

    def __init__(self, vectors: Sequence[Vector], owners: npt.NDArray[Any], articles: int, size: int) -> None:
        self._vectors, self._owners = vectors, owners
        mass = np.zeros((size, articles), np.float32)
        for (numbers, weights), owner in zip(vectors, owners.tolist(), strict=True):
            mass[numbers, owner] += weights
        self._prior = SMOOTHING * mass.sum(1) / max(len(vectors), 1) + 1e-6
        self._sums = mass.sum(0) + self._prior.sum()
        self._mass = mass
        self.weights = np.log(mass + self._prior[:, None]) - np.log(self._sums)
        self._usual = self.weights.mean(1)
        self.weights -= self._usual[:, None]

    def unseen(self) -> Matrix:
        """Leave-one-out predictions, each example left out alone."""
        predictions = np.zeros((len(self._vectors), self.weights.shape[1]), np.float32)
        for i, ((numbers, weights), owner) in enumerate(zip(self._vectors, self._owners.tolist(), strict=True)):
            predictions[i] = weights @ self.weights[numbers]
            left = np.maximum(self._mass[numbers, owner] - weights, 0) + self._prior[numbers]
            total = max(float(self._sums[owner] - weights.sum()), 1e-6)
            predictions[i, owner] = weights @ (np.log(left) - np.log(total) - self._usual[numbers])
        return predictions

    def unknown(self) -> Matrix:
        """Leave-one-out predictions without the example's article; its own column is meaningless."""
        predictions = [weights @ self.weights[numbers] for numbers, weights in self._vectors]
        return np.asarray(predictions, np.float32)

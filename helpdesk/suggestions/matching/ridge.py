"""Ridge regression on similarities as a classifier of articles, with closed-form leave-one-out predictions
for calibration.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from helpdesk.suggestions.matching.index import Index, Vector

Matrix = npt.NDArray[np.float32]
SOFTNESS = 1.0


class Ridge:
    """`weights[feature, article]`."""

    def __init__(
        self, vectors: Sequence[Vector], owners: npt.NDArray[Any], articles: int, index: Index, size: int
    ) -> None:
        count = len(vectors)
        likeness = np.stack([index.similar(vector) for vector in vectors])
        wanted = np.zeros((count, articles))
        wanted[np.arange(count), owners] = 1
        self._wanted = wanted - wanted.mean(0)
        self._inverse = np.linalg.inv(likeness + SOFTNESS * np.eye(count))
        self._answers = self._inverse @ self._wanted
        self._owners = owners
        self.weights = np.zeros((size, articles), np.float32)
        for (numbers, weights), answer in zip(vectors, self._answers.astype(np.float32), strict=True):
            self.weights[numbers] += weights[:, None] * answer

    def unseen(self) -> Matrix:
        """Leave-one-out predictions, each example left out alone."""
        return np.asarray(self._wanted - self._answers / np.diag(self._inverse)[:, None], np.float32)

    def unknown(self) -> Matrix:
        """Leave-one-out predictions without the example's whole article."""
        predictions = np.zeros_like(self._wanted)
        for owner in np.unique(self._owners):
            mine = np.flatnonzero(self._owners == owner)
            predictions[mine] = self._wanted[mine] - np.linalg.solve(
                self._inverse[np.ix_(mine, mine)], self._answers[mine]
            )
        return np.asarray(predictions, np.float32)

"""A linear judge of articles, fitted at once (ridge regression on similarities), and what it would have said of
each example had it never seen it, or never seen its article: the honest material for calibration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from helpdesk.suggestions.index import Index, Vector

Matrix = npt.NDArray[np.float32]
SOFTNESS = 1.0
MOST_ARTICLES, MOST_EXAMPLES = 300, 3000


class Ridge:
    """`weights[feature, article]`; corrected online by `learn`."""

    def __init__(
        self, vectors: Sequence[Vector], owners: npt.NDArray[Any], articles: int, index: Index, size: int
    ) -> None:
        count = len(vectors)
        self.likeness = np.stack([index.similar(vector) for vector in vectors]).astype(np.float64)
        wanted = np.zeros((count, articles))
        wanted[np.arange(count), owners] = 1
        self.wanted = wanted - wanted.mean(0)
        self.inverse = np.linalg.inv(self.likeness + SOFTNESS * np.eye(count))
        self.answers = self.inverse @ self.wanted
        self.owners = owners
        self.weights = np.zeros((size, articles), np.float32)
        for (numbers, weights), answer in zip(vectors, self.answers.astype(np.float32), strict=True):
            self.weights[numbers] += weights[:, None] * answer

    def judge(self, vector: Vector) -> Matrix:
        """A score for every article; about 1 for the right one."""
        numbers, weights = vector
        if len(numbers) and numbers[-1] >= len(self.weights):
            kept = numbers < len(self.weights)
            numbers, weights = numbers[kept], weights[kept]
        return np.asarray(weights @ self.weights[numbers], np.float32)

    def learn(self, vector: Vector, right: int) -> None:
        """Passive-aggressive: change just enough for `right` to win clearly."""
        scores = self.judge(vector)
        rival = int(np.argmax(np.where(np.arange(len(scores)) == right, -np.inf, scores)))
        short = 0.5 - float(scores[right] - scores[rival])
        if short <= 0 or rival == right:
            return
        numbers, weights = vector
        kept = numbers < len(self.weights)
        step = min(0.5, short / max(2 * float(weights @ weights), 1e-6))
        self.weights[numbers[kept], right] += step * weights[kept]
        self.weights[numbers[kept], rival] -= step * weights[kept]

    def unseen(self) -> Matrix:
        """What it would say of each example without having seen that example."""
        return np.asarray(self.wanted - self.answers / np.diag(self.inverse)[:, None], np.float32)

    def unknown(self) -> Matrix:
        """What it would say of each example without having seen anything of its article."""
        said = np.zeros_like(self.wanted)
        for owner in np.unique(self.owners):
            mine = np.flatnonzero(self.owners == owner)
            said[mine] = self.wanted[mine] - np.linalg.solve(self.inverse[np.ix_(mine, mine)], self.answers[mine])
        return np.asarray(said, np.float32)

"""A linear judge of articles, fitted at once (ridge regression on similarities), and what it would have said of
each example had it never seen it, or never seen its article: the honest material for calibration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from helpdesk.suggestions.index import Index, Vector, known_part

Matrix = npt.NDArray[np.float32]
SOFTNESS = 1.0
MOST_ARTICLES, MOST_EXAMPLES = 300, 3000


class Ridge:
    """`weights[feature, article]`; corrected online by `learn`."""

    def __init__(
        self, vectors: Sequence[Vector], owners: npt.NDArray[Any], articles: int, index: Index, size: int
    ) -> None:
        count = len(vectors)
        likeness = np.stack([index.similar(vector) for vector in vectors])
        wanted = np.zeros((count, articles))
        wanted[np.arange(count), owners] = 1
        self.wanted = wanted - wanted.mean(0)
        self.inverse = np.linalg.inv(likeness + SOFTNESS * np.eye(count))
        self.answers = self.inverse @ self.wanted
        self.owners = owners
        self.weights = np.zeros((size, articles), np.float32)
        for (numbers, weights), answer in zip(vectors, self.answers.astype(np.float32), strict=True):
            self.weights[numbers] += weights[:, None] * answer

    def judge(self, vector: Vector) -> Matrix:
        """A score for every article; about 1 for the right one."""
        numbers, weights = known_part(vector, len(self.weights))
        return np.asarray(weights @ self.weights[numbers], np.float32)

    def learn(self, vector: Vector, right: int) -> None:
        """Passive-aggressive: change just enough for `right` to win clearly."""
        scores = self.judge(vector)
        rival = int(np.argmax(np.where(np.arange(len(scores)) == right, -np.inf, scores)))
        short = 0.5 - float(scores[right] - scores[rival])
        if short <= 0 or rival == right:
            return
        numbers, weights = known_part(vector, len(self.weights))
        step = min(0.5, short / max(2 * float(weights @ weights), 1e-6))
        self.weights[numbers, right] += step * weights
        self.weights[numbers, rival] -= step * weights

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

    def settle(self) -> None:
        """Let go of what only calibration needs."""
        self.wanted = self.inverse = self.answers = np.zeros((0, 0))

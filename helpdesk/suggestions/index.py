"""Weighted features of every example, kept by feature, so that a question touches only what it shares."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import numpy as np
import numpy.typing as npt

from helpdesk.suggestions.features import Numbers, Vocabulary, Weights

BLOCKS = (1.0, 1.0, 0.7)
"""How much letters, words and consonants count against each other; letters alone forgive, words alone decide."""
BUDGET = 60_000
"""Postings looked at for one question; the commonest features are left out first."""

Vector = tuple[Numbers, Weights]
Places = npt.NDArray[np.int64]


class Weighting:
    """What a feature is worth: the fewer articles have it, the more."""

    def __init__(self, vocabulary: Vocabulary, documents: Sequence[Sequence[int]], owners: Sequence[int]) -> None:
        size, articles = len(vocabulary), len(set(owners))
        pairs = {(feature, owner) for found, owner in zip(documents, owners, strict=True) for feature in set(found)}
        self.spread = np.bincount(np.fromiter((f for f, _ in pairs), np.int64, len(pairs)), minlength=size)
        self.worth = (np.log((1 + articles) / (1 + self.spread)) + 1).astype(np.float32)
        self.block = np.array(vocabulary.block, np.int8)
        self.newest = np.float32(log(1 + articles) + 1)

    def grow(self, vocabulary: Vocabulary) -> None:
        """Features numbered since then are the rarest there are."""
        more = len(vocabulary) - len(self.worth)
        if more > 0:
            self.worth = np.concatenate([self.worth, np.full(more, self.newest, np.float32)])
            self.block = np.array(vocabulary.block, np.int8)

    def vector(self, found: Sequence[int]) -> Vector:
        """A text as a vector of length 1; each block of features brings its share."""
        if not found:
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        numbers, counts = np.unique(np.array(found, np.int32), return_counts=True)
        weights = self.worth[numbers] * (1 + np.log(counts.astype(np.float32)))
        blocks = self.block[numbers]
        lengths = np.sqrt(np.bincount(blocks, weights * weights, minlength=len(BLOCKS)))
        shares = np.array(BLOCKS) * (lengths > 0)
        scale = shares / np.where(lengths > 0, lengths, 1) / np.sqrt((shares * shares).sum())
        return numbers, (weights * scale[blocks]).astype(np.float32)


class Index:
    """Vectors of a fixed set of examples, by feature."""

    def __init__(self, vectors: Sequence[Vector], size: int) -> None:
        self.count = len(vectors)
        lengths = [len(numbers) for numbers, _ in vectors]
        features = np.concatenate([numbers for numbers, _ in vectors] or [np.zeros(0, np.int32)])
        order = np.argsort(features, kind="stable")
        self._documents = np.repeat(np.arange(self.count, dtype=np.int32), lengths)[order]
        self._weights = np.concatenate([weights for _, weights in vectors] or [np.zeros(0, np.float32)])[order]
        self._begin = np.zeros(size + 1, np.int64)
        np.cumsum(np.bincount(features, minlength=size), out=self._begin[1:])

    def similar(self, vector: Vector) -> Weights:
        """How alike each example is, 0 to 1."""
        numbers, weights = vector
        known = len(self._begin) - 1
        if len(numbers) and numbers[-1] >= known:
            kept = numbers < known
            numbers, weights = numbers[kept], weights[kept]
        begins: Places = self._begin[numbers]
        lengths: Places = self._begin[numbers + 1] - begins
        total = int(lengths.sum())
        if total > BUDGET:
            numbers, weights, begins, lengths, total = self._rarest(weights, numbers, begins, lengths)
        if total == 0:
            return np.zeros(self.count, np.float32)
        upto = np.cumsum(lengths)
        places = np.repeat(begins - upto + lengths, lengths) + np.arange(total)
        shared = self._weights[places] * np.repeat(weights, lengths)
        return np.bincount(self._documents[places], shared, minlength=self.count).astype(np.float32)

    @staticmethod
    def _rarest(
        weights: Weights, numbers: Numbers, begins: Places, lengths: Places
    ) -> tuple[Numbers, Weights, Places, Places, int]:
        order = np.argsort(lengths, kind="stable")
        kept = order[np.cumsum(lengths[order]) <= BUDGET]
        return numbers[kept], weights[kept], begins[kept], lengths[kept], int(lengths[kept].sum())

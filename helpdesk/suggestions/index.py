"""Weighted features of every example, kept by feature, so that a question touches only what it shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log
from typing import Any

import numpy as np
import numpy.typing as npt

from helpdesk.suggestions.features import Numbers, Vocabulary, Weights

BLOCKS = np.array([1.0, 1.0, 0.7])
"""How much letters, words and consonants count against each other; letters alone forgive, words alone decide."""
BUDGET = 60_000
"""Postings looked at for one question; the commonest features are left out first."""

Vector = tuple[Numbers, Weights]
Places = npt.NDArray[np.int64]


class Rows:
    """Distinct features of many texts and how often each text has them, row after row in flat arrays."""

    def __init__(self, documents: Sequence[Sequence[int]], size: int) -> None:
        self.count, self.size = len(documents), size
        lengths = np.fromiter(map(len, documents), np.int64, self.count)
        flat = np.fromiter((f for found in documents for f in found), np.int64, int(lengths.sum()))
        flat += np.repeat(np.arange(self.count, dtype=np.int64) * size, lengths)
        flat.sort()
        first = np.ones(len(flat), bool)
        np.not_equal(flat[1:], flat[:-1], out=first[1:])
        places = np.flatnonzero(first)
        self.times = np.diff(np.append(places, len(flat))).astype(np.float32)
        pairs = flat[places]
        self.features = (pairs % max(size, 1)).astype(np.int32)
        self.texts = (pairs // max(size, 1)).astype(np.int32)


class Weighting:
    """What a feature is worth: the fewer articles have it, the more."""

    def __init__(self, vocabulary: Vocabulary, rows: Rows, owners: npt.NDArray[Any]) -> None:
        articles = int(owners.max(initial=-1)) + 1
        pairs = np.unique(rows.features.astype(np.int64) * max(articles, 1) + owners[rows.texts])
        self.spread = np.bincount(pairs // max(articles, 1), minlength=rows.size).astype(np.int32)
        self.worth = (np.log((1 + articles) / (1 + self.spread)) + 1).astype(np.float32)
        self.block = np.frombuffer(bytes(vocabulary.block), np.int8).copy()
        self.rarest, self._filled = np.float32(log(1 + articles) + 1), len(vocabulary)

    def grow(self, vocabulary: Vocabulary) -> None:
        """Features numbered since then are the rarest there are."""
        size = len(vocabulary)
        if size > len(self.worth):
            more = size + size // 4 - len(self.worth)
            self.worth = np.concatenate([self.worth, np.full(more, self.rarest, np.float32)])
            self.block = np.concatenate([self.block, np.zeros(more, np.int8)])
        self.block[self._filled : size] = np.frombuffer(bytes(vocabulary.block[self._filled :]), np.int8)
        self._filled = size

    def rows(self, rows: Rows) -> Weights:
        """The weight of every feature of every text; each text has length 1, each block brings its share."""
        weights = self.worth[rows.features] * (1 + np.log(rows.times))
        cells = rows.texts * np.int32(len(BLOCKS)) + self.block[rows.features]
        squares = np.bincount(cells, weights * weights, minlength=rows.count * len(BLOCKS))
        return (weights * _scales(squares.reshape(-1, len(BLOCKS))).ravel()[cells]).astype(np.float32)

    def vector(self, found: Sequence[int]) -> Vector:
        """The same for one text."""
        counted = Counter(found)
        numbers = np.fromiter(counted, np.int32, len(counted))
        weights = self.worth[numbers]
        if len(counted) < len(found):
            weights = weights * (1 + np.log(np.fromiter(counted.values(), np.float32, len(counted))))
        blocks = self.block[numbers]
        scale = _scales(np.bincount(blocks, weights * weights, minlength=len(BLOCKS)))
        return numbers, (weights * scale[blocks]).astype(np.float32)


def _scales(squares: npt.NDArray[Any]) -> npt.NDArray[Any]:
    there = squares > 0
    shares = BLOCKS * there
    whole = np.sqrt(np.maximum((shares * shares).sum(-1, keepdims=True), 1e-12))
    return np.asarray(shares / whole / np.sqrt(np.where(there, squares, 1)))


class Index:
    """Vectors of a fixed set of examples, by feature."""

    def __init__(self, features: Numbers, texts: Numbers, weights: Weights, count: int, size: int) -> None:
        self.count, self._size = count, size
        order = np.argsort(features, kind="stable")
        self._texts, self._weights = texts[order], weights[order]
        self._begin = np.zeros(size + 1, np.int64)
        np.cumsum(np.bincount(features, minlength=size), out=self._begin[1:])

    def similar(self, vector: Vector) -> npt.NDArray[np.float64]:
        """How alike each example is, 0 to 1."""
        numbers, weights = known_part(vector, self._size)
        begins: Places = self._begin[numbers]
        lengths: Places = self._begin[numbers + 1] - begins
        upto = np.cumsum(lengths)
        total = int(upto[-1]) if len(upto) else 0
        if total > BUDGET:
            order = np.argsort(lengths, kind="stable")
            kept = order[np.cumsum(lengths[order]) <= BUDGET]
            weights, begins, lengths = weights[kept], begins[kept], lengths[kept]
            upto = np.cumsum(lengths)
            total = int(upto[-1]) if len(upto) else 0
        places = np.repeat(begins - upto + lengths, lengths) + np.arange(total)
        shared = self._weights[places] * np.repeat(weights, lengths)
        return np.bincount(self._texts[places], shared, minlength=self.count)


def known_part(vector: Vector, size: int) -> Vector:
    """What of a vector was numbered before `size` features were known."""
    numbers, weights = vector
    if len(numbers) and int(numbers.max()) >= size:
        kept = numbers < size
        return numbers[kept], weights[kept]
    return vector

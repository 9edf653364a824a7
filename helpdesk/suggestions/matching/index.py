"""Inverted index of weighted features: a query touches only the examples it shares a feature with."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from math import log
from typing import Any

import numpy as np
import numpy.typing as npt

from helpdesk.suggestions.matching.vectorizer import Numbers, Vocabulary, Weights

BLOCKS = np.array([1.0, 1.0, 0.7])
"""How much letters, words and consonants count against each other; letters alone forgive, words alone decide."""
BUDGET = 60_000
"""Postings looked at for one question; the commonest features are left out first."""
CHUNK = 2048
"""Texts weighed together: few enough to need little memory."""

Vector = tuple[Numbers, Weights]
Places = npt.NDArray[np.int64]


class Rows:
    """A sparse count matrix of features per text, as flat arrays (CSR)."""

    def __init__(self, documents: Iterable[array[int]]) -> None:
        parts, self.count, stream = [], 0, iter(documents)
        while part := list(islice(stream, CHUNK)):
            parts.append(_distinct(part, self.count))
            self.count += len(part)
        empty = (np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32))
        self.features, self.texts, self.times = (np.concatenate(x) for x in zip(empty, *parts, strict=True))
        self.ends = np.searchsorted(self.texts, np.arange(self.count + 1))
        self.size = int(self.features.max(initial=-1)) + 1

    def chunks(self, texts: Sequence[int] | npt.NDArray[Any]) -> Iterator[slice]:
        """Slices of the flat arrays between the given texts."""
        for first, last in pairwise(texts):
            yield slice(int(self.ends[first]), int(self.ends[last]))


def _distinct(documents: Sequence[array[int]], first: int) -> tuple[Numbers, Numbers, Weights]:
    lengths = [len(document) for document in documents]
    flat = np.concatenate(
        [np.frombuffer(document, np.int32) for document in documents if document] or [np.zeros(0, np.int32)]
    )
    pairs, times = np.unique(flat + (np.repeat(np.arange(len(documents)), lengths) << 32), return_counts=True)
    features, texts = (pairs & 0xFFFFFFFF).astype(np.int32), ((pairs >> 32) + first).astype(np.int32)
    return features, texts, times.astype(np.float32)


class Weighting:
    """Inverse document frequency weights."""

    def __init__(self, vocabulary: Vocabulary, rows: Rows, owners: npt.NDArray[Any]) -> None:
        articles = int(owners.max(initial=-1)) + 1
        self.spread = np.zeros(rows.size, np.int32)
        for part in rows.chunks(borders(owners)):
            pairs = rows.features[part].astype(np.int64) * max(articles, 1) + owners[rows.texts[part]]
            self.spread += np.bincount(np.unique(pairs) // max(articles, 1), minlength=rows.size).astype(np.int32)
        self.worth = (np.log((1 + articles) / (1 + self.spread)) + 1).astype(np.float32)
        self.block = np.frombuffer(bytes(vocabulary.block), np.int8).copy()
        self.rarest, self._filled = np.float32(log(1 + articles) + 1), len(vocabulary)

    def grow(self, vocabulary: Vocabulary) -> None:
        """Extend the weights to new features, with the largest weight."""
        size = len(vocabulary)
        if size > len(self.worth):
            more = size + size // 4 - len(self.worth)
            self.worth = np.concatenate([self.worth, np.full(more, self.rarest, np.float32)])
            self.block = np.concatenate([self.block, np.zeros(more, np.int8)])
        self.block[self._filled : size] = np.frombuffer(bytes(vocabulary.block[self._filled :]), np.int8)
        self._filled = size

    def rows(self, rows: Rows) -> Weights:
        """Weighted features of every text, normalised to length 1 over weighted blocks."""
        scales = np.zeros(len(rows.features), np.float32)
        for at in range(0, rows.count, CHUNK):
            part = slice(int(rows.ends[at]), int(rows.ends[min(at + CHUNK, rows.count)]))
            weights = self.worth[rows.features[part]] * (1 + np.log(rows.times[part]))
            cells = (rows.texts[part] - at) * len(BLOCKS) + self.block[rows.features[part]]
            squares = np.bincount(cells, weights * weights, minlength=CHUNK * len(BLOCKS))
            scales[part] = weights * _scales(squares.reshape(-1, len(BLOCKS))).ravel()[cells]
        return scales

    def vector(self, features: Sequence[int]) -> Vector:
        """The same for one text."""
        counted = Counter(features)
        numbers = np.fromiter(counted, np.int32, len(counted))
        weights = self.worth[numbers]
        if len(counted) < len(features):
            weights = weights * (1 + np.log(np.fromiter(counted.values(), np.float32, len(counted))))
        blocks = self.block[numbers]
        scale = _scales(np.bincount(blocks, weights * weights, minlength=len(BLOCKS)))
        return numbers, (weights * scale[blocks]).astype(np.float32)


def borders(owners: npt.NDArray[Any]) -> list[int]:
    """Texts at which a new article begins, about every `CHUNK`; 0 and the count among them."""
    starts = np.flatnonzero(np.append(True, owners[1:] != owners[:-1])) if len(owners) else np.zeros(0, np.int64)
    wanted = np.searchsorted(starts, np.arange(0, len(owners), CHUNK))
    positions = {int(starts[i]) for i in wanted.tolist() if i < len(starts)}
    return sorted({0, *positions, len(owners)})


def _scales(squares: npt.NDArray[Any]) -> npt.NDArray[Any]:
    there = squares > 0
    shares = BLOCKS * there
    norms = np.sqrt(np.maximum((shares * shares).sum(-1, keepdims=True), 1e-12))
    return np.asarray(shares / norms / np.sqrt(np.where(there, squares, 1)), np.float64)


class Index:
    """Vectors of a fixed set of examples, by feature."""

    def __init__(self, features: Numbers, texts: Numbers, weights: Weights, count: int, size: int) -> None:
        self.count, self._size = count, size
        order = np.argsort(features, kind="stable")
        self._texts, self._weights = texts[order], weights[order]
        self._begin = np.zeros(size + 1, np.int64)
        np.cumsum(np.bincount(features, minlength=size), out=self._begin[1:])

    def similar(self, vector: Vector) -> npt.NDArray[np.float64]:
        """The similarity of each example, 0 to 1."""
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
        return np.asarray(np.bincount(self._texts[places], shared, minlength=self.count), np.float64)


def known_part(vector: Vector, size: int) -> Vector:
    """The part of a vector with feature numbers below `size`."""
    numbers, weights = vector
    if len(numbers) and int(numbers.max()) >= size:
        kept = numbers < size
        return numbers[kept], weights[kept]
    return vector

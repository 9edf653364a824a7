"""Calibration of the scores by leave-one-out over the articles' own examples.

An example left out alone still has a right answer; left out with its whole article it has none, like a question that
no article answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from helpdesk.suggestions.matching.classifier import Classifier
from helpdesk.suggestions.matching.confidence import fit, gate
from helpdesk.suggestions.matching.index import Index, Rows, Vector, borders
from helpdesk.suggestions.matching.match_features import MatchFeatures
from helpdesk.suggestions.matching.vectorizer import Weights

Table = npt.NDArray[np.float64]
Sure = Callable[[Table], Table]
SHARES = (1.0, 2.0, 0.5)
"""What likeness to the whole article, the judge and the likest example weigh, each in its own spread."""
SAMPLE, CANDIDATES, LEAST = 400, 4, 20
NEVER = 2.0


class KnownExamples:
    """The weighted examples."""

    def __init__(self, rows: Rows, weights: Weights, owners: npt.NDArray[Any], sizes: npt.NDArray[Any]) -> None:
        self.rows, self.weights, self.owners, self.sizes = rows, weights, owners, sizes

    def vector(self, text: int) -> Vector:
        """One example."""
        part = slice(self.rows.ends[text], self.rows.ends[text + 1])
        return self.rows.features[part], self.weights[part]

    def vectors(self) -> list[Vector]:
        """All of them."""
        return [self.vector(text) for text in range(self.rows.count)]

    def article_lengths(self) -> Table:
        """The norm of the sum of an article's examples: the more similar they are, the larger."""
        size, rows = max(self.rows.size, 1), self.rows
        squares = np.zeros(len(self.sizes))
        for part in rows.chunks(borders(self.owners)):
            cells, places = np.unique(
                self.owners[rows.texts[part]].astype(np.int64) * size + rows.features[part], return_inverse=True
            )
            sums = np.bincount(places, self.weights[part])
            squares += np.bincount(cells // size, sums * sums, minlength=len(self.sizes))
        return np.sqrt(np.maximum(squares, 1e-6))


class Calibrator:
    """Leave-one-out calibration."""

    def __init__(self, known: KnownExamples, index: Index, lengths: Table, judge: Classifier | None) -> None:
        self.known, self.index, self.lengths, self.judge = known, index, lengths, judge
        self.begins = np.cumsum(known.sizes) - known.sizes

    def learn(self) -> tuple[Table, Sure, float]:
        """Fit the weights of the three scores, the confidence model and the bot's threshold."""
        mix = np.array([8.0, 8.0 if self.judge else 0.0, 4.0])
        if len(self.known.sizes) < 2:
            return mix, guess, NEVER
        alone = [scores for scores, _, knows in islice(self._play(), SAMPLE // 2) if knows]
        if len(alone) < LEAST:
            return mix, guess, NEVER
        spreads = np.stack([[s.article_similarity.std(), s.judged.std(), s.likest.std()] for s in alone])
        mix = np.array(SHARES) / np.maximum(spreads.mean(0), 1e-6) * (mix > 0)
        return mix, *self._fit(mix)

    def _play(self) -> Iterator[tuple[MatchFeatures, int, bool]]:
        count = self.known.rows.count
        chosen = np.random.default_rng(7).permutation(count)[: None if self.judge else SAMPLE]
        unseen = self.judge.unseen if self.judge else None
        unknown = self.judge.unknown if self.judge else None
        for i in chosen.tolist():
            alike = self.index.similar(self.known.vector(i))
            owner = int(self.known.owners[i])
            if self.known.sizes[owner] > 1:
                yield self._without_example(alike, i, owner, None if unseen is None else unseen[i]), i, True
            yield self._without_article(alike, owner, None if unknown is None else unknown[i]), i, False

    def _without_example(
        self, alike: Table, example: int, owner: int, judged: npt.NDArray[Any] | None
    ) -> MatchFeatures:
        others = alike.copy()
        others[example] = 0
        sums = np.add.reduceat(others, self.begins)
        article_similarity = sums / self.lengths
        shorter = self.lengths[owner] ** 2 - 2 * sums[owner] - 1
        article_similarity[owner] = sums[owner] / np.sqrt(max(shorter, 1e-6))
        judgement = np.zeros(len(article_similarity)) if judged is None else judged.astype(np.float64)
        return MatchFeatures(article_similarity, judgement, np.maximum.reduceat(others, self.begins))

    def _without_article(self, alike: Table, owner: int, judged: npt.NDArray[Any] | None) -> MatchFeatures:
        article_similarity = np.add.reduceat(alike, self.begins) / self.lengths
        likest = np.maximum.reduceat(alike, self.begins)
        judgement = np.zeros(len(article_similarity)) if judged is None else judged.astype(np.float64)
        article_similarity[owner], likest[owner], judgement[owner] = -9, 0, 0
        return MatchFeatures(article_similarity, judgement, likest)

    def _fit(self, mix: Table) -> tuple[Sure, float]:
        tables, rights, firsts = [], [], []
        for scores, i, knows in self._play():
            best, values = scores.best(mix, CANDIDATES)
            tables.append(scores.facts(best, values))
            rights.append((best == self.known.owners[i]) & knows)
            firsts.append(np.arange(len(best)) == 0)
        table, right, first = np.concatenate(tables), np.concatenate(rights), np.concatenate(firsts)
        sure = fit(table, right)
        return sure, gate(sure(table[first]), right[first])


def guess(facts: Table) -> Table:
    """The default without examples: similarity alone."""
    return np.asarray(1 / (1 + np.exp(-(10 * (facts[:, 2] - 0.55) + 2 * np.minimum(facts[:, 1], 1)))), np.float64)

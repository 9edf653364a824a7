"""The matcher of one language: similarity to examples and to articles, a linear classifier, calibrated confidence."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from helpdesk.suggestions.matching.calibration import Calibrator, KnownExamples
from helpdesk.suggestions.matching.classifier import MOST_ARTICLES, MOST_EXAMPLES, Classifier
from helpdesk.suggestions.matching.incremental import IncrementalExamples
from helpdesk.suggestions.matching.index import Index, Rows, Vector, Weighting
from helpdesk.suggestions.matching.match_features import MatchFeatures
from helpdesk.suggestions.matching.tokenizer import Lexicon, stem
from helpdesk.suggestions.matching.vectorizer import Vocabulary

TELLING = 0.6
"""A word is shown as a reason when it is worth at least this share of the rarest one."""


@dataclass(frozen=True, slots=True)
class Match:
    """A matched article by number, its confidence, and the informative words both share."""

    article: int
    confidence: float
    words: tuple[str, ...]


class Matcher:
    """Articles of one language, each with its example texts."""

    def __init__(self, articles: Sequence[Sequence[str]], lexicon: Lexicon, *, bones: bool) -> None:
        self.vocabulary = Vocabulary(lexicon, bones=bones)
        sizes = np.array([max(len(texts), 1) for texts in articles], np.int64)
        owners = np.repeat(np.arange(len(articles)), sizes)
        self._stems: list[frozenset[str]] = []
        rows = Rows(self._read(articles))
        self._weighting = Weighting(self.vocabulary, rows, owners)
        self._stems = [self._telling(stems) for stems in self._stems]
        weights = self._weighting.rows(rows)
        self._index = Index(rows.features, rows.texts, weights, rows.count, rows.size)
        known = KnownExamples(rows, weights, owners, sizes)
        self._owners, self._begins = owners, np.cumsum(sizes) - sizes
        self._lengths = known.article_lengths()
        self._sizes = sizes.copy()
        self._alive = np.ones(len(articles), bool)
        self._late = IncrementalExamples()
        self.small = len(articles) <= MOST_ARTICLES and 0 < rows.count <= MOST_EXAMPLES
        self._judge: Classifier | None = None
        if self.small:
            self._judge = Classifier(known.vectors(), owners, len(articles), self._index, len(self.vocabulary))
        calibrator = Calibrator(known, self._index, self._lengths, self._judge)
        self._spread, self._sure, self.threshold = calibrator.learn()
        if self._judge is not None:
            self._judge.settle()

    def _read(self, articles: Sequence[Sequence[str]]) -> Iterator[array[int]]:
        """The features of every example; an article without examples has an empty one."""
        for texts in articles:
            stems: set[str] = set()
            for text in texts or [""]:
                tokens = self.vocabulary.words(text)
                stems.update(map(stem, tokens))
                yield array("i", self.vocabulary.grow(tokens))
            self._stems.append(frozenset(stems))

    def match(self, tokens: Sequence[str], limit: int = 3) -> list[Match]:
        """The best articles for a text, best first; none when no word is known."""
        numbers = self.vocabulary.lookup(tokens)
        if not numbers or not self._alive.any():
            return []
        vector = self._weighting.vector(numbers)
        scores = self._scores(vector)
        best, values = scores.best(self._spread, max(limit, 1))
        sure = self._sure(scores.facts(best, values))
        return [
            Match(int(a), float(c), tuple(dict.fromkeys(w for w in tokens if stem(w) in self._stems[a])))
            for a, c in zip(best, sure, strict=True)
            if self._alive[a]
        ][:limit]

    def add(self, texts: Sequence[str]) -> int:
        """Add an article; returns its number."""
        self._stems.append(frozenset())
        self._alive = np.append(self._alive, True)
        self._lengths = np.append(self._lengths, 1.0)
        self._sizes = np.append(self._sizes, 0)
        number = len(self._alive) - 1
        for text in texts:
            self.learn(text, number)
        return number

    def learn(self, text: str, article: int) -> None:
        """Learn a confirmed answer: update the classifier and add the text as an example."""
        tokens = self.vocabulary.words(text)
        numbers = self.vocabulary.grow(tokens)
        if not numbers:
            return
        self._weighting.grow(self.vocabulary)
        vector = self._weighting.vector(numbers)
        if self._judge is not None and article < self._judge.weights.shape[1]:
            self._judge.learn(vector, article)
        self._late.add(vector, article, len(self.vocabulary))
        self._stems[article] |= self._telling(map(stem, tokens))
        before = self._lengths[article] if self._sizes[article] else 0.0
        self._sizes[article] += 1
        self._lengths[article] = max(1.0, float(np.sqrt(before**2 + 1 + before)))

    def remove(self, article: int) -> None:
        """Exclude an article from matches."""
        self._alive[article] = False

    def _scores(self, vector: Vector) -> MatchFeatures:
        count, known = len(self._alive), len(self._begins)
        alike = self._index.similar(vector)
        sums, likest, judged = np.zeros(count), np.zeros(count), np.zeros(count)
        sums[:known] = np.add.reduceat(alike, self._begins) if known else 0
        likest[:known] = np.maximum.reduceat(alike, self._begins) if known else 0
        if len(self._late):
            self._late.mix(vector, sums, likest)
        if self._judge is not None:
            judged[:known] = self._judge.judge(vector)
        return MatchFeatures(np.where(self._alive, sums / self._lengths, -9.0), judged, likest)

    def _telling(self, stems: Iterable[str]) -> frozenset[str]:
        """Those of some stems that say something."""
        least = float(self._weighting.rarest) * TELLING
        return frozenset(short for short in stems if self._worth(short) >= least)

    def _worth(self, short: str) -> float:
        number = self.vocabulary.number_of(short)
        return 0.0 if number is None else float(self._weighting.worth[number])

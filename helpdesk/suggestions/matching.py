"""Which articles answer a text: likeness to examples and to whole articles, a linear judge, and how sure it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from helpdesk.suggestions.confidence import Logistic, fit, gate
from helpdesk.suggestions.features import Vocabulary
from helpdesk.suggestions.index import Index, Vector, Weighting
from helpdesk.suggestions.ridge import MOST_ARTICLES, MOST_EXAMPLES, Ridge
from helpdesk.suggestions.words import Lexicon, stem

Table = npt.NDArray[np.float64]
SHARES = (1.0, 1.0, 0.5)
"""What likeness to the whole article, the judge and the likest example weigh, each in its own spread."""
SAMPLE = 400
CANDIDATES = 4


@dataclass(frozen=True, slots=True)
class Match:
    """An article by its number, the confidence that it answers, and the words both have."""

    article: int
    confidence: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Scores:
    whole: Table
    judged: Table
    likest: Table

    def facts(self, cover: float, said: int, spread: Table, candidates: int) -> tuple[npt.NDArray[Any], Table]:
        """The best articles, and a row of what is known about each of them."""
        mixed = self.whole * spread[0] + self.judged * spread[1] + self.likest * spread[2]
        count = min(candidates + 1, len(mixed))
        best = np.argpartition(-mixed, count - 1)[:count] if count < len(mixed) else np.arange(len(mixed))
        best = best[np.argsort(-mixed[best], kind="stable")]
        values = mixed[best]
        rival = np.full(len(best), values[0])
        rival[0] = values[1] if len(best) > 1 else 0.0
        rows = np.empty((len(best), 7))
        rows[:, 0], rows[:, 1] = values, values - rival
        rows[:, 2], rows[:, 3], rows[:, 4] = self.likest[best], self.whole[best], self.judged[best]
        rows[:, 5], rows[:, 6] = cover, np.log1p(said)
        return best[:candidates], rows[:candidates]


class Matcher:
    """Articles of one language, each with its example texts."""

    def __init__(self, articles: Sequence[Sequence[str]], lexicon: Lexicon, *, bones: bool) -> None:
        self.vocabulary = Vocabulary(lexicon, bones=bones)
        said = [[self.vocabulary.words(text) for text in texts] for texts in articles]
        self._stems = [frozenset(stem(w) for found in texts for w in found) for texts in said]
        documents = [self.vocabulary.grow(found) for texts in said for found in texts]
        self._said = [len(found) for texts in said for found in texts]
        self._owners = np.repeat(np.arange(len(articles)), [len(texts) for texts in said])
        self._sizes = np.bincount(self._owners, minlength=len(articles))
        self._weighting = Weighting(self.vocabulary, documents, self._owners.tolist())
        self._vectors = [self._weighting.vector(found) for found in documents]
        self._index = Index(self._vectors, len(self.vocabulary))
        self._lengths = self._article_lengths(len(articles))
        self._alive = np.ones(len(articles), bool)
        self._late: dict[int, list[tuple[int, float]]] = defaultdict(list)  # feature -> (late example, weight)
        self._late_owners: list[int] = []
        self.small = len(articles) <= MOST_ARTICLES and 0 < len(documents) <= MOST_EXAMPLES
        self._ridge = (
            Ridge(self._vectors, self._owners, len(articles), self._index, len(self.vocabulary)) if self.small else None
        )
        self._spread = np.array([8.0, 8.0, 4.0])
        self._sure: Logistic | None = None
        self.threshold = 2.0
        if len(articles) > 1:
            self._calibrate()

    def match(self, text: str, limit: int = 3) -> list[Match]:
        """The best articles, best first; none when nothing is known of the text's words."""
        said = self.vocabulary.words(text)
        found, total = self.vocabulary.look(said)
        if not found or not self._alive.any():
            return []
        scores = self._scores(self._weighting.vector(found))
        best, rows = scores.facts(len(found) / total, len(said), self._spread, max(limit, 1))
        sure = self._confidence(rows)
        return [
            Match(int(a), float(c), tuple(dict.fromkeys(w for w in said if stem(w) in self._stems[a])))
            for a, c in zip(best, sure, strict=True)
            if self._alive[a]
        ][:limit]

    def add(self, texts: Sequence[str]) -> int:
        """One more article; its number."""
        self._stems.append(frozenset())
        self._alive = np.append(self._alive, True)
        self._lengths = np.append(self._lengths, 1.0)
        self._sizes = np.append(self._sizes, 0)
        number = len(self._alive) - 1
        for text in texts:
            self.learn(text, number)
        return number

    def learn(self, text: str, article: int) -> None:
        """A text that an article answered: the judge is corrected and the text kept as one more example."""
        said = self.vocabulary.words(text)
        vector = self._weigh(said)
        if not len(vector[0]):
            return
        if self._ridge is not None and article < self._ridge.weights.shape[1]:
            self._ridge.learn(vector, article)
        late = len(self._late_owners)
        self._late_owners.append(article)
        for feature, weight in zip(vector[0].tolist(), vector[1].tolist(), strict=True):
            self._late[feature].append((late, weight))
        self._stems[article] |= {stem(word) for word in said}
        before = self._lengths[article] if self._sizes[article] else 0.0
        self._sizes[article] += 1
        self._lengths[article] = max(1.0, float(np.sqrt(before**2 + 1 + before)))

    def remove(self, article: int) -> None:
        """Never propose it again."""
        self._alive[article] = False

    def _weigh(self, said: Sequence[str]) -> Vector:
        found = self.vocabulary.grow(said)
        self._weighting.grow(self.vocabulary)
        return self._weighting.vector(found)

    def _article_lengths(self, articles: int) -> Table:
        """How long the sum of an article's examples is: the more varied, the shorter."""
        lengths = np.ones(articles)
        begin = 0
        for article, size in enumerate(self._sizes.tolist()):
            mine = self._vectors[begin : begin + size]
            begin += size
            if mine:
                numbers = np.concatenate([n for n, _ in mine])
                weights = np.concatenate([w for _, w in mine])
                _, places = np.unique(numbers, return_inverse=True)
                total = np.bincount(places, weights) if len(numbers) else np.zeros(1)
                lengths[article] = max(float(np.sqrt(total @ total)), 1e-6)
        return lengths

    def _scores(self, vector: Vector) -> _Scores:
        alike = self._index.similar(vector).astype(np.float64)
        return self._of_articles(alike, vector)

    def _of_articles(self, alike: Table, vector: Vector) -> _Scores:
        count = len(self._alive)
        sums: Table = np.bincount(self._owners, alike, minlength=count).astype(np.float64)
        likest = np.zeros(count)
        if len(alike):
            np.maximum.at(likest, self._owners, alike)
        if self._late_owners:
            self._add_late(vector, sums, likest)
        judged = np.zeros(count)
        if self._ridge is not None:
            said = self._ridge.judge(vector)
            judged[: len(said)] = said
        whole = np.where(self._alive, sums / self._lengths, -9.0)
        return _Scores(whole, judged, likest)

    def _add_late(self, vector: Vector, sums: Table, likest: Table) -> None:
        shared: dict[int, float] = defaultdict(float)
        for feature, weight in zip(vector[0].tolist(), vector[1].tolist(), strict=True):
            for late, other in self._late.get(feature, ()):
                shared[late] += weight * other
        for late, alike in shared.items():
            owner = self._late_owners[late]
            sums[owner] += alike
            likest[owner] = max(likest[owner], alike)

    def _confidence(self, rows: Table) -> Table:
        if self._sure is None:
            guess = 10 * (rows[:, 2] - 0.55) + 2 * np.minimum(rows[:, 1], 1)
            return np.asarray(1 / (1 + np.exp(-guess)), np.float64)
        return self._sure(rows)

    def _calibrate(self) -> None:
        """Learn how sure to be from examples left out, alone (right answer known) and with their article (none)."""
        count = len(self._owners)
        chosen = np.random.default_rng(7).permutation(count)[: None if self._ridge else SAMPLE]
        unseen = self._ridge.unseen() if self._ridge else None
        unknown = self._ridge.unknown() if self._ridge else None
        alone: list[tuple[_Scores, int]] = []
        without: list[tuple[_Scores, int]] = []
        for i in chosen.tolist():
            alike = self._index.similar(self._vectors[i]).astype(np.float64)
            owner = int(self._owners[i])
            if self._sizes[owner] > 1:
                alone.append((self._left_out(alike, i, owner, None if unseen is None else unseen[i]), i))
            without.append((self._left_out(alike, -1, owner, None if unknown is None else unknown[i]), i))
        spreads = np.stack([[s.whole.std(), s.judged.std(), s.likest.std()] for s, _ in alone or without])
        self._spread = np.array(SHARES) / np.maximum(spreads.mean(0), 1e-6)
        if self._ridge is None:
            self._spread[1] = 0
        if len(alone) >= 20:
            self._fit(alone, without)

    def _left_out(self, alike: Table, example: int, owner: int, judged: npt.NDArray[Any] | None) -> _Scores:
        count = len(self._alive)
        mine = alike.copy()
        if example < 0:
            mine[self._owners == owner] = 0
        else:
            mine[example] = 0
        sums = np.bincount(self._owners, mine, minlength=count)
        likest = np.zeros(count)
        np.maximum.at(likest, self._owners, mine)
        whole = sums / self._lengths
        said = np.zeros(count) if judged is None else judged.astype(np.float64)
        if example < 0:
            whole[owner], said[owner] = -9, 0
        else:
            shorter = self._lengths[owner] ** 2 - 2 * sums[owner] - 1
            whole[owner] = sums[owner] / np.sqrt(max(shorter, 1e-6))
        return _Scores(whole, said, likest)

    def _fit(self, alone: Sequence[tuple[_Scores, int]], without: Sequence[tuple[_Scores, int]]) -> None:
        tables, rights, firsts = [], [], []
        spread = self._weighting.spread
        seen = np.zeros(len(spread), np.int32)
        for numbers, _ in self._vectors:
            seen[numbers] += 1
        for known, cases in ((True, alone), (False, without)):
            for scores, i in cases:
                others = (seen if known else spread)[self._vectors[i][0]]
                cover = float((others > 1).mean()) if len(others) else 0.0
                best, rows = scores.facts(cover, self._said[i], self._spread, CANDIDATES)
                tables.append(rows)
                rights.append(best == self._owners[i] if known else np.zeros(len(best), bool))
                firsts.append(np.arange(len(best)) == 0)
        table, right, first = np.concatenate(tables), np.concatenate(rights), np.concatenate(firsts)
        self._sure = fit(table, right)
        self.threshold = gate(self._sure(table[first]), right[first])

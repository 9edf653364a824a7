"""Vectorizer: words → numbered features (character n-grams of 2 to 5, words, word pairs, consonant skeletons)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from helpdesk.suggestions.matching.tokenizer import Lexicon, skeleton, stem, tokenize

Numbers = npt.NDArray[np.int32]
Weights = npt.NDArray[np.float32]
LETTERS, WORDS, BONES = range(3)
MEANINGS = 3  # counted as a word
SHORTEST, LONGEST = 3, 4
MOST_REMEMBERED = 50_000


class Vocabulary:
    """Feature numbers in order of first occurrence; features unseen in articles have none."""

    def __init__(self, lexicon: Lexicon, *, bones: bool) -> None:
        self._lexicon, self._bones = lexicon, bones
        self._numbers: dict[tuple[int, str] | str, int] = {}
        self._taken: dict[str, list[int]] = {}  # cache: word → known features
        self._whole: dict[str, list[int]] = {}  # cache: article word → all features
        self.block = bytearray()

    def __len__(self) -> int:
        return len(self.block)

    def words(self, text: str) -> list[str]:
        """The tokens of a text."""
        return tokenize(text)

    def grow(self, tokens: Sequence[str]) -> list[int]:
        """The features of an article text, new ones numbered, with repetitions."""
        known_numbers: list[int] = []
        before = len(self.block)
        for word in tokens:
            numbers = self._whole.get(word)
            if numbers is None:
                numbers = [self._number(name, block) for name, block in self._of_word(word)]
                if len(self._whole) < MOST_REMEMBERED:
                    self._whole[word] = numbers
            known_numbers += numbers
        known_numbers += [self._number(pair, WORDS) for pair in _pairs(tokens)]
        if len(self.block) > before:
            self._taken.clear()
        return known_numbers

    def _of_word(self, word: str) -> list[tuple[tuple[int, str] | str, int]]:
        marked = f" {word} "
        size = len(marked)
        features: list[tuple[tuple[int, str] | str, int]] = [((WORDS, stem(word)), WORDS)]
        for n in range(SHORTEST, LONGEST + 1):
            features += [(marked[i : i + n], LETTERS) for i in range(size - n + 1)]
        if meaning := self._lexicon.meaning(word):
            features.append(((MEANINGS, meaning), WORDS))
        if self._bones and (skin := skeleton(word)):
            features.append(((BONES, skin), BONES))
            features += [((BONES, f"{a}{b}"), BONES) for a, b in pairwise(f"^{skin}$")]
        return features

    def number_of(self, short: str) -> int | None:
        """The feature number of a stem."""
        return self._numbers.get((WORDS, short))

    def _number(self, name: tuple[int, str] | str, block: int) -> int:
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self.block)
            self.block.append(block)
        return number

    def lookup(self, tokens: Sequence[str]) -> list[int]:
        """The known features of a query; each word is split once."""
        numbers: list[int] = []
        get = self._numbers.get
        for word in tokens:
            taken = self._taken.get(word)
            if taken is None:
                taken = [n for name, _ in self._of_word(word) if (n := get(name)) is not None]
                if len(self._taken) < MOST_REMEMBERED:
                    self._taken[word] = taken
            numbers += taken
        numbers += [n for name in _pairs(tokens) if (n := get(name)) is not None]
        return numbers


def _pairs(tokens: Sequence[str]) -> list[tuple[int, str]]:
    """Stems of neighbours, and of words with one between them."""
    stems = [stem(word) for word in tokens]
    return [
        *((WORDS, f"{a} {b}") for a, b in pairwise(stems)),
        *((WORDS, f"{a} _ {b}") for a, b in zip(stems, stems[2:], strict=False)),
    ]

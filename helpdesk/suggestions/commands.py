"""`faq match`: suggestions for questions from labelled examples, by the engine the desk uses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from helpdesk.errors import Invalid
from helpdesk.suggestions.faq_engine import Engine
from helpdesk.suggestions.matching.tokenizer import Lexicon
from helpdesk.text import language

MOST = 5


@dataclass(frozen=True, slots=True)
class Labelled:
    """An article made of example questions only."""

    id: str
    title: str
    language: str
    examples: tuple[str, ...]

    def texts(self) -> tuple[str, ...]:
        """What questions are compared with."""
        return self.examples


def labelled(raw: Any) -> tuple[str, str | None]:
    """Text and label of one line; the label may be null. Raises `Invalid`."""
    if not isinstance(raw, dict) or not isinstance(raw.get("text"), str):
        raise Invalid('an object with "text" is needed')
    label = raw.get("label")
    return raw["text"], None if label is None else str(label)


class MatchSession:
    """The engine over one file of examples."""

    def __init__(self, examples: Iterable[tuple[str, str | None]], lexicon: Lexicon | None = None) -> None:
        texts: dict[str, list[str]] = {}
        for text, label in examples:
            if label is not None:
                texts.setdefault(label, []).append(text)
        persian = sum(language(text) == "fa" for texts_of_label in texts.values() for text in texts_of_label)
        self._language = "fa" if persian * 2 >= sum(map(len, texts.values())) else "en"
        articles = [
            Labelled(label, label, self._language, tuple(texts_of_label)) for label, texts_of_label in texts.items()
        ]
        self._engine = Engine(articles, lexicon)

    def learn(self, feedback: Iterable[tuple[str, str | None]]) -> None:
        """Learn answered messages, in order."""
        for text, label in feedback:
            if label is not None:
                self._engine.learn(text, label)

    def answer(self, raw: Any) -> dict[str, Any]:
        """Up to five suggestions, what the bot would send, and the milliseconds it took. Raises `Invalid`."""
        text, _ = labelled(raw)
        begun = perf_counter()
        matches = self._engine.suggest(text, self._language, MOST)
        threshold = self._engine.threshold(self._language)
        spent = (perf_counter() - begun) * 1000
        return {
            "suggestions": [{"label": match.article_id, "confidence": round(match.confidence, 4)} for match in matches],
            "auto": matches[0].article_id if matches and matches[0].confidence >= threshold else None,
            "ms": round(spent, 4),
        }

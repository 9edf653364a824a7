"""The FAQ engine: message → articles that answer it, each with a calibrated confidence and the matched words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import RLock
from typing import Protocol

from helpdesk.suggestions.matching.matcher import Matcher
from helpdesk.suggestions.matching.tokenizer import Lexicon, is_finglish, tokenize


class EngineArticle(Protocol):
    """The interface of an article."""

    @property
    def id(self) -> str:
        """Unique."""

    @property
    def title(self) -> str:
        """For people."""

    @property
    def language(self) -> str:
        """`fa`, `en`, …"""

    def texts(self) -> Sequence[str]:
        """What messages are compared with."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An article that may answer; `confidence` is the calibrated probability that it does."""

    article_id: str
    title: str
    confidence: float
    words: tuple[str, ...]
    language: str


class Engine:
    """Articles of any number of languages, matched per language. Thread-safe."""

    def __init__(self, articles: Sequence[EngineArticle] = (), lexicon: Lexicon | None = None) -> None:
        self._lexicon = lexicon or Lexicon()
        self._lock = RLock()
        self._articles: dict[str, EngineArticle] = {}
        self._matchers: dict[str, tuple[Matcher, list[str]]] = {}
        self._places: dict[str, int] = {}
        for article in articles:
            self._articles[article.id] = article
        for language in sorted({article.language for article in articles}):
            self._build(language)

    def suggest(self, text: str, language: str, limit: int = 3) -> list[Suggestion]:
        """The best articles of the language, best first. Persian in Latin letters is answered as Persian."""
        tokens = tokenize(text)
        with self._lock:
            matcher, ids = self._matchers.get(self._spoken(tokens, language)) or (None, [])
            if matcher is None:
                return []
            matches = [(self._articles[ids[m.article]], m) for m in matcher.match(tokens, limit)]
        return [Suggestion(a.id, a.title, m.confidence, m.words, a.language) for a, m in matches]

    def alone(self, text: str, language: str) -> Suggestion | None:
        """The article the bot may send by itself: the best one, if it is right at least 95 times in 100."""
        matches = self.suggest(text, language, 1)
        return matches[0] if matches and matches[0].confidence >= self.threshold(matches[0].language) else None

    def threshold(self, language: str) -> float:
        """The confidence from which the bot may answer alone in a language; above 1: never."""
        known = self._matchers.get(language)
        return known[0].threshold if known else 2.0

    def learn(self, text: str, article_id: str) -> None:
        """A person answered `text` with this article. Unknown articles are ignored."""
        with self._lock:
            article = self._articles.get(article_id)
            if article is not None:
                self._matchers[article.language][0].learn(text, self._places[article_id])

    def add(self, article: EngineArticle) -> None:
        """A new article, or a new version of one.

        Few articles are reindexed, which discards what was learned; many are added to incrementally.
        """
        with self._lock:
            self.remove(article.id)
            self._articles[article.id] = article
            known = self._matchers.get(article.language)
            if known is None or known[0].small:
                self._build(article.language)
                return
            matcher, ids = known
            self._places[article.id] = matcher.add(article.texts())
            ids.append(article.id)

    def remove(self, article_id: str) -> None:
        """Remove an article."""
        with self._lock:
            article = self._articles.pop(article_id, None)
            if article is not None:
                self._matchers[article.language][0].remove(self._places.pop(article_id))

    def _spoken(self, tokens: Sequence[str], language: str) -> str:
        return "fa" if language != "fa" and "fa" in self._matchers and is_finglish(tokens) else language

    def _build(self, language: str) -> None:
        mine = [article for article in self._articles.values() if article.language == language]
        matcher = Matcher([article.texts() for article in mine], self._lexicon, bones=language == "fa")
        self._matchers[language] = matcher, [article.id for article in mine]
        self._places |= {article.id: place for place, article in enumerate(mine)}

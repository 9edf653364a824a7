"""The suggester: loads the articles, builds the engine in the background, answers questions with suggestions."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from helpdesk.suggestions.articles.article_files import load
from helpdesk.suggestions.matching.tokenizer import Lexicon

LEAST = 0.15  # lowest confidence that is shown
SHOWN = 0.35  # lowest confidence shown to customers


class Suggester:
    """Articles and the engine over them. Calling it gives (article, confidence, matched words), best first."""

    def __init__(self, articles: Sequence[Any], engine: Any) -> None:
        self.articles = {article.id: article for article in articles}
        self.engine = engine

    @classmethod
    def load(cls, folder: Path) -> Suggester:
        """Read the articles of a folder. Raises Invalid naming the file at fault."""
        from helpdesk.suggestions.faq_engine import Engine

        articles, words = load(folder), folder / "words.txt"
        return cls(articles, Engine(articles, Lexicon.load(words) if words.exists() else None))

    @classmethod
    def later(cls, folder: Path) -> Suggester:
        """Read the articles now and build the engine in a thread; earlier questions wait for it."""
        return _Later(folder)

    def learn(self, lessons: Sequence[tuple[str, str]]) -> None:
        """Learn confirmed (question, article) pairs; removed articles are skipped."""
        for question, article in lessons:
            if article in self.articles:
                self.engine.learn(question, article)

    def remember(self, lessons: Sequence[tuple[str, str]]) -> None:
        """Learn the confirmed pairs of earlier runs, at start-up."""
        self.learn(lessons)

    @property
    def ready(self) -> bool:
        """Whether suggestions are available at once."""
        return True

    def __call__(self, text: str, language: str) -> list[tuple[str, float, Sequence[str]]]:
        matches = self.engine.suggest(text, language, limit=3)
        return [(match.article_id, match.confidence, match.words) for match in matches if match.confidence >= LEAST]


class _Later(Suggester):
    """Available at once; the engine is built in the background."""

    def __init__(self, folder: Path) -> None:
        self.articles = {article.id: article for article in load(folder)}
        self._folder, self._made = folder, threading.Event()
        self._failed: BaseException | None = None
        threading.Thread(target=self._build, name="engine", daemon=True).start()

    def remember(self, lessons: Sequence[tuple[str, str]]) -> None:
        """As above; an engine still being built learns afterwards."""
        if lessons:
            threading.Thread(target=self.learn, args=(lessons,), name="lessons", daemon=True).start()

    def _build(self) -> None:
        try:
            self._engine = Suggester.load(self._folder).engine
        except BaseException as error:  # raised to callers
            self._failed = error
        self._made.set()

    @property
    def ready(self) -> bool:
        """Whether the engine is built."""
        return self._made.is_set()

    @property
    def engine(self) -> Any:
        """The engine; waits until it is built."""
        self._made.wait()
        if self._failed is not None:
            raise self._failed
        return self._engine

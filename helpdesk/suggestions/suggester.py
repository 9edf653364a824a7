"""The engine as the desk uses it: articles read once, a question in, the best articles out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

LEAST = 0.05  # below this a suggestion is noise


class Suggester:
    """Articles and the engine over them. Calling it gives (article, confidence, matched words), best first."""

    def __init__(self, articles: Sequence[Any], engine: Any) -> None:
        self.articles = {one.id: one for one in articles}
        self.engine = engine

    @classmethod
    def load(cls, folder: Path) -> Suggester:
        """Read the articles of a folder. Raises Invalid naming the file at fault."""
        from helpdesk.suggestions.articles import load
        from helpdesk.suggestions.engine import Engine
        from helpdesk.suggestions.words import Lexicon

        found, words = load(folder), folder / "words.txt"
        return cls(found, Engine(found, Lexicon.load(words) if words.exists() else None))

    def __call__(self, text: str, language: str) -> list[tuple[str, float, Sequence[str]]]:
        found = self.engine.suggest(text, language, limit=3)
        return [(one.article_id, one.confidence, one.words) for one in found if one.confidence >= LEAST]

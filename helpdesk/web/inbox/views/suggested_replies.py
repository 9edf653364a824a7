"""Suggested replies: filling in a template, finding its placeholders, measuring how much of it was sent unchanged."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import SequenceMatcher
from typing import Any

from helpdesk.journey.context import DeskContext
from helpdesk.suggestions.articles.article_files import Article
from helpdesk.suggestions.articles.render_reply import hours_words as hours_words
from helpdesk.suggestions.articles.render_reply import render_article

HOLE = re.compile(r"\{[^\s{}]{1,60}\}")
LONG = 4000  # characters compared at most

Filler = Callable[[str, Mapping[str, Any]], tuple[str, str] | None]


def placeholders(text: str) -> list[str]:
    """Names of what is still empty in a text: `{delivery_time}`."""
    return list(dict.fromkeys(hole[1:-1].replace("_", " ") for hole in HOLE.findall(text)))


def kept_share(suggested: str, sent: str) -> float:
    """The share of a suggestion that was sent as it was, 0 to 1."""
    if not suggested.strip():
        return 0.0
    same = SequenceMatcher(None, suggested[:LONG], sent[:LONG], autojunk=False).get_matching_blocks()
    return min(1.0, sum(block.size for block in same) / len(suggested[:LONG]))


def filler(context: DeskContext) -> Filler:
    """An article's title and its reply for a ticket; None for an article that is not there any more."""
    articles: Mapping[str, Article] = getattr(context.suggest, "articles", {})
    week = getattr(context.targets.calendar("written")[1], "week", ())

    def fill(article_id: str, facts: Mapping[str, Any]) -> tuple[str, str] | None:
        article = articles.get(article_id)
        return None if article is None else (article.title, render_article(article, facts, week).text)

    return fill

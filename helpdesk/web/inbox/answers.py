"""Suggested replies, filled in; what is left empty, and how much of one was kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any

from helpdesk import dates
from helpdesk.journey.book import Book
from helpdesk.sla.spans import Intervals
from helpdesk.suggestions.articles import Article
from helpdesk.suggestions.templates import render
from helpdesk.text import digits

HOLE = re.compile(r"\{[^\s{}]{1,60}\}")
LONG = 4000  # characters compared at most

Filler = Callable[[str, Mapping[str, Any]], tuple[str, str] | None]


def holes(text: str) -> list[str]:
    """Names of what is still empty in a text: `{delivery_time}`."""
    return list(dict.fromkeys(hole[1:-1].replace("_", " ") for hole in HOLE.findall(text)))


def kept(suggested: str, sent: str) -> float:
    """The share of a suggestion that was sent as it was, 0 to 1."""
    if not suggested.strip():
        return 0.0
    same = SequenceMatcher(None, suggested[:LONG], sent[:LONG], autojunk=False).get_matching_blocks()
    return min(1.0, sum(block.size for block in same) / len(suggested[:LONG]))


def hours_words(week: Sequence[Intervals], language: str) -> str:
    """The hours of a week as people say them: "Saturday to Wednesday 08:00 to 24:00, Thursday 08:00 to 13:00"."""
    days, to, comma = (dates.DAYS_FA, " تا ", "، ") if language == "fa" else (dates.DAYS_EN, " to ", ", ")
    order = (5, 6, 0, 1, 2, 3, 4)  # the week begins on Saturday
    said: list[str] = []
    for hours, run in groupby(order, key=lambda day: week[day]):
        names = [days[day] for day in run]
        if hours:
            name = names[0] if len(names) == 1 else f"{names[0]}{to}{names[-1]}"
            said.append(f"{name} {' '.join(f'{_clock(a)}{to}{_clock(b)}' for a, b in hours)}")
    return digits(comma.join(said), language)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600 if seconds <= 86_400 else seconds // 3600 - 24:02}:{seconds // 60 % 60:02}"


def filler(book: Book) -> Filler:
    """An article's title and its reply for a ticket; None for an article that is not there any more."""
    articles: Mapping[str, Article] = getattr(book.suggest, "articles", {})
    week = getattr(book.promises.calendar("written")[1], "week", ())

    def fill(article_id: str, facts: Mapping[str, Any]) -> tuple[str, str] | None:
        article = articles.get(article_id)
        if article is None:
            return None
        known = {**facts, "hours": hours_words(week, article.language)} if week else facts
        return article.title, render(article.body, known, article.language).text

    return fill

"""Rendering of an article's reply with the ticket's data and the opening hours. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from helpdesk import dates
from helpdesk.suggestions.articles.article_files import Article
from helpdesk.suggestions.articles.reply_templates import Rendered, render
from helpdesk.text import digits

Intervals = Sequence[tuple[int, int]]  # of a day, in seconds after its midnight


def render_article(article: Article, facts: Mapping[str, Any], week: Sequence[Intervals]) -> Rendered:
    """The reply of an article with what is known of the ticket and the hours of the desk."""
    return render(article.body, _with_hours(facts, week, article.language), article.language)


def shown(article: Article, week: Sequence[Intervals]) -> str | None:
    """The public answer for an anonymous customer; None: there is none, or it has unknown variables."""
    made = render(article.public, _with_hours({}, week, article.language), article.language)
    return made.text if made.text and not made.missing else None


def _with_hours(facts: Mapping[str, Any], week: Sequence[Intervals], language: str) -> Mapping[str, Any]:
    return {**facts, "hours": hours_words(week, language)} if week else facts


def hours_words(week: Sequence[Intervals], language: str) -> str:
    """The hours of a week as people say them: "Saturday to Wednesday 08:00 to 24:00, Thursday 08:00 to 13:00"."""
    days, to, comma = (dates.DAYS_FA, " تا ", "، ") if language == "fa" else (dates.DAYS_EN, " to ", ", ")
    order = (5, 6, 0, 1, 2, 3, 4)  # the week begins on Saturday
    sentences: list[str] = []
    for hours, run in groupby(order, key=lambda day: week[day]):
        names = [days[day] for day in run]
        if hours:
            name = names[0] if len(names) == 1 else f"{names[0]}{to}{names[-1]}"
            sentences.append(f"{name} {' '.join(f'{_clock(a)}{to}{_clock(b)}' for a, b in hours)}")
    return digits(comma.join(sentences), language)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600 if seconds <= 86_400 else seconds // 3600 - 24:02}:{seconds // 60 % 60:02}"

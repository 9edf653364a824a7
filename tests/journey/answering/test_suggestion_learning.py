"""What people take teaches the engine, at once and again after every start."""

from __future__ import annotations

from pathlib import Path

from helpdesk.app import ROOT
from helpdesk.suggestions import actions as suggestions
from helpdesk.suggestions.suggester import Suggester
from tests.support.desk.desk_story import story

ODD = "زنبیلم کو؟ چشمم به در خشک شد"


def place(suggester: Suggester, text: str, article: str) -> float:
    found = suggester.engine.suggest(text, "fa", limit=20)
    return next((one.confidence for one in found if one.article_id == article), 0.0)


async def test_a_taken_article_is_learned_and_remembered(database, tmp_path: Path):
    suggester = Suggester.load(ROOT / "faq")
    before = place(suggester, f"\n{ODD}", "fa/order-status")
    desk = story(database, tmp_path, suggest=suggester)
    mina = await desk.person()
    for _ in range(3):
        number = await desk.writes(ODD)
        assert number is not None
        await desk.answers(number, mina, article="fa/order-status", kept=1.0)
    after = place(suggester, f"\n{ODD}", "fa/order-status")
    assert after > before
    lessons = await database.read(suggestions.accepted_suggestions)
    assert lessons == [(f"\n{ODD}", "fa/order-status")] * 3
    fresh = Suggester.load(ROOT / "faq")
    fresh.remember(lessons)
    assert place(fresh, f"\n{ODD}", "fa/order-status") == after


def test_lessons_about_articles_that_are_gone_are_passed_over():
    Suggester.load(ROOT / "faq").learn([("hello", "fa/never-was")])

"""Articles shown to customers while they type: confident matches in their language, without placeholders."""

from __future__ import annotations

import pytest

from helpdesk.errors import Invalid
from helpdesk.suggestions.articles.article_files import load, parse
from helpdesk.suggestions.articles.render_reply import shown
from helpdesk.suggestions.suggester import Suggester
from tests.architecture.source_files import ROOT
from tests.support.desk.desk_story import story

WEEK = [((28_800, 86_400),)] * 7


@pytest.fixture(scope="module")
def suggester():
    return Suggester.load(ROOT / "faq")


@pytest.fixture
def ask(database, tmp_path, suggester):
    desk = story(database, tmp_path, suggest=suggester)

    async def asked(text, language):
        found = await desk.app.desk_for("memory").ask("suggestions", text=text, language=language)
        return [one["id"] for one in found], [one["text"] for one in found]

    return asked


async def test_a_confident_match_returns_its_public_answer(ask):
    ids, texts = await ask("پولم کی برمیگرده", "fa")
    assert ids[0] == "fa/refund"
    assert "با احترام" not in texts[0]
    assert "{" not in "".join(texts)


async def test_opening_hours_are_those_of_the_desk(ask):
    ids, texts = await ask("what are your opening hours", "en")
    assert ids[0] == "en/opening-hours"
    assert "Saturday to Wednesday 08:00 to 24:00" in texts[0]


@pytest.mark.parametrize(
    ("text", "language"), [("hello", "en"), ("how's the weather", "en"), ("سلام", "fa"), ("", "fa")]
)
async def test_an_unanswerable_question_has_no_suggestion(ask, text, language):
    assert (await ask(text, language))[0] == []


async def test_only_articles_of_the_visitors_language(ask):
    assert all(one.startswith("en/") for one in (await ask("پولم کی برمیگرده", "en"))[0])


async def test_an_article_without_public_answer_is_not_shown(ask):
    assert "en/complaint" not in (await ask("I want to make a complaint about your service", "en"))[0]


def test_every_shipped_public_answer_is_complete_and_short():
    answers = [shown(one, WEEK) for one in load(ROOT / "faq") if one.public]
    assert len(answers) >= 18
    assert all(one and len(one) < 400 for one in answers)


def test_a_public_answer_with_customer_data_is_not_shown():
    article = parse("---\nid: a\nlanguage: en\ntitle: A\npublic: Hello {{ customer.name }}\n---\nHi")
    assert shown(article, WEEK) is None


def test_an_invalid_public_answer_is_refused():
    with pytest.raises(Invalid, match="public"):
        parse("---\nid: a\nlanguage: en\ntitle: A\npublic: '{{ x'\n---\nHi")

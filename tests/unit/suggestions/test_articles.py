"""FAQ articles: parsing, validation, and the articles that are shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk.errors import Invalid
from helpdesk.suggestions.articles.article_files import load, parse
from helpdesk.suggestions.articles.reply_templates import render

FAQ = Path(__file__).parents[3] / "faq"
GOOD = "---\nid: refund\nlanguage: en\ntitle: Refund\ntags: [money]\nexamples:\n  - where is my money\n---\nHello {{ customer.name }}\n"
CONTEXT = {
    "customer": {"name": "سارا"},
    "ticket": {"number": 1234},
    "agent": {"name": "Reza"},
    "hours": "شنبه تا چهارشنبه ۸ تا ۲۴",
}


def test_the_shipped_articles_are_valid() -> None:
    articles = load(FAQ)
    for language in ("fa", "en"):
        assert sum(article.language == language for article in articles) >= 14
    for article in articles:
        rendered = render(article.body, CONTEXT, article.language)
        assert rendered.missing == (), article.id
        assert "سارا" in rendered.text, article.id
        assert 4 <= len(article.examples) <= 8, article.id


def test_every_persian_article_has_finglish_examples() -> None:
    for article in load(FAQ):
        if article.language == "fa":
            assert any(example.isascii() for example in article.examples), article.id


def test_an_article_is_parsed_with_all_fields() -> None:
    article = parse(GOOD)
    assert (article.id, article.title, article.tags) == ("en/refund", "Refund", ("money",))
    assert article.texts() == ["Refund", "where is my money"]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (GOOD.replace("id: refund", "id: Re fund"), "id"),
        (GOOD.replace("id: refund", "id: 7"), "id"),
        (GOOD.replace("language: en", "language: xx"), "language"),
        (GOOD.replace("title: Refund", "title: ''"), "title"),
        (GOOD.replace("where is my money", "yes"), "examples"),
        (GOOD.replace("[money]", "money"), "tags"),
        (GOOD.replace("Hello {{ customer.name }}", ""), "body"),
        (GOOD.replace("{{ customer.name }}", "{{ customer.name"), "body"),
        (GOOD.replace("title: Refund", "title: a: b: c"), None),
    ],
)
def test_an_invalid_article_is_refused_with_its_field(text: str, field: str | None) -> None:
    with pytest.raises(Invalid) as error:
        parse(text)
    assert error.value.field == field


def test_the_invalid_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "refund.md").write_text(GOOD.replace("title: Refund", ""), encoding="utf-8")
    with pytest.raises(Invalid, match=r"refund\.md: title"):
        load(tmp_path)
    (tmp_path / "en" / "refund.md").write_bytes(b"\xff\xfe")
    with pytest.raises(Invalid, match=r"refund\.md"):
        load(tmp_path)
    with pytest.raises(Invalid, match="no such folder"):
        load(tmp_path / "none")


def test_two_articles_may_not_have_one_id(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    for name in ("a.md", "b.md"):
        (tmp_path / "en" / name).write_text(GOOD, encoding="utf-8")
    with pytest.raises(Invalid, match="another article"):
        load(tmp_path)

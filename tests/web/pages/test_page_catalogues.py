"""Translation catalogues are complete and well-formed; numbers, times and sizes are localised."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from markupsafe import Markup

from helpdesk.web.rendering import template_filters
from helpdesk.web.rendering.page_renderer import catalogue
from tests.support.pages.catalogues import ROOT, wanted, written

SIGNS = re.compile(r"%\(\w+\)s|%s|%d|</?\w+>|(?<!%)\{\w+\}")
OWN_NAMES = {"English", "فارسی", "Ctrl", "Enter", "J", "K", "CSV", "JSON", "Lines"}  # the same in every language


@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_translatable_text_is_in_the_catalogue(language):
    known = written(language)
    assert {key: place for key, place in wanted().items() if not all(known.get(key, ("",)))} == {}


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_catalogue_has_no_unused_texts(language):
    assert set(written(language)) - set(wanted()) == set()


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_translation_keeps_every_placeholder(language):
    lost = {}
    for (_, text), translations in written(language).items():
        source = text if isinstance(text, str) else text[-1]
        wanted_signs = sorted(set(SIGNS.findall(source)))
        if any(sorted(set(SIGNS.findall(form))) != wanted_signs for form in translations if form):
            lost[source] = translations
    assert lost == {}


def test_the_persian_catalogue_is_persian():
    foreign = {
        text: translations
        for (_, text), translations in written("fa").items()
        if not re.search("[\u0600-\u06ff]", "".join(translations))
    }
    assert foreign == {}


@pytest.mark.parametrize("template", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_templates_contain_no_untranslated_text(template: Path):
    text = re.sub(r"{%-?\s*trans\b.*?endtrans\s*-?%}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"{% block (kind|body_attributes) %}.*?{% endblock %}", "", text, flags=re.DOTALL)  # of a tag
    text = re.sub(r"{% macro faulty\(.*?{% endmacro %}", "", text, flags=re.DOTALL)  # attributes
    text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", text, flags=re.DOTALL)
    translations = re.findall(r'(?:title|alt|placeholder|aria-label)="([^"]*)"', text)
    translations += re.sub(r"<[^>]*>", " ", text).split()
    assert {word for word in translations if re.search(r"[^\W\d_]", word)} <= OWN_NAMES


def test_numbers_are_written_in_the_digits_of_the_language():
    assert template_filters.number(1248, "fa") == "۱۲۴۸"
    assert template_filters.number(1_234_567, "fa") == "۱٬۲۳۴٬۵۶۷"
    assert template_filters.number(1_234_567, "en") == "1,234,567"
    assert template_filters.number("#12", "fa") == "#۱۲"
    assert template_filters.percent(0.938, "fa") == "۹۴٪"
    assert template_filters.percent(0.938, "en") == "94%"
    assert template_filters.stopwatch(220, "fa") == "۳:۴۰"


def test_sizes_use_the_largest_unit():
    assert template_filters.size(5, "en") == "5 bytes"
    assert template_filters.size(1_840_113, "fa") == "۱٫۸ مگابایت"
    assert template_filters.size(52_000_000_000, "en") == "52 GB"


def test_a_month_is_jalali_in_persian():
    at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert template_filters.month(at, "fa") == "آذر ۱۴۰۵"
    assert template_filters.month(at, "en") == "November 2026"


def test_plain_text_becomes_paragraphs_and_never_markup():
    assert template_filters.paragraphs("سلام\nدوم\n\n<b>third</b>\r\n\r\n\n") == Markup(
        '<p dir="auto">سلام<br>دوم</p><p dir="auto">&lt;b&gt;third&lt;/b&gt;</p>'
    )


def test_a_stored_reason_is_translated_with_a_full_stop_only_on_its_own():
    persian = catalogue("fa").gettext
    assert template_filters.translated("This message is too old to be changed.", persian).endswith("عوض شود.")
    assert template_filters.clause("This message is too old to be changed.", persian).endswith("عوض شود")
    assert template_filters.clause("550 5.1.1 no such user", persian) == "550 5.1.1 no such user"
    assert template_filters.translated("", persian) == ""

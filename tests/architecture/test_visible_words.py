"""Codes and labels that a page shows as words: each has its own words in Persian and in English."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from itertools import product
from types import SimpleNamespace
from typing import Any, get_args

import pytest

from channels import registry
from channels.messages import Wish
from channels.phone.calls.call_record import DISPOSITIONS
from helpdesk.agents import rules as agents
from helpdesk.journey.outgoing.destinations import Closed
from helpdesk.surveys import reasons
from helpdesk.surveys.rules import SCORES
from helpdesk.tickets.events.stored_events import EVENTS
from helpdesk.tickets.lists.ticket_lists import VIEWS
from helpdesk.tickets.vocabulary import PRIORITIES, STATUSES, Delivery
from helpdesk.web.inbox.views.content_views import CallView
from helpdesk.web.inbox.views.timeline_views import ChangeView, DeliveryView
from helpdesk.web.rendering import template_filters
from helpdesk.web.rendering.page_renderer import COMMA, DIRECTION, LANGUAGES, Pages
from tests.architecture.source_files import ROOT, product_sources

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
LETTERS = {"fa": re.compile("[\u0600-\u06ff]"), "en": re.compile("[A-Za-z]")}
SAMPLES = {"to": 5, "wish": "person", "number": 5, "names": ["A", "B"], "granted": True, "verified": True}


@cache
def templates(language: str) -> Any:
    return Pages()._environments[language]


def macro(language: str, file: str, name: str, *given: object) -> str:
    """The text a macro of a template writes."""
    return plain(getattr(templates(language).get_template(file).module, name)(*given))


def plain(html: str) -> str:
    """Text alone, without tags and the marks that keep directions apart."""
    return " ".join(re.sub(r"<[^>]*>|[\u2066-\u2069]", " ", str(html)).split())


def change(language: str, what: str, /, **data: object) -> str:
    """The line of a change on the timeline."""
    shown = ChangeView(1, NOW, what, "list", "X", data)
    return plain(templates(language).get_template("inbox/_change.html").render(
        change=shown, ui=templates(language).get_template("_parts.html").module,
    ))  # fmt: skip


def assert_each_has_its_own_words(words: dict[str, str], language: str) -> None:
    """Every code has words of the language, none says itself, and no two say the same."""
    assert {code: text for code, text in words.items() if text == code or not LETTERS[language].search(text)} == {}
    assert len(set(words.values())) == len(words), words


@pytest.mark.parametrize("language", LANGUAGES)
def test_statuses_priorities_scores_roles_and_views_have_words(language):
    shown = ("_parts.html", "status_words")
    assert_each_has_its_own_words(
        {code: macro(language, *shown, code) for code in (*STATUSES, "spam", "merged")}, language
    )
    assert_each_has_its_own_words(
        {code: change(language, "priority", to=code) for code in PRIORITIES}, language
    )  # fmt: skip
    for file, name, codes in (
        ("_parts.html", "face_words", SCORES),
        ("_parts.html", "view_words", VIEWS),
        ("people/_parts.html", "role_words", agents.ROLES),
        ("people/_parts.html", "role_help", agents.ROLES),
    ):
        assert_each_has_its_own_words({code: macro(language, file, name, code) for code in codes}, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_of_a_delivery_has_words(language):
    states = (*get_args(Delivery), "sending", "delivered")
    words = {
        state: macro(language, "inbox/_entry.html", "delivery_line", DeliveryView(state), 1, 1, "token", NOW)
        for state in states
    }
    assert_each_has_its_own_words(words, language)


@pytest.mark.parametrize(("language", "name"), list(product(LANGUAGES, EVENTS)))
def test_every_event_of_the_timeline_has_words(language, name):
    given = {field.name: SAMPLES.get(field.name, "Y") for field in fields(EVENTS[name])}
    shown = change(language, name, **given | {"to": "open" if name == "status" else "low"})
    assert LETTERS[language].search(re.sub(r"\b[XY]\b", "", shown))
    assert shown != change(language, "unheard of")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_wish_call_outcome_and_reason_to_join_has_words(language):
    assert_each_has_its_own_words({code: change(language, "wish", wish=code) for code in get_args(Wish)}, language)
    for outgoing in (False, True):
        outcomes = {
            code: macro(language, "inbox/_kinds.html", "outcome", CallView(code, outgoing=outgoing))
            for code in DISPOSITIONS
        }
        assert_each_has_its_own_words(outcomes, language)
    reasons_to_join = {
        why: macro(language, "inbox/_customer.html", "reason", SimpleNamespace(why=why, address="a"))
        for why in ("claimed", "proven", "wrote", "link")
    }
    assert_each_has_its_own_words(reasons_to_join, language)


def codes_returned_by(function: str) -> set[str]:
    """The constant texts that functions of this name return."""
    return {
        node.value.value
        for source in product_sources()
        for scope in ast.walk(source.tree)
        if isinstance(scope, ast.FunctionDef) and scope.name == function
        for node in ast.walk(scope)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_of_an_automatic_message_has_words(language):
    codes = codes_returned_by("why_not") | codes_returned_by("_transcript_refusal")
    assert {"no_address", "address_limit", "channel_off"} <= codes
    same = {"ticket_limit": "address_limit", "own_address": "automatic_mail"}  # told alike
    words = {code: change(language, "transcript_refused", why=code) for code in codes - set(same)}
    assert_each_has_its_own_words(words, language)
    for code, twin in same.items():
        assert change(language, "transcript_refused", why=code) == words[twin]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_why_a_way_is_closed_has_words(language):
    text = (ROOT / "templates/inbox/_composer.html").read_text("utf-8")
    told = set(re.findall(r'usual\.closed == "(\w+)"', text))
    assert set(get_args(Closed)) - {"", "dead"} == told  # a dead address is told by its reason


@pytest.mark.parametrize("name", sorted(registry.find()))
def test_every_channel_has_its_name_in_both_languages(name):
    channel = registry.find()[name]
    for words in (channel.label, channel.writes):
        assert words is None or {language for language in words if LETTERS[language].search(words[language])} == set(
            LANGUAGES
        )


def test_reasons_of_the_survey_have_words_in_both_languages():
    shipped = reasons.load(ROOT / "config" / "reasons.toml")
    assert len(shipped) > 3
    for language in LANGUAGES:
        assert_each_has_its_own_words({reason.key: reason.words[language] for reason in shipped}, language)


def test_a_text_in_one_language_stands_beside_its_text_in_the_other():
    """Dictionaries by language in the code: both keys, and Persian in Persian letters."""
    one_sided = []
    for source in product_sources():
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Dict):
                continue
            texts = {
                key.value: value
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant)
            }
            if not set(texts) & set(LANGUAGES):
                continue
            whole = set(LANGUAGES) <= set(texts)
            persian = whole and (LETTERS["fa"].search(ast.unparse(texts["fa"])) or is_no_text(texts["fa"]))
            if not persian:
                one_sided.append(f"{source.path}:{node.lineno} {ast.unparse(node)[:80]}")
    assert one_sided == []


def is_no_text(node: ast.expr) -> bool:
    """Whether a value is a direction or built elsewhere rather than words."""
    return not any(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in ast.walk(node)) or (
        isinstance(node, ast.Constant) and node.value in ("rtl", "ltr")
    )


def test_tables_by_language_know_every_language():
    for table in (COMMA, DIRECTION, template_filters.UNITS):
        assert set(table) == set(LANGUAGES)


def test_every_text_the_desk_sends_has_a_file_in_each_language():
    files = {path.name for path in (ROOT / "templates/mail").glob("*.txt")}
    stems = {name.rsplit(".", 2)[0] for name in files}
    assert {f"{stem}.{language}.txt" for stem in stems for language in LANGUAGES} == files

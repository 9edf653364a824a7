"""The catalogues hold every error and every stored reason a person can see. Codes and labels: test_visible_words.py."""

from __future__ import annotations

import ast
import re

import pytest
from babel.messages.pofile import read_po

from tests.architecture.source_files import ROOT, sources
from tests.support.pages.stored_sentences import stored_sentences

KINDS = {"NotFound", "Conflict", "Forbidden", "Invalid"}
SPOKEN = ("web", "journey", "tickets", "contacts", "agents", "files", "surveys", "intake", "outbox", "live")
LOCALE = ROOT / "helpdesk" / "web" / "locale"


def catalogue(language: str) -> dict[str, str]:
    """Sentences of a catalogue with their translation; of plural forms the last one."""
    with (LOCALE / language / "LC_MESSAGES" / "pasokh.po").open("rb") as file:
        return {last_form(each.id): last_form(each.string) for each in read_po(file) if each.id and each.string}


def last_form(words: object) -> str:
    return str(words[-1] if isinstance(words, (tuple, list)) else words)


def errors() -> dict[str, str]:
    """Sentences of the errors that slices and pages raise, each with one place."""
    return {
        node.args[0].value: f"{source.path}:{node.lineno}"
        for source in sources(*(f"helpdesk/{each}" for each in SPOKEN))
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).split(".")[-1] in KINDS
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_error_a_person_can_meet_is_in_the_catalogue(language):
    known = catalogue(language)
    assert len(errors()) > 100
    assert {sentence: place for sentence, place in errors().items() if sentence not in known} == {}


@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_stored_reason_is_in_the_catalogue(language):
    """Why a message did not leave, arrive or make sense is stored in English and shown translated."""
    known = catalogue(language)
    assert len(stored_sentences()) > 20
    assert {sentence: place for sentence, place in stored_sentences().items() if sentence not in known} == {}


def test_persian_words_are_written_in_persian_letters():
    for message, words in catalogue("fa").items():
        assert not set(words) & set("يكةۀ"), f"{message}: Arabic letters"
        assert not re.search(r"(?<![A-Za-z{(])[0-9]", words), f"{message}: digits"


def test_no_error_a_person_can_meet_is_put_together_from_pieces():
    """Only a whole sentence can be translated: values go into its named places."""
    built = [
        f"{source.path}:{node.lineno}"
        for source in sources(*(f"helpdesk/{each}" for each in SPOKEN))
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).split(".")[-1] in KINDS
        and node.args
        and isinstance(node.args[0], (ast.JoinedStr, ast.BinOp))
    ]
    assert built == []

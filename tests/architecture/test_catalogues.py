"""What goes wrong is said in the language of the page, whichever part of the desk says it."""

from __future__ import annotations

import ast
import re

from babel.messages.pofile import read_po

from tests.architecture.source_files import ROOT, sources

KINDS = {"NotFound", "Conflict", "Forbidden", "Invalid"}
SPOKEN = ("web", "journey", "tickets", "contacts", "agents", "files", "surveys", "intake", "outbox", "live")
LOCALE = ROOT / "helpdesk" / "web" / "locale"


def catalogue(language: str, domain: str) -> dict[str, str]:
    path = LOCALE / language / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as file:
        return {_one(each.id): _one(each.string) for each in read_po(file) if each.id and each.string}


def _one(words: object) -> str:
    """The words, or of those with plurals the last form."""
    return str(words[-1] if isinstance(words, (tuple, list)) else words)


def test_every_error_a_person_can_meet_has_its_persian_words():
    known = catalogue("fa", "pasokh")
    missing = [
        f"{source.path}:{node.lineno} {node.args[0].value}"
        for source in sources(*(f"helpdesk/{each}" for each in SPOKEN))
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).split(".")[-1] in KINDS
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
        and node.args[0].value not in known
    ]
    assert missing == []


def test_persian_words_are_written_in_persian_letters():
    for message, words in catalogue("fa", "pasokh").items():
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

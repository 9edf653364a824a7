"""Collector of English sentences that are stored as data and shown translated, such as reasons of failed deliveries."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ERRORS = {"DeliveryError", "Unreadable"}  # their first argument is stored with the message
ARGUMENTS = {"reason", "problem"}  # stored by whatever takes them
EXEMPT = {"tests", "demo", "node_modules", "built"}


@cache
def stored_sentences() -> dict[str, str]:
    """Each sentence with one place that writes it. Composed texts are not included."""
    places: dict[str, str] = {}
    for top in ("channels", "helpdesk"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if not EXEMPT.intersection(path.relative_to(ROOT).parts):
                tree = ast.parse(path.read_text("utf-8"))
                for sentence, line in _sentences(tree):
                    places.setdefault(sentence, f"{path.relative_to(ROOT)}:{line}")
    return places


def _sentences(tree: ast.Module) -> Iterator[tuple[str, int]]:
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        values = [keyword.value for keyword in node.keywords if keyword.arg in ARGUMENTS]
        if ast.unparse(node.func).split(".")[-1] in ERRORS:
            values += node.args[:1]
        for value in values:
            known = constants.get(value.id, value) if isinstance(value, ast.Name) else value
            if isinstance(known, ast.Constant) and isinstance(known.value, str) and known.value:
                yield known.value, node.lineno

"""The source files of the project, parsed once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MADE = {"node_modules", "built", "__pycache__", ".venv", "data", "demo-data"}


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    def imports(self) -> Iterator[str]:
        """Full names of everything it imports, wherever."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def calls(self) -> Iterator[tuple[str, int]]:
        """Dotted names of everything it calls, with the line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield ast.unparse(node.func), node.lineno


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Every Python file below the folders; channels' own tests are tests."""
    found = []
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT).parts
            if not MADE.intersection(parts) and not (folder == "channels" and "tests" in parts):
                text = path.read_text("utf-8")
                found.append(Source("/".join(parts), text, ast.parse(text)))
    return tuple(found)


def product_sources() -> tuple[Source, ...]:
    """The desk and its channels."""
    return sources("helpdesk", "channels")

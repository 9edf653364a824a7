"""Every regular expression of the program, with the methods it is called by. Found in the sources, not listed."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
METHODS = ("search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer")
AnyPattern = re.Pattern[str] | re.Pattern[bytes]


@dataclass(frozen=True, slots=True)
class Use:
    """One expression as one method runs it. `where` names it: module and variable, or module and line."""

    where: str
    pattern: Any
    method: str

    def run(self, text: str) -> None:
        """Run it over `text` to the end, as the program does."""
        value: Any = text.encode("utf-8", "surrogatepass") if isinstance(self.pattern.pattern, bytes) else text
        if self.method in ("sub", "subn"):
            self.pattern.sub(value[:0], value)
        elif self.method == "finditer":
            for _ in self.pattern.finditer(value):
                pass
        else:
            getattr(self.pattern, self.method)(value)


def uses(folders: tuple[str, ...], *, without: tuple[str, ...] = ()) -> list[Use]:
    """The uses in every module below `folders`; `without`: prefixes of modules that see no stranger's text.

    Raises AssertionError for an expression that is put together where it is used: nobody can measure it.
    """
    sources = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): ast.parse(path.read_text())
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "node_modules" not in path.parts
    }
    called = {name: list(_calls(tree)) for name, tree in sources.items()}
    everywhere: dict[str, set[str]] = {}
    for module, calls in called.items():
        imported = _imported(sources[module])
        for name, method in calls:
            if name in imported:
                everywhere.setdefault(name.rpartition(".")[2], set()).add(method)
    found = []
    for module, tree in sources.items():
        if module.startswith(without):
            continue
        own = {(name, method) for name, method in called[module]}
        found += list(_named(module, own, everywhere))
        found += list(_inline(module, tree))
    return found


def _calls(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(variable, method) of every call that may be one of an expression."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in METHODS:
            owner = node.value
            if isinstance(owner, ast.Name) and owner.id != "re":
                yield owner.id, node.attr
            elif isinstance(owner, ast.Attribute) and isinstance(owner.value, ast.Name):
                yield f"{owner.value.id}.{owner.attr}", node.attr


class _Imported(set[str]):
    """Names a module imports; of an imported module every name counts."""

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).partition(".")[0])


def _imported(tree: ast.AST) -> _Imported:
    statements = (node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom)))
    return _Imported(item.asname or item.name for node in statements for item in node.names)


def _named(module: str, own: set[tuple[str, str]], everywhere: dict[str, set[str]]) -> Iterator[Use]:
    loaded = importlib.import_module(module)
    for name, value in vars(loaded).items():
        for label, pattern in _patterns(name, value):
            methods = {method for variable, method in own if variable == name}
            if not name.startswith("_"):
                methods |= everywhere.get(name, set())
            for method in sorted(methods) or ["search"]:
                yield Use(f"{module}:{label}.{method}", pattern, method)


def _patterns(name: str, value: object) -> Iterator[tuple[str, AnyPattern]]:
    if isinstance(value, re.Pattern):
        yield name, value
    elif isinstance(value, dict):
        yield from ((f"{name}[{key!r}]", item) for key, item in value.items() if isinstance(item, re.Pattern))
        yield from ((f"{name}[{key.pattern!r}]", key) for key in value if isinstance(key, re.Pattern))
    elif isinstance(value, (tuple, list)):
        yield from ((f"{name}[{at}]", item) for at, item in enumerate(value) if isinstance(item, re.Pattern))


def _inline(module: str, tree: ast.AST) -> Iterator[Use]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = node.func.value
        if not (isinstance(owner, ast.Name) and owner.id == "re" and node.func.attr in METHODS):
            continue
        first = node.args[0]
        assert isinstance(first, ast.Constant), f"{module}:{node.lineno} puts its expression together where it is used"
        flags = 0
        for item in (*node.args[1:], *(keyword.value for keyword in node.keywords)):
            for part in ast.walk(item):
                if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == "re":
                    flags |= int(getattr(re, part.attr, 0)) if part.attr.isupper() else 0
        value: Any = first.value
        yield Use(f"{module}:{node.lineno}.{node.func.attr}", re.compile(value, flags), node.func.attr)

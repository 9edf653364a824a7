"""Reply templates: Jinja2 reduced to values, conditions and short loops, for people who are no programmers.

An unknown variable stays in the text as `{name}` and is reported, so that the reply can't be sent with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Template, TemplateError, TemplateSyntaxError, Undefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from helpdesk.text import direction, isolate, to_persian_digits

MOST_ROUNDS, LONGEST, LONGEST_TEMPLATE = 200, 20_000, 20_000
FILTERS = frozenset(
    {"default", "d", "upper", "lower", "title", "trim", "join", "length", "first", "last", "int", "round"}
)
_FORBIDDEN = (
    nodes.Call, nodes.CallBlock, nodes.Macro, nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends, nodes.Block,
    nodes.Pow, nodes.Mul, nodes.Mod, nodes.Concat, nodes.FilterBlock, nodes.AssignBlock, nodes.OverlayScope,
)  # fmt: skip
_HOLE = re.compile("\ue000([^\ue000\ue001]*+)\ue001")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered reply. `missing`: variables to be filled in by hand before sending."""

    text: str
    missing: tuple[str, ...] = ()


class _Hole(Undefined):
    """An unknown variable: knows its name, is false in conditions, and prints a placeholder."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._within(name)

    def __getitem__(self, name: object) -> Any:
        return self._within(name)

    def _within(self, name: object) -> _Hole:
        return _Hole(name=f"{self._undefined_name}.{name}")

    def __str__(self) -> str:
        return f"\ue000{self._undefined_name}\ue001"

    def __iter__(self) -> Iterator[Any]:
        return iter([self])


class _Names:
    """A part of the context that knows its own path, so that unknown variables are reported in full."""

    __slots__ = ("_name", "_values")

    def __init__(self, name: str, values: Mapping[str, Any]) -> None:
        self._name, self._values = name, values

    def lookup(self, key: object) -> Any:
        """A value by its name, or the hole where it should be."""
        if not isinstance(key, str) or key not in self._values:
            return _Hole(name=f"{self._name}.{key}")
        return _named(f"{self._name}.{key}", self._values[key])


def _named(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return _Names(name, value)
    return [_named(name, item) for item in value] if isinstance(value, list | tuple) else value


class _Environment(ImmutableSandboxedEnvironment):
    def __init__(self, language: str) -> None:
        super().__init__(undefined=_Hole, autoescape=False, finalize=self._shown, keep_trailing_newline=False)
        self.language = language
        self.trim_blocks = self.lstrip_blocks = True
        self.globals.clear()
        self.filters = {name: made for name, made in self.filters.items() if name in FILTERS}
        self.filters["bounded"] = _bounded

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in tree.find_all(_FORBIDDEN):
            raise TemplateSyntaxError(f"{type(node).__name__.lower()} is not for reply templates", node.lineno)
        loops = list(tree.find_all(nodes.For))
        for loop in loops:
            if any(inner is not loop for inner in loop.find_all(nodes.For)):
                raise TemplateSyntaxError("a loop inside a loop is not for reply templates", loop.lineno)
            loop.iter = nodes.Filter(loop.iter, "bounded", [], [], None, None, lineno=loop.lineno)
        return tree

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Names of the context are looked up as words, never as Python attributes."""
        return obj.lookup(attribute) if isinstance(obj, _Names) else super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """The same in brackets."""
        return obj.lookup(argument) if isinstance(obj, _Names) else super().getitem(obj, argument)

    def _shown(self, value: Any) -> Any:
        """Localised numbers; values of the other direction are isolated."""
        if isinstance(value, Undefined):
            return value
        if value is None:
            return ""
        if self.language == "fa":
            text = to_persian_digits(value) if isinstance(value, int | float) else str(value)
            return isolate(text) if direction(text, "rtl") == "ltr" else text
        text = str(value)
        return isolate(text) if direction(text, "ltr") == "rtl" else text


def _bounded(values: Iterable[Any]) -> Iterator[Any]:
    for number, value in enumerate(values):
        if number == MOST_ROUNDS:
            raise TemplateError(f"a loop of more than {MOST_ROUNDS} rounds")
        yield value


@lru_cache(maxsize=4)
def _environment(language: str) -> _Environment:
    return _Environment(language)


@lru_cache(maxsize=512)
def _compiled(source: str, language: str) -> Template | str:
    """The template, or what is wrong with it."""
    if len(source) > LONGEST_TEMPLATE:
        return f"longer than {LONGEST_TEMPLATE} characters"
    try:
        return _environment(language).from_string(source)
    except TemplateSyntaxError as error:
        return f"line {error.lineno}: {error.message}"
    except (TemplateError, RecursionError) as error:
        return str(error) or "too deeply nested"


def problem_of(source: str, language: str = "fa") -> str | None:
    """What is wrong with a template, in words, or None."""
    compiled = _compiled(source, language)
    return compiled if isinstance(compiled, str) else None


def render(source: str, context: Mapping[str, Any], language: str = "fa") -> Rendered:
    """Fill in a template. Whatever fails while filling in becomes part of `missing`, never an exception."""
    template = _compiled(source, language)
    if isinstance(template, str):
        return Rendered(source, (template,))
    try:
        text = template.render({name: _named(name, value) for name, value in context.items()})
    except Exception as error:  # templates are user input: any fault is reported
        return Rendered(source, (f"{type(error).__name__}: {error}",))
    if len(text) > LONGEST:
        return Rendered(text[:LONGEST], ("too long",))
    missing = tuple(dict.fromkeys(_HOLE.findall(text)))
    return Rendered(_HOLE.sub(r"{\1}", text).strip(), missing)

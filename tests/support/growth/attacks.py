"""Texts that make an expression work hard: runs of what it repeats, beginnings of a match without their end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

_PARSER, _COMPILER, _CONSTANTS = (vars(re)[name] for name in ("_parser", "_compiler", "_constants"))  # of Python itself
MANY = 8  # a repetition that may go on at least so often is worth a run
RUNS = (
    " ", "\t", "\n", "\r", " \n", ";", "_", "<", ">", "<>", '"', "\\", '\\"', "\\(", "(\\", "(a", '"a', "a", "A", "z1", "0", "=", "-", "- ", ".", ",",
    ":", "(", ")", "()", "[", "{", "|", "/", "@", "a@", "@a", "a.", "a@a.", "+", "*", "#", "%", "&", "?", "!", "'", "س", "س ",
    "س\u200c", "\u064e", "e\u0301", "\u200c", "\u200b", "\u00a0", "۱", "😀", "\x00", "\x1b", "a\n", "\n\n", "\n ", " \n\n", "\n>", "> ",
    "a b ", "a, ", "http://", "https://a", "<a", "</", "<!--", "=?", "=?utf-8?q?", "-----", ":\n", "a:", "a=", 'a="', "--\n", "\n--",
    "begin 644 a\n", "From:", "On ", "1/1/1 ", "wrote", "wrote:",
)  # fmt: skip
ENDS = ("", "\x00", "\n!")


@dataclass(slots=True)
class _Walk:
    points: list[tuple[str, str]] = field(default_factory=list)  # (what stands before a repetition, what it repeats)


Seed = tuple[str, str, str]  # what stands before, the piece that is repeated, the end


def attacks(pattern: Any) -> Iterator[Seed]:
    """Seeds against an expression, of which `grown` makes texts of any size."""
    yield from dict.fromkeys(_seeds(pattern))


def grown(seed: Seed, size: int) -> str:
    """The text of a seed, about `size` characters long."""
    before, piece, end = seed
    before = before[: size // 2]
    return before + piece * max(1, (size - len(before)) // len(piece)) + end


def _seeds(pattern: Any) -> Iterator[Seed]:
    for piece in RUNS:
        yield "", piece, ENDS[1]
    source = pattern.pattern.decode("latin-1") if isinstance(pattern.pattern, bytes) else pattern.pattern
    flags = pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags
    tree = _PARSER.parse(source, flags)
    walk = _Walk()
    example = _example(tree, "", walk)
    points = list(dict.fromkeys(walk.points))[:60]
    for before, body in points:
        for end in ENDS:
            yield before, body, end
        yield "", before + body, ""
        yield "", before + body * 40, ""
        yield "", f"{before}{body}\n", ""
    bodies = list(dict.fromkeys(body for _, body in points))[:8]
    for one in bodies:
        for other in bodies:
            if one != other:
                yield "", one + other, ""
                yield "", one * 30 + other * 30, "\x00"
    for length in range(1, min(len(example), 40) + 1):
        yield "", example[:length], ""


def _example(tree: Iterable[Any], before: str, walk: _Walk) -> str:
    """A short text the tree matches; what it repeats is noted in `walk`."""
    made = ""
    for operator, argument in tree:
        made += _one(str(operator), argument, before + made, walk)
    return made


def _one(operator: str, argument: Any, before: str, walk: _Walk) -> str:
    if operator == "LITERAL":
        return chr(argument)
    if operator in ("NOT_LITERAL", "ANY", "IN"):
        return _members(operator, argument)[0]
    if operator == "BRANCH":
        examples = [_example(branch, before, walk) for branch in argument[1]]
        return examples[0]
    if operator == "SUBPATTERN":
        return _example(argument[-1], before, walk)
    if operator == "ATOMIC_GROUP":
        return _example(argument, before, walk)
    if operator in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, body = argument
        once = _example(body, before, walk)
        if int(most) >= MANY:
            walk.points.extend((before, piece) for piece in _pieces(body) or [once] if piece)
        return once * max(1, min(int(least), 70))
    return ""  # positions, assertions and references add nothing


def _pieces(body: Iterable[Any]) -> list[str]:
    """What a repetition may consist of: members of its class, or an example of each alternative."""
    inner = list(body)
    if len(inner) != 1:
        return []
    operator, argument = str(inner[0][0]), inner[0][1]
    if operator == "SUBPATTERN":
        return _pieces(argument[-1])
    if operator == "ATOMIC_GROUP":
        return _pieces(argument)
    if operator == "BRANCH":
        return [_example(branch, "", _Walk()) for branch in argument[1]][:6]
    return _members(operator, argument)


def _members(operator: str, argument: Any) -> list[str]:
    """A few characters that a class, `.` or a single letter stands for."""
    if operator == "LITERAL":
        return [chr(argument)]
    candidates = "a 0A\t;_<>\"\\=-\n.,:()/@*#سّ\u200cé+1?'![]{}|~\x01"
    if operator == "ANY":
        return ["a", " ", "<"]
    if operator == "NOT_LITERAL":
        return [char for char in candidates if ord(char) != argument][:4]
    if operator != "IN":
        return []
    tree = _PARSER.SubPattern(_PARSER.State(), [(_CONSTANTS.IN, argument)])
    matcher = _COMPILER.compile(tree).match
    return [char for char in candidates if matcher(char)][:6] or _literals(argument)


def _literals(argument: Any) -> list[str]:
    return [
        chr(value if str(kind) == "LITERAL" else value[0])
        for kind, value in argument
        if str(kind) in ("LITERAL", "RANGE")
    ][:4] or ["a"]

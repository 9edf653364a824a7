"""Quoted lines that belong to the message: questions answered below them, and lines that were pasted."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

MOST_LINES = 8  # of a quotation that are shown above its answer
_MARKS = re.compile(r"(?:\s*+(?:>|&gt;))++")
_LEVEL = re.compile(r">|&gt;")
_FACT = re.compile(r"[@\d]")


@dataclass(frozen=True, slots=True)
class Run:
    """Quoted lines `first` to `last`; `opened`: whether a line like "on … wrote:" stands above them."""

    first: int
    last: int
    opened: bool


def depth(line: str) -> int:
    """How many times the line is quoted."""
    marks = _MARKS.match(line)
    return len(_LEVEL.findall(marks[0])) if marks else 0


def belonging(
    bare: Sequence[str], gone: Set[int], end: int, runs: Sequence[Run], *, first_mail: bool
) -> tuple[set[int], set[int]]:
    """(lines that were pasted, questions that are answered below). `end`: where the message ends."""
    own = [index for index in range(end) if bare[index] and index not in gone]
    if not runs or not own:
        return set(), set()
    opens_later = end < len(bare) or any(run.opened for run in runs)
    pasted: set[int] = set()
    asked: set[int] = set()
    groups: list[list[Run]] = []
    for run in runs:
        if not run.opened and (first_mail or opens_later):
            pasted.update(range(run.first, run.last + 1))  # quotations stand below their "on … wrote:"
        elif groups and not _between(own, groups[-1][-1].last, run.first):
            groups[-1].append(run)
        else:
            groups.append([run])
    for group in groups:
        if group[-1].last > own[-1]:
            continue  # nothing answers it
        if len(groups) > 1 or (not group[0].opened and _introduced(bare, gone, group[0].first)):
            asked.update(_question(bare, [index for run in group for index in range(run.first, run.last + 1)]))
    return pasted, asked


def _between(own: Sequence[int], after: int, before: int) -> bool:
    return any(after < index < before for index in own)


def _introduced(bare: Sequence[str], gone: Set[int], first: int) -> bool:
    """Whether the person's own words lead to the quotation: "the manual says:"."""
    above = next((index for index in range(first - 1, -1, -1) if bare[index]), None)
    if above is None or above in gone:
        return False
    return bare[above].endswith((":", "：")) and _FACT.search(bare[above]) is None


def _question(bare: Sequence[str], lines: Sequence[int]) -> list[int]:
    """The last quoted paragraph or, where they are few, all the lines of the same depth."""
    filled = [index for index in lines if _words(bare[index])]
    if not filled:
        return []
    level = depth(bare[filled[-1]])
    kept: list[int] = []
    for index in reversed(lines):
        words = _words(bare[index])
        if (words and depth(bare[index]) != level) or len(kept) >= MOST_LINES:
            break
        kept.append(index)
    kept.reverse()
    if len(kept) < MOST_LINES:
        return kept
    starts = [place + 1 for place, index in enumerate(kept) if not _words(bare[index])]
    return kept[starts[0] :] if starts and starts[0] < len(kept) else kept


def _words(line: str) -> str:
    marks = _MARKS.match(line)
    return line[marks.end() :].strip() if marks else line

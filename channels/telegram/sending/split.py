"""Text splitting: pieces within Telegram's limits, counted in UTF-16 units. Pure."""

from __future__ import annotations

import re
import unicodedata

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
_SENTENCE = re.compile(r"(?<![.!?؟…۔。])[.!?؟…۔。]++[)»”\"']*+(?=\s)")
_JOINERS = frozenset("\u200c\u200d\u2060\ufe0e\ufe0f\u20e3")


def units(text: str) -> int:
    """UTF-16 units of a text."""
    return len(text) + sum(character > "\uffff" for character in text)


def pieces(text: str, limit: int = LONGEST_TEXT, *, first: int | None = None) -> list[str]:
    """The text in pieces of at most `limit` units (`first` for the first one), cut at a paragraph, line, sentence or space.

    Only white space at a cut is left out. A word longer than a piece is cut between letters, never within a joined one.
    """
    parts, rest = [], text.strip()
    room = limit if first is None else first
    while units(rest) > room:
        end = _reach(rest, room)
        cut = _good_cut(rest, end)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
        room = limit
    return [item for item in (*parts, rest) if item]


def _reach(text: str, room: int) -> int:
    """How many characters fit."""
    used = 0
    for place, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > room:
            return place
    return len(text)


def _good_cut(text: str, end: int) -> int:
    least = end // 2
    for mark, early in (("\n\n", end // 4), ("\n", end // 3)):
        cut = text.rfind(mark, early, end + len(mark))
        if cut > 0:
            return cut
    sentences = [
        match.end() for match in _SENTENCE.finditer(text, least, min(len(text), end + 1)) if match.end() <= end
    ]
    if sentences:
        return sentences[-1]
    cut = max(text.rfind(item, least, end + 1) for item in (" ", "\t", "\u3000"))
    return cut if cut > 0 else _between(text, end)


def _between(text: str, end: int) -> int:
    """The last place up to `end` that is not within something joined; `end` itself when everything is."""
    for cut in range(end, max(0, end - 64), -1):
        if not _joined(text, cut):
            return cut
    return end


def _joined(text: str, cut: int) -> bool:
    before, after = text[cut - 1], text[cut] if cut < len(text) else " "
    if before in _JOINERS and before in "\u200c\u200d\u2060":
        return True
    if after in _JOINERS or unicodedata.combining(after) or "\U0001f3fb" <= after <= "\U0001f3ff":
        return True
    if "\U000e0020" <= after <= "\U000e007f":
        return True
    flags = 0
    while flags < cut and "\U0001f1e6" <= text[cut - 1 - flags] <= "\U0001f1ff":
        flags += 1
    return flags % 2 == 1 and "\U0001f1e6" <= after <= "\U0001f1ff"

"""Whether building a tree of some HTML would take far more than its size lets expect, and its words if so."""

from __future__ import annotations

import re
from collections import Counter

LONGEST = 2_000_000  # characters of HTML that are read
DEEPEST = 5_000  # elements within each other
FEW = 100_000  # elements a parser may make again
MOST = 1_000_000
EACH = 20  # of them for every tag
_NO_TAGS = re.compile(
    r"<!--(?:[^-]++|-(?!->))*+"
    r"|<(style|script|title|textarea|xmp)\b(?:[^<]++|<(?!/\1\b))*+",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"<[^<>]{0,2000}+>?")
_TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*+)", re.IGNORECASE)
_FORMATTING = frozenset({
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
})  # fmt: skip
_SCOPES = frozenset({"applet", "button", "caption", "marquee", "object", "td", "th"})
_NESTING = _FORMATTING | {
    "div", "span", "p", "table", "tr", "td", "tbody", "ul", "ol", "li", "blockquote", "center", "section", "article",
    "pre", "form", "h1", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip


def is_too_nested(html: str) -> bool:
    """Whether elements are nested too deeply, or left open so that a parser makes them again and again.

    A formatting element that is not closed is repeated in every later block, so 65 KB can become millions of them.
    Elements left open in a cell are counted on after it, where a parser forgets them: too careful by purpose.
    """
    if len(html) < 4_000:
        return False
    text = _NO_TAGS.sub("", html[:LONGEST])
    depth = repeated = left_open = 0
    levels: list[Counter[str]] = [Counter()]
    for tags, tag in enumerate(_TAG.finditer(text), 1):
        closes, name = bool(tag[1]), tag[2].lower()
        if name in _NESTING or "-" in name:
            depth += -1 if closes else 1
        if name in _FORMATTING:
            if not closes:
                levels[-1][name] += 1
                left_open += 1
            elif levels[-1][name]:
                levels[-1][name] -= 1
                left_open -= 1
        elif name in _SCOPES:
            if not closes:
                levels.append(Counter())
            elif len(levels) > 1:
                levels[-2].update(levels.pop())
        repeated += left_open
        if depth > DEEPEST or repeated > MOST or (repeated > FEW and repeated > EACH * tags):
            return True
    return False


def without_markup(html: str) -> str:
    """The words of HTML whose tree is not built."""
    return _MARKUP.sub(" ", html[:LONGEST])

"""Nodes of HTML written as lines of text, as a browser would place them."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

MOST_NODES = 60_000
NO_TEXT = {
    "script",
    "style",
    "title",
    "head",
    "template",
    "noscript",
    "object",
    "iframe",
    "svg",
    "math",
    "select",
    "textarea",
    "-comment",
    "!doctype",
    "meta",
    "link",
}
_BLOCK = {
    "address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul",
}  # fmt: skip
_LEAD = {"td": " ", "th": " ", "li": "- ", "hr": "----------"}
_APART = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "pre"}
_MANY_LINES = re.compile(r"\n[ \t]*+(?:\n[ \t]*+)++")
_SPACES_AT_BREAK = re.compile(r"(?<! ) ++\n")
_DISPLAY = re.compile(r"(?:^|;)\s*+display\s*+:\s*+([a-z-]{1,30})", re.IGNORECASE)
_INSIDE_LINES = frozenset({"inline", "contents", "inline-block", "inline-flex", "inline-grid"})
_OWN, _CITED = 1, 2  # how the words of a node stand in the person's own text; 0: they are left out


@dataclass(frozen=True, slots=True)
class Marks:
    """Nodes by their identity: quotations; others that are left out; those at which all the rest is left out."""

    quotes: Set[int] = frozenset()
    leave: Set[int] = frozenset()
    stop: Set[int] = frozenset()


def texts(body: LexborNode, marks: Marks) -> tuple[str, str]:
    """(what is the person's own, all there is). Quotations between their own words stay, marked by `>`."""
    walk = _Walk(marks)
    walk.go(body)
    if walk.hidden and not walk.full_text.text():
        walk = _Walk(marks, show_all=True)
        walk.go(body)
    full_text = walk.full_text.text()
    if not walk.chosen:
        return full_text, full_text
    if walk.answered:
        cited = _Walk(marks, cited=True)
        cited.go(body)
        return cited.own.text(), full_text
    return walk.own.text(), full_text


class _Walk:
    """Goes through the nodes once and writes two texts: all there is, and what is the person's own."""

    def __init__(self, marks: Marks, *, cited: bool = False, show_all: bool = False) -> None:
        self.marks, self.cited, self.show_all = marks, cited, show_all
        self.chosen = bool(marks.quotes or marks.leave or marks.stop)
        self.hidden = False
        self.quoting = False  # a quotation was passed, no word of the person's since
        self.answers = 0  # quotations with the person's words below
        self.answered = False  # words stand between two quotations
        self.full_text = _Lines()
        self.own = _Lines()

    def go(self, body: LexborNode) -> None:
        """Write the texts."""
        stack: list[tuple[LexborNode | None, str, int]] = [(body.child, "", _OWN if self.chosen else 0)]
        count = pre = 0
        while stack:
            node, parent, own = stack.pop()
            if node is None:
                pre -= parent == "pre"
                if parent in _BLOCK:
                    self._border(own, apart=parent in _APART)
                continue
            count += 1
            if count > MOST_NODES:
                break
            if own and node.mem_id in self.marks.stop:
                stack = [(item, tag, 0) for item, tag, _ in stack]
                own = 0
            stack.append((node.next, parent, own))
            tag = node.tag or ""
            if tag == "-text":
                self._words(own, node.text_content or "", exact=pre > 0)
            elif tag not in NO_TEXT and (shown_as := self._shown_as(node, tag)):
                own = self._own(node, own)
                self._open(shown_as, own)
                pre += shown_as == "pre"
                if shown_as != "br":
                    stack.append((node.child, shown_as, own))

    def _shown_as(self, node: LexborNode, tag: str) -> str:
        """The tag whose place on the page the element takes; "" when it is not shown."""
        attributes = node.attributes
        if not attributes:
            return tag
        style = attributes.get("style") or ""
        display = displays[-1].lower() if "display" in style.lower() and (displays := _DISPLAY.findall(style)) else ""
        if (display == "none" or "hidden" in attributes) and not self.show_all:
            self.hidden = True
            return ""
        if display in _INSIDE_LINES and tag in _BLOCK and tag != "pre":
            return "span"
        return (
            "div"
            if display in ("block", "flex", "grid", "table", "list-item") and tag not in _BLOCK | {"br", "td", "th"}
            else tag
        )

    def _own(self, node: LexborNode, own: int) -> int:
        if own != _OWN:
            return own
        if node.mem_id in self.marks.leave:
            return 0
        if node.mem_id not in self.marks.quotes:
            return own
        self.answered = self.answered or (self.answers > 0 and not self.quoting)
        self.quoting = True
        return _CITED if self.cited else 0

    def _open(self, tag: str, own: int) -> None:
        if tag == "br":
            self.full_text.end()
            if own:
                self.own.end()
            return
        if tag in _BLOCK:
            self._border(own, apart=tag in _APART)
        if tag in _LEAD:
            self._write(own, _LEAD[tag], exact=True)

    def _border(self, own: int, *, apart: bool) -> None:
        self.full_text.border(apart=apart)
        if own:
            self.own.border(apart=apart)

    def _words(self, own: int, text: str, *, exact: bool) -> None:
        if own == _OWN and self.quoting and text.strip():
            self.quoting = False
            self.answers += 1
        self._write(own, text, exact=exact)

    def _write(self, own: int, text: str, *, exact: bool) -> None:
        self.full_text.words(text, exact=exact)
        if own:
            self.own.words(text, exact=exact, cited=own == _CITED)


class _Lines:
    """Puts words on lines as a browser would."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.fresh = True  # at the start of a line
        self.blank = True  # a blank line stands above

    def words(self, text: str, *, exact: bool, cited: bool = False) -> None:
        if exact:
            text = text if text != " " or not self.fresh else ""
        else:
            words = " ".join(text.split())
            before = " " if text[:1].isspace() and not self.fresh else ""
            text = f"{before}{words} " if words and text[-1].isspace() else before + words
        if text:
            if cited and self.fresh:
                self.parts.append("> ")
            self.parts.append(text)
            self.fresh = self.blank = False

    def end(self) -> None:
        self.parts.append("\n")
        self.blank, self.fresh = self.fresh, True

    def border(self, *, apart: bool) -> None:
        if not self.fresh:
            self.parts.append("\n")
            self.fresh = True
        if apart and not self.blank:
            self.parts.append("\n")
            self.blank = True

    def text(self) -> str:
        text = "".join(self.parts).replace("\u00a0", " ").replace("\0", "")
        return _MANY_LINES.sub("\n\n", _SPACES_AT_BREAK.sub("\n", text)).strip()

"""HTML to text, without the quotations and signatures that mail programs mark as such."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from channels.email.visible.quote_patterns import FORWARDED, fold

DEEPEST = 5_000
MOST_NODES = 60_000
LONGEST = 2_000_000  # characters of HTML that are read

# What programs mark, by a word in the source that says whether it is worth searching for.
_QUOTES = {
    "gmail_quote": "div.gmail_quote, blockquote.gmail_quote, div.gmail_quote_container",
    "gmail_attr": "div.gmail_attr",
    "gmail_extra": "div.gmail_extra > blockquote",
    "cite": "blockquote[type=cite]",
    "moz-cite-prefix": "div.moz-cite-prefix",
    "yahoo_quoted": "div.yahoo_quoted, div[id^=yahoo_quoted]",
    "yahoo-quoted": "div.yahoo-quoted-begin",
    "protonmail_quote": "div.protonmail_quote, blockquote.protonmail_quote",
    "zmail": "div.zmail_extra, blockquote#blockquote_zmail",
    "tutanota_quote": "blockquote.tutanota_quote",
    "reference-message": "div#mail-editor-reference-message-container, div.ms-outlook-mobile-reference-message",
    "olk_src_body_section": "span#OLK_SRC_BODY_SECTION",
    "skype_quote": "div.skype_quote",
    "apporiginalcontents": "div.AppOriginalContents",
    "isreplycontent": "div#isReplyContent, div.isReplyContent",
    "replysplit": "div#replySplit",
    "elided-text": "div.elided-text",
    "history_container": "div.history_container",
    "outlookmessageheader": "div.OutlookMessageHeader",
    "iosymail": "blockquote.iosymail",
}
_SIGNATURES = {
    "gmail_signature": "div.gmail_signature, div[data-smartmail=gmail_signature]",
    "moz-signature": "pre.moz-signature, div.moz-signature",
    'id="signature"': "div#Signature",
    "ms-outlook-mobile-signature": "div#ms-outlook-mobile-signature, div.ms-outlook-mobile-signature",
    "protonmail_signature": "div.protonmail_signature_block",
    "applemailsignature": "div#AppleMailSignature",
    "tutanota_signature": "div.tutanota_signature",
    "zmail_signature": "div.zmail_signature",
}
_ALL_AFTER = {
    "divrplyfwdmsg": "div#divRplyFwdMsg, div[name=divRplyFwdMsg], div#x_divRplyFwdMsg",
    "appendonsend": "div#appendonsend",
    "stopspelling": "hr#stopSpelling, hr#EC_stopSpelling",
    "zwchr": "hr#zwchr",
    "orimsghtmlseperator": "div#oriMsgHtmlSeperator",
}
_BORDERED = "div[style*='border-top']"
_OUTLOOK = re.compile(
    r"border(?:-top)?\s*+:\s*+(?:none;\s*+border-top\s*+:\s*+)?solid\s++#?(?:e1e1e1|b5c4df|windowtext|rgb\(181)",
    re.IGNORECASE,
)
_NO_TEXT = {
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
_TAG = re.compile(r"<[^<>]{0,2000}>?")
_NESTING = re.compile(
    r"<(/?)(?:div|span|p|b|i|u|a|em|font|strong|table|tr|td|tbody|ul|ol|li|blockquote|center|section|article|big|small|code|pre|form|h[1-6]|[a-z]+-[a-z-]+)\b",
    re.IGNORECASE,
)
_MANY_LINES = re.compile(r"\n[ \t]*+(?:\n[ \t]*+)++")
_SPACES_AT_BREAK = re.compile(r"(?<! ) ++\n")


@dataclass(frozen=True, slots=True)
class Texts:
    """`own`: without marked quotations and signatures; `whole`: everything. The same where nothing is marked."""

    own: str
    full_text: str


def read(html: str, *, keep_quotes: bool = False) -> Texts:
    """HTML as text."""
    if _too_deep(html):
        plain = _TAG.sub(" ", html[:LONGEST])
        return Texts(plain, plain)
    tree = LexborHTMLParser(html[:LONGEST])
    body = tree.body or tree.root
    if body is None:
        return Texts("", "")
    skip, stop = (_NOTHING, _NOTHING) if keep_quotes else _marked(body, html[:LONGEST].lower())
    own, full_text = _Walk(skip, stop).texts(body)
    return Texts(own or full_text, full_text)


def _too_deep(html: str) -> bool:
    """Whether the elements are nested so deeply that building the tree would take minutes."""
    if len(html) < 4 * DEEPEST:
        return False
    depth = 0
    for tag in _NESTING.finditer(html, 0, LONGEST):
        depth += -1 if tag[1] else 1
        if depth > DEEPEST:
            return True
    return False


def is_marked(html: str) -> bool:
    """Whether the source bears a mark of some program: a cheap look before the tree is built."""
    low = html[:LONGEST].lower()
    return "border-top" in low or any(mark in low for marks in (_QUOTES, _ALL_AFTER, _SIGNATURES) for mark in marks)


def _marked(body: LexborNode, low: str) -> tuple[Set[int], Set[int]]:
    """(nodes to leave out, nodes at which the rest of the document is left out), by their identity."""
    quotes = [node for mark, where in _QUOTES.items() if mark in low for node in body.css(where)]
    skip = {node.mem_id for node in quotes if not _forwards(node)}
    skip.update(node.mem_id for mark, where in _SIGNATURES.items() if mark in low for node in body.css(where))
    quotes = [node for mark, where in _ALL_AFTER.items() if mark in low for node in body.css(where)]
    stop = {node.mem_id for node in quotes if not _forwards(node)}
    for node in body.css(_BORDERED) if "border-top" in low else ():
        if _OUTLOOK.search(node.attributes.get("style") or "") and _looks_like_header(node) and not _forwards(node):
            stop.add(node.mem_id)
            break
    return skip, stop


def _looks_like_header(node: LexborNode) -> bool:
    return fold(node.text(deep=True, separator=" ")[:400]).count(":") >= 2


def _forwards(node: LexborNode) -> bool:
    """A message sent on for reading is no quotation, though programs mark both alike."""
    start = fold(node.text(deep=True, separator="\n")[:300]).strip()
    return any(FORWARDED.match(line) for line in start.split("\n")[:4])


_NOTHING: frozenset[int] = frozenset()


class _Walk:
    """Goes through the nodes once and writes two texts: all there is, and what is the person's own."""

    def __init__(self, skip: Set[int], stop: Set[int]) -> None:
        self.skip, self.stop = skip, stop
        self.full_text = _Lines()
        self.own = _Lines()

    def texts(self, body: LexborNode) -> tuple[str, str]:
        """(own, whole)"""
        chosen = bool(self.skip or self.stop)
        stack: list[tuple[LexborNode | None, str, bool]] = [(body.child, "", chosen)]
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
            if own and node.mem_id in self.stop:
                stack = [(item, tag, False) for item, tag, _ in stack]
                own = False
            stack.append((node.next, parent, own))
            tag = node.tag or ""
            if tag == "-text":
                self._words(own, node.text_content or "", exact=pre > 0)
            elif tag not in _NO_TEXT:
                own = own and node.mem_id not in self.skip
                self._open(tag, own)
                pre += tag == "pre"
                if tag != "br":
                    stack.append((node.child, tag, own))
        full_text = self.full_text.text()
        return (self.own.text() if chosen else full_text), full_text

    def _open(self, tag: str, own: bool) -> None:
        if tag == "br":
            self.full_text.end()
            if own:
                self.own.end()
            return
        if tag in _BLOCK:
            self._border(own, apart=tag in _APART)
        if tag in _LEAD:
            self._words(own, _LEAD[tag], exact=True)

    def _border(self, own: bool, *, apart: bool) -> None:
        self.full_text.border(apart=apart)
        if own:
            self.own.border(apart=apart)

    def _words(self, own: bool, text: str, *, exact: bool) -> None:
        self.full_text.words(text, exact=exact)
        if own:
            self.own.words(text, exact=exact)


class _Lines:
    """Puts words on lines as a browser would."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.fresh = True  # at the start of a line
        self.blank = True  # a blank line stands above

    def words(self, text: str, *, exact: bool) -> None:
        if exact:
            text = text if text != " " or not self.fresh else ""
        else:
            words = " ".join(text.split())
            before = " " if text[:1].isspace() and not self.fresh else ""
            text = f"{before}{words} " if words and text[-1].isspace() else before + words
        if text:
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

"""HTML to text, without the quotations and signatures that mail programs mark as such."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from channels.email.patterns import FORWARDED, fold

MOST_NODES = 60_000
LONGEST = 2_000_000  # characters of HTML that are read

_MARKS = [
    "gmail_quote",
    "divrplyfwdmsg",
    "moz-cite-prefix",
    "yahoo_quoted",
    "yahoo-quoted",
    "protonmail_quote",
    "zmail_extra",
    "appendonsend",
    "border-top",
    'type="cite',
    "type=cite",
    "mail-editor-reference-message",
    "ms-outlook-mobile-reference",
    "olk_src_body_section",
    "tutanota_quote",
    "stopspelling",
    "replysplit",
    "isreplycontent",
    "skype_quote",
    "history_container",
    "gmail_signature",
    "moz-signature",
    "ms-outlook-mobile-signature",
    "protonmail_signature",
    'id="signature',
    "elided-text",
    "gmail_attr",
]
_QUOTE = (
    "div.gmail_quote, blockquote.gmail_quote, div.gmail_quote_container, div.gmail_extra > blockquote, div.yahoo_quoted, div[id^=yahoo_quoted], div.yahoo-quoted-begin,"
    "div.protonmail_quote, blockquote.protonmail_quote, div.zmail_extra, blockquote#blockquote_zmail, blockquote.tutanota_quote,"
    "div#mail-editor-reference-message-container, div.ms-outlook-mobile-reference-message, span#OLK_SRC_BODY_SECTION, div.skype_quote,"
    "blockquote[type=cite], div.moz-cite-prefix, div.moz-forward-container, div.moz-email-headers-table, div.AppOriginalContents, div.quote, div.tmail_quote,"
    "div#isReplyContent, div.isReplyContent, div.gmail_attr, div#replySplit, div.elided-text, div.x_gmail_quote, div#x_divRplyFwdMsg, div.history_container, div.cafe_quote, div.OutlookMessageHeader, blockquote.iosymail, div.crm-quote"
)
_AND_ALL_AFTER = "div#divRplyFwdMsg, div#appendonsend, hr#stopSpelling, hr#zwchr, div[name=divRplyFwdMsg], a#OLK_SRC_BODY_SECTION, div#reply-separator, div#oriMsgHtmlSeperator, hr#EC_stopSpelling"
_BORDERED = "div[style*='border-top']"
_OUTLOOK = re.compile(
    r"border(?:-top)?\s*:\s*(?:none;\s*border-top\s*:\s*)?solid\s+#?(?:e1e1e1|b5c4df|windowtext|rgb\(181)",
    re.IGNORECASE,
)
_SIGNATURE = "div.gmail_signature, div[data-smartmail=gmail_signature], pre.moz-signature, div.moz-signature, div#Signature, div#ms-outlook-mobile-signature, div.ms-outlook-mobile-signature, div.protonmail_signature_block, div.yahoo-signature, div.ydp-signature, div#AppleMailSignature, div.tutanota_signature, .js-signatureMarker, div#composer_signature, div.zmail_signature"
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
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_MANY_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_SPACES_AT_BREAK = re.compile(r" ?\n ?")


@dataclass(frozen=True, slots=True)
class Texts:
    """`own`: without marked quotations and signatures; `whole`: everything. The same where nothing is marked."""

    own: str
    whole: str


def read(html: str, *, keep_quotes: bool = False) -> Texts:
    """HTML as text."""
    tree = LexborHTMLParser(html[:LONGEST])
    body = tree.body or tree.root
    if body is None:
        return Texts("", "")
    whole = to_text(body)
    if keep_quotes or not is_marked(html):
        return Texts(whole, whole)
    skip, stop = _marked(body)
    if not skip and not stop:
        return Texts(whole, whole)
    own = to_text(body, skip, stop)
    return Texts(own or whole, whole)


def is_marked(html: str) -> bool:
    """Whether the source bears a mark of some program: a cheap look before the tree is searched."""
    low = html[:LONGEST].lower()
    return any(mark in low for mark in _MARKS)


def _marked(body: LexborNode) -> tuple[set[int], set[int]]:
    """(nodes to leave out, nodes at which the rest of the document is left out), by their identity."""
    skip = {node.mem_id for node in body.css(_QUOTE) if not _forwards(node)}
    skip.update(node.mem_id for node in body.css(_SIGNATURE))
    stop = {node.mem_id for node in body.css(_AND_ALL_AFTER) if not _forwards(node)}
    for node in body.css(_BORDERED):
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


def to_text(node: LexborNode, skip: Set[int] = _NOTHING, stop: Set[int] = _NOTHING) -> str:
    """The text below `node`: a line for each block, a blank line between paragraphs."""
    out = _Lines()
    stack: list[tuple[LexborNode | None, str]] = [(node.child, "")]
    count = 0
    pre = 0
    chosen = bool(skip or stop)
    while stack:
        current, parent = stack.pop()
        if current is None:
            pre -= parent == "pre"
            if parent in _BLOCK:
                out.border(apart=parent in _APART)
            continue
        count += 1
        if count > MOST_NODES or (chosen and current.mem_id in stop):
            break
        stack.append((current.next, parent))
        tag = current.tag or ""
        if tag == "-text":
            out.words(current.text_content or "", exact=pre > 0)
        elif tag == "br":
            out.end()
        elif tag not in _NO_TEXT and not (chosen and current.mem_id in skip):
            if tag in _BLOCK:
                out.border(apart=tag in _APART)
            pre += tag == "pre"
            if tag in _LEAD:
                out.words(_LEAD[tag], exact=True)
            stack.append((current.child, tag))
    return out.text()


class _Lines:
    """Puts words on lines as a browser would."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.fresh = True  # at the start of a line
        self.blank = True  # a blank line stands above

    def words(self, text: str, *, exact: bool) -> None:
        if not exact:
            text = _BLANKS.sub(" ", text)
            if self.fresh:
                text = text.lstrip(" ")
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

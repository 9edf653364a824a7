"""HTML to text, without the quotations and signatures that mail programs mark as such."""

from __future__ import annotations

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from channels.email.visible.html_text import NO_TEXT, Marks, texts
from channels.email.visible.quote_patterns import FORWARDED, fold
from channels.toolkit.html_nesting import LONGEST, is_too_nested, without_markup

MOST_CHILDREN = 500  # of an element around quotations
MOST_MARKS = 200  # elements of one kind that are looked into

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
_INTRODUCTIONS = ("gmail_attr", "moz-cite-prefix", "yahoo-quoted", "outlookmessageheader")  # "on … wrote:"
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


@dataclass(frozen=True, slots=True)
class Texts:
    """`own`: without marked quotations and signatures; `whole`: everything. The same where nothing is marked."""

    own: str
    full_text: str


def read(html: str, *, keep_quotes: bool = False) -> Texts:
    """HTML as text."""
    if is_too_nested(html):
        plain = without_markup(html)
        return Texts(plain, plain)
    tree = LexborHTMLParser(html[:LONGEST])
    body = tree.body or tree.root
    if body is None:
        return Texts("", "")
    marks = Marks() if keep_quotes else _marked(body, html[:LONGEST].lower())
    own, full_text = texts(body, marks)
    return Texts(own or full_text, full_text)


def is_marked(html: str) -> bool:
    """Whether the source bears a mark of some program: a cheap look before the tree is built."""
    low = html[:LONGEST].lower()
    return "border-top" in low or any(mark in low for marks in (_QUOTES, _ALL_AFTER, _SIGNATURES) for mark in marks)


def _marked(body: LexborNode, low: str) -> Marks:
    """What programs marked in it."""
    nodes = [node for mark, where in _QUOTES.items() if mark in low for node in body.css(where)[:MOST_MARKS]]
    quotes = {node.mem_id for node in nodes if not _forwards(node) and not _holds_answers(node)}
    leave = {node.mem_id for mark, where in _SIGNATURES.items() if mark in low for node in body.css(where)}
    leave.update(node.mem_id for name in _INTRODUCTIONS if name in low for node in body.css(_QUOTES[name]))
    rest = [node for mark, where in _ALL_AFTER.items() if mark in low for node in body.css(where)[:MOST_MARKS]]
    stop = {node.mem_id for node in rest if not _forwards(node)}
    for node in body.css(_BORDERED)[:MOST_MARKS] if "border-top" in low else ():
        if _OUTLOOK.search(node.attributes.get("style") or "") and _looks_like_header(node) and not _forwards(node):
            stop.add(node.mem_id)
            break
    return Marks(quotes - leave, leave, stop)


def _holds_answers(node: LexborNode) -> bool:
    """Whether a program put the answers into the element around the quotations."""
    if node.tag != "div" or not (node.attributes.get("class") or "").startswith("gmail_quote"):
        return False
    below = False
    child, looked = node.child, 0
    while child is not None and looked < MOST_CHILDREN:
        if child.tag == "blockquote":
            below = True
        elif below and child.tag not in NO_TEXT and child.text(deep=True).strip():
            return True
        child, looked = child.next, looked + 1
    return False


def _looks_like_header(node: LexborNode) -> bool:
    return fold(node.text(deep=True, separator=" ")[:400]).count(":") >= 2


def _forwards(node: LexborNode) -> bool:
    """A message sent on for reading is no quotation, though programs mark both alike."""
    start = fold(node.text(deep=True, separator="\n")[:300]).strip()
    return any(FORWARDED.match(line) for line in start.split("\n")[:4])

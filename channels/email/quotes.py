"""HTML to text, without the quotations and signatures that mail programs mark as such."""

from __future__ import annotations

import re

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
    "h5", "h6", "header", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul",
}  # fmt: skip
_APART = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "pre"}
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_MANY_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_SPACES_AT_BREAK = re.compile(r" ?\n ?")


def without(html: str, *, keep_quotes: bool = False) -> tuple[str, bool]:
    """(text of `html` without marked quotations and signatures, whether something was taken out)."""
    tree = LexborHTMLParser(html[:LONGEST])
    body = tree.body or tree.root
    if body is None:
        return "", False
    whole = None
    cut = False
    if not keep_quotes and (is_marked(html)):
        whole = to_text(body)
        cut = _remove(body)
    text = to_text(body) if cut or whole is None else whole
    if cut and not text.strip() and whole and whole.strip():
        return whole, False
    return text, cut


def is_marked(html: str) -> bool:
    """Whether the source bears a mark of some program: a cheap look before the tree is built."""
    low = html[:LONGEST].lower()
    return any(mark in low for mark in _MARKS)


def text_of(html: str) -> str:
    """All of `html` as text."""
    return without(html, keep_quotes=True)[0]


def _remove(body: LexborNode) -> bool:
    cut = False
    for node in body.css(_AND_ALL_AFTER):
        cut = _drop_from(node) or cut
    for node in body.css(_BORDERED):
        if _OUTLOOK.search(node.attributes.get("style") or "") and _looks_like_header(node):
            cut = _drop_from(node) or cut
            break
    for node in body.css(_QUOTE):
        if not _forwards(node):
            node.decompose()
            cut = True
    for node in body.css(_SIGNATURE):
        node.decompose()
        cut = True
    return cut


def _looks_like_header(node: LexborNode) -> bool:
    start = fold(node.text(deep=True, separator=" ")[:400])
    return start.count(":") >= 2


def _forwards(node: LexborNode) -> bool:
    """A message sent on for reading is no quotation, though programs mark both alike."""
    start = fold(node.text(deep=True, separator="\n")[:300]).strip()
    return any(FORWARDED.match(line) for line in start.split("\n")[:4])


def _drop_from(node: LexborNode) -> bool:
    """Take out `node` and all that stands after it in the document."""
    if _forwards(node):
        return False
    current: LexborNode | None = node
    while current is not None and current.tag not in ("body", "html"):
        parent = current.parent
        following = current.next
        while following is not None:
            after = following.next
            if following.tag != "-text" or (following.text_content or "").strip():
                following.decompose()
            following = after
        current = parent
    node.decompose()
    return True


def to_text(node: LexborNode) -> str:
    """The text below `node`: a line for each block, a blank line between paragraphs."""
    out: list[str] = []
    stack: list[tuple[LexborNode | None, str]] = [(node.child, "")]
    count = 0
    preformatted = 0
    while stack:
        current, closing = stack.pop()
        if current is None:
            if closing == "pre":
                preformatted -= 1
            if closing in _BLOCK:
                out.append("\n\n" if closing in _APART else "\n")
            continue
        count += 1
        if count > MOST_NODES:
            break
        stack.append((current.next, closing))
        tag = current.tag or ""
        if tag == "-text":
            words = current.text_content or ""
            out.append(words if preformatted else _BLANKS.sub(" ", words))
        elif tag == "br":
            out.append("\n")
        elif tag == "hr":
            out.append("\n----------\n")
        elif tag in ("td", "th"):
            out.append(" ")
            stack.append((current.child, ""))
        elif tag not in _NO_TEXT:
            if tag in _BLOCK:
                out.append("\n\n" if tag in _APART else "\n")
            if tag == "pre":
                preformatted += 1
            if tag == "li":
                out.append("- ")
            stack.append((current.child, tag))
    return _tidy("".join(out))


def _tidy(text: str) -> str:
    text = text.replace("\u00a0", " ").replace("\0", "")
    text = _SPACES_AT_BREAK.sub("\n", text)
    return _MANY_LINES.sub("\n\n", text).strip()

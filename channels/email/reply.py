"""What the person wrote: without what they answered to, without their signature. Nothing is lost, it is only folded."""

from __future__ import annotations

import re
from dataclasses import dataclass

from channels.email import quotes
from channels.email.scan import Scan
from channels.email.signature import trimmed, without_signature

LONGEST = 200_000  # characters looked at; what is longer is shown as it is
MOST_LINES = 20_000
_FORWARD_SUBJECT = re.compile(
    r"^\s*(?:fwd?|wg|tr|rv|enc|i|vs|pd|doorst|ynt|ilt|ارجاع|هدایت|فوروارد|بازارسال|转发|轉寄|転送)\s*[:：]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """`text` is the person's own; `cut` whether anything was folded away."""

    text: str
    cut: bool


def visible(text: str, html: str | None, subject: str = "") -> Reply:
    """The visible part of a mail, from its plain text or, failing that, its HTML."""
    forward = bool(subject) and _FORWARD_SUBJECT.match(subject) is not None
    if text.strip():
        reply = from_text(text, forward=forward)
        if not reply.cut and html and not forward and quotes.is_marked(html):
            marked = from_html(html)
            if marked.cut and marked.text and len(marked.text) <= len(text) * 1.2:
                return marked
        return reply
    return from_html(html, forward=forward) if html else Reply("", False)


def from_html(html: str, *, forward: bool = False) -> Reply:
    """The visible part of HTML: programs' own marks first, then the words."""
    text, cut = quotes.without(html, keep_quotes=forward)
    reply = from_text(text, forward=forward)
    return Reply(reply.text, reply.cut or cut)


def from_text(text: str, *, forward: bool = False) -> Reply:
    """The visible part of plain text."""
    if len(text) > LONGEST:
        head = text[:LONGEST]
        rest = text[LONGEST:]
        reply = from_text(head, forward=forward)
        return (
            reply if reply.cut and not rest.strip() else Reply(text.strip() if not reply.cut else reply.text, reply.cut)
        )
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        return Reply(text.strip(), False)
    kept = Scan(lines, forward=forward).kept()
    if not any(line.strip() for line in kept):
        kept = lines  # all of it is quotation: better that than nothing
    kept = without_signature(trimmed(kept))
    shown = "\n".join(kept).strip()
    return Reply(shown, len(shown) < len(text.strip()))

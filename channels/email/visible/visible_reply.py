"""The visible reply: what the person wrote, without quotation and signature. Nothing is lost, only folded."""

from __future__ import annotations

import re
from dataclasses import dataclass

from channels.email.visible import html_quotes
from channels.email.visible.banner import below_banner
from channels.email.visible.plain_quotes import PlainQuotes
from channels.email.visible.questions import depth
from channels.email.visible.signature import trimmed, without_signature

LONGEST = 200_000  # characters looked at; what is longer is shown as it is
MOST_LINES = 20_000
_GAPS = re.compile(r"\n(?>(?:[^\S\n]|\u200b)*\n){2,}")
_FORWARD_SUBJECT = re.compile(
    r"^\s*+(?:fwd?|wg|tr|rv|enc|i|vs|pd|doorst|ynt|ilt|ارجاع|هدایت|فوروارد|بازارسال|转发|轉寄|転送)\s*[:：]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """`text` is the person's own; `full_text` all there is to read; `cut` whether they differ."""

    text: str
    full_text: str

    @property
    def cut(self) -> bool:
        """Whether anything is folded away."""
        return len(self.text) < len(self.full_text)


def visible(text: str, html: str | None, subject: str = "", *, first_mail: bool = False) -> Reply:
    """The visible part of a mail, from its plain text or, failing that, its HTML. `first_mail`: it answers none."""
    forward = bool(subject) and _FORWARD_SUBJECT.match(subject) is not None
    if not text.strip():
        return from_html(html, forward=forward, first_mail=first_mail) if html else Reply("", "")
    reply = from_text(text, forward=forward, first_mail=first_mail)
    if html and not reply.cut and not forward and html_quotes.is_marked(html):
        marked = from_html(html)
        if marked.cut and marked.text and len(marked.text) <= len(text) * 1.2:
            return Reply(marked.text, reply.full_text if len(reply.full_text) > len(marked.text) else marked.full_text)
    return reply


def from_html(html: str, *, forward: bool = False, first_mail: bool = False) -> Reply:
    """The visible part of HTML: programs' own marks first, then the words."""
    texts = html_quotes.read(html, keep_quotes=forward)
    return Reply(from_text(texts.own, forward=forward, first_mail=first_mail).text, texts.full_text)


def from_text(text: str, *, forward: bool = False, first_mail: bool = False) -> Reply:
    """The visible part of plain text."""
    if len(text) > LONGEST:
        head = from_text(text[:LONGEST], forward=forward, first_mail=first_mail)
        return Reply(head.text if head.cut else text.strip(), text.strip())
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        return Reply(text.strip(), text.strip())
    full_text = _joined(lines)
    quotes = PlainQuotes(lines[below_banner(lines) :], forward=forward, first_mail=first_mail)
    kept = quotes.kept()
    if not any(line.strip() for line in kept):
        kept = lines  # all of it is quotation: better that than nothing
    kept = without_signature(trimmed(kept))
    return Reply(_joined(_answered(kept) if quotes.answered else kept), full_text)


def _answered(lines: list[str]) -> list[str]:
    """Without questions at the end whose answer was nothing but a signature."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or depth(lines[end - 1])):
        end -= 1
    return lines[:end] if end else lines


def _joined(lines: list[str]) -> str:
    """The lines, at most one blank one between others."""
    text = "\n".join(lines).strip()
    return _GAPS.sub("\n\n", text) if "\n\n\n" in text or "\u200b\n" in text else text

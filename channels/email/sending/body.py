"""The body of an outgoing mail: its plain text and its HTML."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import css_inline

from channels.contract import Face, Outbound

FACES = Path(__file__).parents[1] / "faces"
RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
URL = re.compile(r"https?://[^\s<>\"'`{}|\\^\[\]]+[^\s<>\"'`{}|\\^\[\].,;:!?()»«،؛؟]")
# No colour for the text itself and no background: mail programs show it in the reader's own light or dark.
STYLE = """
body { margin: 0; padding: 0; }
.letter { font-family: Vazirmatn, Tahoma, 'Segoe UI', Arial, sans-serif; font-size: 15px; line-height: 1.8; padding: 6px; }
.letter p { margin: 0 0 12px; }
.letter a { color: #0e7c84; }
.signature { margin-top: 22px; color: #78736a; font-size: 13px; }
.quote { margin: 22px 0 0; color: #78736a; }
.quote blockquote { margin: 6px 0 0; padding: 0 12px; }
.faces { margin: 10px 0 22px; }
.faces td { padding: 4px; text-align: center; vertical-align: top; }
.letter .faces a { display: block; padding: 10px 6px; color: inherit; text-decoration: none; }
.faces img { display: block; margin: 0 auto 8px; border: 0; width: 88px; height: 88px; }
"""


def direction(language: str) -> str:
    """`rtl` or `ltr` of a language."""
    return "rtl" if language.lower().replace("_", "-").partition("-")[0] in RIGHT_TO_LEFT else "ltr"


def text_direction(text: str, otherwise: str) -> str:
    """The direction of the first strong letter of `text`; `otherwise` when it has none."""
    for character in URL.sub("", text):
        kind = unicodedata.bidirectional(character)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return otherwise


def plain(outbound: Outbound, signature: str) -> str:
    """The text alternative, complete in itself."""
    pieces = [outbound.text.strip()]
    pieces += ["\n".join(f"{face.label}:\n{face.url}\n" for face in outbound.faces).rstrip()] if outbound.faces else []
    pieces += [f"-- \n{signature}"] if signature else []
    head, quoted = quotation(outbound.details.get("quote"))
    if quoted:
        lines = [f"> {line}".rstrip() for line in quoted.splitlines()]
        pieces.append("\n".join([head, *lines] if head else lines))
    return "\n\n".join(piece for piece in pieces if piece) + "\n"


def page(outbound: Outbound, signature: str) -> str:
    """The HTML alternative, its styles written into the elements."""
    way = direction(outbound.language)
    content = outbound.html if outbound.html is not None else paragraphs(outbound.text, way)
    if outbound.faces:
        content += faces(outbound.faces, way)
    if signature:
        content += f'<div class="signature" dir="{text_direction(signature, way)}">{lines(signature)}</div>'
    content += _quote(outbound.details.get("quote"), way)
    align = "right" if way == "rtl" else "left"
    # Some mail programs drop <html> and <body>: the inner div carries language and direction again.
    document = (
        f'<!DOCTYPE html><html lang="{html.escape(outbound.language)}" dir="{way}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f'<div class="letter" lang="{html.escape(outbound.language)}" dir="{way}" style="direction:{way};text-align:{align}">'
        f"{content}</div></body></html>"
    )
    return _inliner().inline(document)


def paragraphs(text: str, way: str) -> str:
    """Plain text as HTML: a paragraph per blank line, each in its own direction, addresses made links."""
    pieces = [piece for piece in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip("\n")) if piece.strip()]
    return "".join(_paragraph(piece, text_direction(piece, way)) for piece in pieces)


def lines(text: str) -> str:
    """One block of text as HTML, its line breaks kept."""
    return "<br>".join(_linked(line) for line in text.splitlines())


def faces(choice: Sequence[Face], way: str) -> str:
    """The drawings of a survey, each a link."""
    cells = "".join(
        f'<td align="center"><a href="{html.escape(face.url)}"><img src="cid:{face_id(face)}" width="88" height="88" '
        f'alt="{html.escape(face.label)}">{html.escape(face.label)}</a></td>'
        for face in choice
    )
    return f'<table class="faces" role="presentation" dir="{way}" cellpadding="0" cellspacing="0" border="0"><tr>{cells}</tr></table>'


def face_id(face: Face) -> str:
    """The Content-ID of a drawing."""
    return f"face-{face.score}@pasokh"


@lru_cache(maxsize=8)
def face_picture(score: str) -> bytes:
    """The drawing of a face as PNG, 192 pixels square."""
    return (FACES / f"{score}.png").read_bytes()


def quotation(quote: Any) -> tuple[str, str]:
    """Heading and text of `details["quote"]`: a text, or a mapping with `header` and `text`."""
    if isinstance(quote, str):
        return "", quote.strip()
    if isinstance(quote, dict):
        return str(quote.get("header") or "").strip(), str(quote.get("text") or "").strip()
    return "", ""


def _quote(quote: Any, way: str) -> str:
    head, text = quotation(quote)
    if not text:
        return ""
    # The class is the one every mail reader folds away.
    inner = _quoted_html(quote) or paragraphs(text, way)
    bar = "right" if way == "rtl" else "left"
    heading = f'<div class="gmail_attr" dir="{text_direction(head, way)}">{lines(head)}</div>' if head else ""
    return f'<div class="gmail_quote quote">{heading}<blockquote style="border-{bar}:2px solid #d9d3c6">{inner}</blockquote></div>'


def _quoted_html(quote: Any) -> str:
    return str(quote.get("html") or "") if isinstance(quote, dict) else ""


def _paragraph(text: str, way: str) -> str:
    align = "right" if way == "rtl" else "left"
    return f'<p dir="{way}" style="text-align:{align}">{lines(text)}</p>'


def _linked(line: str) -> str:
    out, at = [], 0
    for match in URL.finditer(line):
        url = html.escape(match.group())
        out += [html.escape(line[at : match.start()], quote=False), f'<a href="{url}" dir="ltr">{url}</a>']
        at = match.end()
    return "".join(out) + html.escape(line[at:], quote=False)


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    # The letter holds only our own styles: nothing is fetched, whatever the HTML asks for.
    return css_inline.CSSInliner(load_remote_stylesheets=False)

"""HTML whose tree would be far larger than its source is seen before it is built."""

from __future__ import annotations

import pytest

from channels.email.visible import html_quotes
from channels.toolkit.html_nesting import is_too_nested
from helpdesk.web.inbox.pages.original_message import clean_html


def bomb(fonts: int, blocks: int, opening: str = "<p>", closing: str = "") -> str:
    """Formatting left open, then blocks in each of which a parser makes all of it again."""
    return opening + "".join(f"<font color='#{number:06x}'>" for number in range(fonts)) + closing + "<p>x</p>" * blocks


@pytest.mark.parametrize(
    "html",
    [
        bomb(2500, 2500),
        bomb(800, 800),
        bomb(800, 800, closing="<!--" + "</font>" * 800 + "-->"),
        bomb(800, 800, closing="<textarea>" + "</font>" * 800 + "</textarea>"),
        bomb(800, 800, closing="<table><tr><td>" + "</font>" * 800 + "</td></tr></table>"),
        bomb(800, 800, opening="<p><td>", closing="</td>"),
        bomb(800, 800, closing="</b>" * 800),
        "<div>" * 20_000,
    ],
)
def test_what_would_grow_is_read_as_words(html):
    assert is_too_nested(html)
    assert "<font" not in clean_html(html, {})
    assert "<" not in html_quotes.read(html).full_text


@pytest.mark.parametrize(
    "html",
    [
        "<table>" + "<tr><td><font size=2><b>a</b> b</font></td></tr>" * 20_000 + "</table>",
        "<p>" + "<b>bold <i>both</i></b> and <a href='https://shop.example'>a link</a> " * 20_000,
        "<td><font face=arial>left open" * 100,
        "<div><span>" * 400 + "words" + "</span></div>" * 400,
    ],
)
def test_what_people_send_is_not_taken_for_it(html):
    assert not is_too_nested(html)

"""Folding of quotations only removes lines: what is shown is part of the text, in its order, and never empty."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.visible.visible_reply import from_html, from_text

FRAGMENTS = [
    "سلام",
    "Hello, my order",
    "",
    "",
    "> quoted",
    ">> deeper",
    "در تاریخ ۱۱ اسفند ۱۴۰۴، پشتیبانی نوشت:",
    "On Mon, 2 Mar 2026 at 10:15, Support <support@example.org> wrote:",
    "<support@example.org> wrote:",
    "> wrote:",
    "reply On Mon, 2 Mar 2026 at 10:15, a wrote:",
    "-----Original Message-----",
    "---------- Forwarded message ---------",
    "From: a <a@example.com>",
    "از: پشتیبانی",
    "Date: Mon",
    "موضوع: سفارش",
    "To: b",
    "-- ",
    "---",
    "________________",
    "با تشکر",
    "Regards,",
    "سارا محمدی",
    "John Sample",
    "۰۲۱-۰۰۰۰۰۰۰۰",
    "www.example.com",
    "Sent from my iPhone",
    "از iPhone من ارسال شد",
    "- one",
    "- john",
    "<http://example.com/a",
    "> and more",
    "This message is confidential.",
]


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25))
@settings(max_examples=600, deadline=None)
def test_the_visible_reply_is_part_of_the_text_in_order(fragments: list[str]) -> None:
    reply = from_text("\n".join(fragments))
    full_text = lines_of(reply.full_text)
    assert full_text == lines_of("\n".join(fragments))
    place = 0
    for line in lines_of(reply.text):
        while place < len(full_text) and not full_text[place].startswith(line):
            place += 1
        assert place < len(full_text)
        place += 1
    assert bool(reply.text) == bool(full_text)


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25), st.booleans())
@settings(max_examples=200, deadline=None)
def test_folding_twice_shows_no_more_than_folding_once(fragments: list[str], forward: bool) -> None:
    once = from_text("\n".join(fragments), forward=forward).text
    assert len(from_text(once, forward=forward).text) <= len(once)


TAGS = [
    "<div>",
    "</div>",
    "<p>",
    "</p>",
    "<blockquote type=cite>",
    "</blockquote>",
    '<div class="gmail_quote">',
    "<br>",
    "<td>",
    "<pre>",
]


@given(st.lists(st.sampled_from([*FRAGMENTS, *TAGS]), max_size=30))
@settings(max_examples=300, deadline=None)
def test_html_with_content_is_never_shown_empty(pieces: list[str]) -> None:
    reply = from_html(" ".join(pieces))
    assert bool(reply.text) == bool(reply.full_text.strip())

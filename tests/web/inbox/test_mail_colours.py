"""The layout of a mail stays readable: colours with their backgrounds, display, pictures by any content id."""

from __future__ import annotations

import pytest

from helpdesk.web.inbox.pages.mail_colours import colour
from helpdesk.web.inbox.pages.original_message import clean_html


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ('<p style="background:#000;color:#fff">x</p>', '<p style="background-color:#000;color:#fff">x</p>'),
        ('<p style="background:black url(a.png);color:white">x</p>', '<p style="background-color:black;color:white">x</p>'),
        ('<p style="background-image:url(a.png);color:#fff">x</p>', '<p style="">x</p>'),
        ('<p class="dark" style="color:#eee;font-size:9px">x</p>', '<p style="font-size:9px">x</p>'),
        ('<font color="white">x</font>', "<font>x</font>"),
        ('<p style="background-color:#111">x</p>', '<p style="">x</p>'),
        ('<p style="color:rgba(255,255,255,.9)">x</p>', '<p style="">x</p>'),
        ('<p style="color:red">x</p>', '<p style="color:red">x</p>'),
    ],
)  # fmt: skip
def test_no_colour_stays_without_the_background_it_was_made_for(html: str, shown: str) -> None:
    assert clean_html(html, {}) == shown


def test_a_colour_stays_within_the_background_around_it_and_not_outside() -> None:
    html = '<div bgcolor="#000000" style="color:#fff"><p style="color:#f8f8f8">a</p></div><p style="color:#fff">b</p>'
    assert clean_html(html, {}) == html.replace('<p style="color:#fff">b', '<p style="">b')


def test_the_display_of_an_element_is_kept() -> None:
    html = '<div style="display:none">x</div><span style="display:block">y</span><p hidden="">z</p>'
    assert clean_html(html, {}) == html


@pytest.mark.parametrize(
    "cid",
    ["image 1@x", "im%20age@x", "%41@x", "تصویر@x", "{A-B}@x", "p(1).[2]@x", "a&amp;b@x", "a'b@x", "&lt;a@b&gt;", "a#b?c@x"],
)  # fmt: skip
def test_a_picture_is_found_by_a_content_id_of_any_characters(cid: str) -> None:
    plain = cid.replace("&amp;", "&").replace("&lt;", "").replace("&gt;", "").lower()
    assert "data:image/png" in clean_html(f'<img src="cid:{cid}">', {plain: "data:image/png;base64,AAAA"})


def test_colours_are_read_as_browsers_do() -> None:
    assert [colour(value) for value in ("#abc", "rgb(1, 2, 3)", "White !important", "ff0000")] == [
        (170, 187, 204), (1, 2, 3), (255, 255, 255), (255, 0, 0),
    ]  # fmt: skip
    assert [colour(value) for value in ("transparent", "inherit", "rgba(0,0,0,0)", "#12", "var(--x)", "")] == [None] * 6

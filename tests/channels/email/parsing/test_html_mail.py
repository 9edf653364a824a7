"""HTML mails: read as a browser shows them, without what mail programs mark as quoted."""

from __future__ import annotations

import pytest

from channels.contract import Inbound
from channels.email.mime.parse_mail import parse_mail
from channels.email.normalise import normalise
from channels.email.visible.visible_reply import from_html, visible

OWN = "<div>my words<br>and more</div>"
OLD = "<div>old words</div>"
HTML = {
    "Gmail": f'{OWN}<div class="gmail_quote"><div class="gmail_attr">On Mon someone wrote:</div><blockquote class="gmail_quote">{OLD}</blockquote></div>',
    "Outlook on the web": f'{OWN}<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> a<br><b>Sent:</b> b</div>{OLD}',
    "Outlook": f"{OWN}<div><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p><b>From:</b> a<br><b>Sent:</b> b</p></div></div>{OLD}",
    "Outlook for Mac": f'{OWN}<span id="OLK_SRC_BODY_SECTION">{OLD}</span>',
    "new Outlook": f'{OWN}<div id="mail-editor-reference-message-container">{OLD}</div>',
    "Outlook for phones": f'{OWN}<div class="ms-outlook-mobile-reference-message">{OLD}</div>',
    "Thunderbird": f'{OWN}<div class="moz-cite-prefix">On 02.03.26 10:15, a wrote:</div><blockquote type="cite">{OLD}</blockquote>',
    "Apple Mail": f'{OWN}<div><blockquote type="cite">On 2 Mar 2026, a wrote:{OLD}</blockquote></div>',
    "Yahoo": f'{OWN}<div id="yahoo_quoted_1" class="yahoo_quoted">{OLD}</div>',
    "Proton": f'{OWN}<div class="protonmail_quote">{OLD}</div>',
    "Zoho": f'{OWN}<div class="zmail_extra">{OLD}</div>',
    "Tutanota": f'{OWN}<blockquote class="tutanota_quote">{OLD}</blockquote>',
    "Hotmail": f'{OWN}<hr id="stopSpelling">Date: x<br>{OLD}',
    "a signature": f'{OWN}<div class="gmail_signature">{OLD}</div>',
    "Thunderbird's signature": f'{OWN}<pre class="moz-signature">-- \nold words</pre>',
    "the words alone": f"{OWN}<div>On Mon, 2 Mar 2026 at 10:15, Someone &lt;a@example.com&gt; wrote:</div><blockquote>{OLD}</blockquote>",
}


@pytest.mark.parametrize("client", HTML)
def test_what_mail_programs_mark_as_quoted_is_folded(client: str) -> None:
    reply = from_html(f"<html><body>{HTML[client]}</body></html>")
    assert reply.text == "my words\nand more"
    assert "old words" in reply.full_text


def test_a_message_forwarded_by_gmail_is_the_message() -> None:
    html = '<div>see</div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: a</div>words</div>'
    assert "words" in from_html(html).text


def test_html_reads_as_a_browser_shows_it() -> None:
    html = (
        "<head><title>no</title><style>no{}</style></head><body><!-- no --><p>one <b>two</b>&nbsp;three</p><p>four<br>five</p>"
        "<div>six<div>seven</div></div><ul><li>a</li><li>b</li></ul><pre>x\n  y</pre><script>no()</script>"
        "<table><tr><td>c</td><td>d</td></tr></table></body>"
    )
    assert from_html(html).text == "one two three\n\nfour\nfive\n\nsix\nseven\n\n- a\n- b\n\nx\n  y\n\nc d"


def test_marks_in_the_html_help_where_the_plain_text_has_none() -> None:
    plain = "my words\nand more\n\nHeer Jansen heeft eerder iets gezegd\nold words"
    assert visible(plain, HTML["Gmail"]).text == "my words\nand more"


@pytest.mark.parametrize(
    ("content_id", "written"),
    [
        ("image 1@x", "image 1@x"),
        ("p(1)@x", "p(1)@x"),
        ("a'b@x", "a'b@x"),
        ("a&b@x", "a&amp;b@x"),
        ("a b@x", "a%20b@x"),
        ("تصویر@x", "تصویر@x"),
    ],
)
def test_a_picture_the_html_shows_is_inline_whatever_its_content_id(content_id: str, written: str) -> None:
    page = f'<img src="cid:{written}">'
    raw = (
        f"From: a@example.com\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html; charset=utf-8\n\n{page}\n"
        f"--b\nContent-Type: image/png\nContent-ID: <{content_id}>\n\nPNG\n--b--\n"
    )
    (picture,) = parse_mail(raw.encode()).attachments
    assert (picture.content_id, picture.inline) == (content_id, True)


@pytest.mark.parametrize("half", [b"\xed\xa0\xbd", b"\xd8\x3d", b"\xff\xfe", b"\x80\xe9"])
def test_half_characters_never_leave_the_parser(half: bytes) -> None:
    raw = (
        b"From: a@example.com\nMessage-ID: <" + half + b"@x>\nIn-Reply-To: <" + half + b"@x>\nReferences: " + half + b"\n"
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html; charset=utf-7\n\n+2D0- &#xD83D;\n"
        b"--b\nContent-Type: " + half + b"/" + half + b"\nContent-ID: <" + half + b"@x>\n\nx\n"
        b"--b\nContent-Type: text/calendar; method=" + half + b"\n\nx\n--b--\n"
    )  # fmt: skip
    inbound = normalise(raw, account="support")
    assert isinstance(inbound, Inbound)
    for written in (*inbound.thread.remote_ids, inbound.details["calendar"], inbound.external_id):
        written.encode("utf-8")
    for file in inbound.attachments:
        f"{file.name}{file.content_type}{file.content_id}".encode()

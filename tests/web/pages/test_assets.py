"""Static assets: size budget, hashed names, every referenced name exists."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from aiohttp import web

from helpdesk.web.inbox.build import clock_explanation
from helpdesk.web.inbox.views import event_icons
from helpdesk.web.pages import navigation
from helpdesk.web.rendering.page_renderer import BUILT, TEMPLATES, asset_routes

SCRIPTS, PAGE = 45 * 1024, 100 * 1024  # bytes gzipped
FACES = ("happy", "neutral", "sad")


@pytest.fixture(scope="module")
def manifest() -> dict[str, str]:
    path = BUILT / "manifest.json"
    assert path.is_file(), "The front end is not built; run `make setup`."
    named: dict[str, str] = json.loads(path.read_text("utf-8"))
    return named


def packed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 6))


def test_scripts_together_are_at_most_45_kb(manifest):
    assert sum(packed(BUILT / name) for key, name in manifest.items() if key.endswith(".js")) <= SCRIPTS


def test_a_page_is_at_most_100_kb_without_fonts(manifest):
    loaded = sum(packed(BUILT / manifest[name]) for name in ("desk.js", "pasokh.css", "icons.svg", "favicon.svg"))
    stickers = sum(packed(BUILT / "stickers" / f"{face}.svg") for face in FACES)
    assert loaded + stickers <= PAGE - 30 * 1024  # the rest is for the page itself


def test_asset_names_contain_a_content_hash(manifest):
    assert all(re.search(r"-[0-9A-Z]{8}\.\w+$", name) and (BUILT / name).is_file() for name in manifest.values())


def test_every_asset_a_template_asks_for_is_built(manifest):
    asked = set()
    for template in TEMPLATES.rglob("*.html"):
        asked |= set(re.findall(r"asset\('([\w.-]+)'", template.read_text("utf-8")))
    assert asked
    assert asked <= manifest.keys()


def test_every_icon_a_template_or_view_names_is_on_the_sheet(manifest):
    sheet = set(re.findall(r'<symbol id="([\w-]+)"', (BUILT / manifest["icons.svg"]).read_text("utf-8")))
    named = set()
    for template in TEMPLATES.rglob("*.html"):
        named |= set(re.findall(r'icon\("([\w-]+)"', template.read_text("utf-8")))
    named |= {
        *navigation.ICONS.values(),
        *clock_explanation.KINDS.values(),
        *event_icons.ICONS.values(),
        *event_icons.OTHERS.values(),
        "done",
    }
    assert named - sheet == set()


def test_stickers_exist_as_svg_and_as_png_for_mail():
    for face in FACES:
        assert (BUILT / "stickers" / f"{face}.svg").is_file()
        assert (BUILT / "stickers" / f"{face}.png").read_bytes().startswith(b"\x89PNG")


def test_pages_have_no_inline_script_or_style():
    for template in TEMPLATES.rglob("*.html"):
        text = template.read_text("utf-8")
        assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:", text), template
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text)), template


async def test_assets_are_compressed_and_cached_forever(manifest, aiohttp_client):
    app = web.Application()
    app.add_routes(asset_routes())
    client = await aiohttp_client(app)
    answer = await client.get(f"/assets/{manifest['desk.js']}", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Type"].startswith(("text/javascript", "application/javascript"))
    assert "immutable" in answer.headers["Cache-Control"]
    assert int(answer.headers["Content-Length"]) <= SCRIPTS
    for outside in ("../../../pages.py", "%2e%2e/%2e%2e/pages.py", "nothing.js"):
        assert (await client.get(f"/assets/{outside}")).status == 404

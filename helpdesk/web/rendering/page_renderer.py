"""Template rendering: one Jinja environment per language, always escaped, every text through gettext. Static assets."""

from __future__ import annotations

import gettext
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from helpdesk import dates
from helpdesk.clock import now as wall_clock
from helpdesk.web.app_keys import CSRF, PERSON
from helpdesk.web.rendering import template_filters
from helpdesk.web.rendering.fragment_cache import FragmentCache

LANGUAGES = ("fa", "en")
DIRECTION = {"fa": "rtl", "en": "ltr"}
COMMA = {"fa": "، ", "en": ", "}
THEMES = ("system", "light", "dark")
DOMAIN = "pasokh"

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "templates"
LOCALE = Path(__file__).resolve().parents[1] / "locale"
BUILT = Path(__file__).resolve().parents[1] / "assets" / "built"


class Pages:
    """Renders templates. One per application, kept under the key `PAGES`.

    Besides its context, a template has: `language`, `direction`, `theme`, `me` (who is signed in, or
    None), `csrf` (the form token), `desk_name`, `now`, `path`, `asset(name)` and `icon(name)`.
    """

    def __init__(
        self,
        *,
        desk_name: str = "پاسخ",
        language: str = "fa",
        zone: str = dates.TEHRAN,
        clock: Callable[[], datetime] = wall_clock,
        templates: Path = TEMPLATES,
        built: Path = BUILT,
    ) -> None:
        self.desk_name, self.language, self.clock = desk_name, language, clock
        self._assets: Mapping[str, str] = json.loads((built / "manifest.json").read_text("utf-8"))
        self._environments = {item: self._environment(templates, item, zone) for item in LANGUAGES}

    def _environment(self, templates: Path, language: str, zone: str) -> Environment:
        made = Environment(
            loader=FileSystemLoader(templates),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        )
        translations = catalogue(language)
        made.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
        made.globals.update(dict.fromkeys(("gettext", "_"), template_filters.gettext_for(translations.gettext)))
        made.filters.update(template_filters.filters(language, zone, translations.gettext))
        made.globals.update(
            drawn=FragmentCache(made),
            asset=self.asset,
            icon=self.icon,
            language=language,
            direction=DIRECTION[language],
            comma=COMMA[language],
            desk_name=self.desk_name,
        )
        return made

    def asset(self, name: str) -> str:
        """The URL of a bundled file such as `pasokh.css`; it changes with the content."""
        return f"/assets/{self._assets[name]}"

    @lru_cache(maxsize=512)  # noqa: B019 - one Pages per application
    def icon(self, name: str, flip: bool = False, extra: str = "") -> Markup:
        """An icon of the sprite; `flip` mirrors it with the reading direction."""
        kinds = " ".join(item for item in ("icon", "flip" if flip else "", extra) if item)
        return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(
            kinds, self.asset("icons.svg"), name
        )

    def language_of(self, request: web.Request) -> str:
        """The chosen language, else the browser's, else the desk's."""
        chosen = request.cookies.get("language")
        if chosen in LANGUAGES:
            return chosen
        for preference in request.headers.get("Accept-Language", "").split(","):
            accepted = preference.split(";")[0].strip()[:2].lower()
            if accepted in LANGUAGES:
                return accepted
        return self.language

    def gettext(self, language: str) -> gettext.NullTranslations:
        """The catalogue, for texts outside templates."""
        return catalogue(language)

    def render_fragment(
        self, request: web.Request, name: str, /, *, language: str | None = None, **context: Any
    ) -> str:
        """Render one template to HTML."""
        spoken = language or self.language_of(request)
        theme = request.cookies.get("theme", "system")
        return (
            self._environments[spoken]
            .get_template(name)
            .render(
                now=self.clock(),
                desk_name=self.desk_name,
                theme=theme if theme in THEMES else "system",
                keys=request.cookies.get("shortcuts") != "off",
                me=request.get(PERSON),
                csrf=request.get(CSRF, ""),
                path=request.rel_url.path_qs,
                **context,
            )
        )

    def render(
        self, request: web.Request, name: str, /, *, status: int = 200, language: str | None = None, **context: Any
    ) -> web.Response:
        """A response with one rendered template. `language` overrides the reader's (a survey uses the customer's)."""
        return web.Response(
            text=self.render_fragment(request, name, language=language, **context),
            status=status,
            content_type="text/html",
            headers={"Cache-Control": "no-store", "Vary": "Accept-Language, Cookie, HX-Request"},
        )


PAGES = web.AppKey("pages", Pages)


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> gettext.GNUTranslations:
    """The compiled catalogue of a language. Raises FileNotFoundError before `make setup` compiled it."""
    return gettext.translation(DOMAIN, localedir=LOCALE, languages=[language])


def asset_routes(built: Path = BUILT) -> list[web.AbstractRouteDef]:
    """Routes of the bundled files. Hashed names are cached for a year, stickers for a day."""

    async def serve(request: web.Request) -> web.StreamResponse:
        path = (built / request.match_info["name"]).resolve()
        if not path.is_relative_to(built) or not path.is_file():
            raise web.HTTPNotFound
        kept = "max-age=86400" if path.parent.name == "stickers" else "max-age=31536000, immutable"
        return web.FileResponse(path, headers={"Cache-Control": f"public, {kept}"})

    return [web.get("/assets/{name:[\\w./-]+}", serve)]

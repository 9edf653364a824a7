"""The widget script: served under a stable name (rechecked hourly) and under a content hash (cached for ever)."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

from aiohttp import web

BUILT = Path(__file__).parents[1] / "built" / "widget.js"
TYPE = "text/javascript; charset=utf-8"


class WidgetAsset:
    """Read once, when it is first asked for; looked at again when the file was built anew."""

    def __init__(self, path: Path = BUILT) -> None:
        self._path = path
        self._changed, self._version = 0, ""
        self._packed: dict[str, bytes] = {}  # by encoding; "" is as it is

    @property
    def version(self) -> str:
        """The name of its content, empty while it is not built."""
        self._load()
        return self._version

    async def newest(self, request: web.Request) -> web.StreamResponse:
        """For the script tag of a page."""
        tag = f'"{self.version}"'
        keep = {"Cache-Control": "public, max-age=3600, stale-while-revalidate=604800", "ETag": tag}
        if self.version and request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=keep)
        return self._answer(request, keep)

    async def pinned(self, request: web.Request) -> web.StreamResponse:
        """For pages that pin the very script they looked at (integrity)."""
        if request.match_info["version"] != self.version:
            raise web.HTTPNotFound(text="This version of the widget is not here any more.\n")
        return self._answer(request, {"Cache-Control": "public, max-age=31536000, immutable"})

    def _answer(self, request: web.Request, headers: dict[str, str]) -> web.Response:
        if not self.version:
            raise web.HTTPNotFound(text="The widget is not built: npm run build:widget.\n")
        open_to_all = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin",
                       "Content-Type": TYPE, "Vary": "Accept-Encoding", **headers}  # fmt: skip
        taken = {part.partition(";")[0].strip() for part in request.headers.get("Accept-Encoding", "").split(",")}
        for encoding in ("br", "gzip"):
            if encoding in taken and encoding in self._packed:
                return web.Response(body=self._packed[encoding], headers={**open_to_all, "Content-Encoding": encoding})
        return web.Response(body=self._packed[""], headers=open_to_all)

    def _load(self) -> None:
        try:
            changed = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return
        if changed == self._changed:
            return
        plain = self._path.read_bytes()
        self._packed = {"": plain, "gzip": gzip.compress(plain, 9, mtime=0)}
        self._changed, self._version = changed, hashlib.sha256(plain).hexdigest()[:12]
        smaller = self._path.with_suffix(".js.br")  # made by the build; not of an earlier one
        if smaller.exists() and smaller.stat().st_mtime_ns >= changed:
            self._packed["br"] = smaller.read_bytes()

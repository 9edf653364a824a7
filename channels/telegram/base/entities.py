"""Formatted text: entities to HTML, rich messages to lines of text. Pure; offsets are UTF-16 units."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from channels.telegram.base.json_access import Json, number, obj, objects, text

_TAGS = {
    "bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "code": "code", "pre": "pre",
    "blockquote": "blockquote", "expandable_blockquote": "blockquote",
}  # fmt: skip
_LINKS = ("http://", "https://", "mailto:", "tel:")
_DEPTH = 12


def html(body: str, entities: list[Json]) -> str | None:
    """The text as HTML when it is formatted or hides links; None when the plain text says it all."""
    marks = [entity for entity in entities if text(entity, "type") in _TAGS or text(entity, "type") == "text_link"]
    if not marks:
        return None
    raw = body.encode("utf-16-le", "surrogatepass")
    opens: dict[int, list[tuple[int, str]]] = {}
    closes: dict[int, list[tuple[int, str]]] = {}
    for mark in marks:
        start, length = number(mark, "offset"), number(mark, "length")
        if start is None or length is None or start < 0 or length <= 0 or (start + length) * 2 > len(raw):
            continue
        opening, closing = _tags(mark)
        if opening:
            opens.setdefault(start, []).append((-length, opening))
            closes.setdefault(start + length, []).append((-start, closing))
    places = sorted({0, len(raw) // 2, *opens, *closes})
    parts = []
    for place, following in zip(places, [*places[1:], places[-1]], strict=True):
        parts += [tag for _, tag in sorted(closes.get(place, ()))]
        parts += [tag for _, tag in sorted(opens.get(place, ()), key=lambda item: item[0])]
        parts.append(escape(raw[place * 2 : following * 2].decode("utf-16-le", "replace")).replace("\n", "<br>"))
    return "".join(parts)


def _tags(entity: Json) -> tuple[str, str]:
    kind = text(entity, "type")
    if kind != "text_link":
        return f"<{_TAGS[kind]}>", f"</{_TAGS[kind]}>"
    url = text(entity, "url", 2000)
    return (f'<a href="{escape(url, quote=True)}">', "</a>") if url.lower().startswith(_LINKS) else ("", "")


def plain(rich: Any, depth: int = _DEPTH) -> str:
    """The words of a RichText: a string, a list of them, or an object with `text` in it."""
    if isinstance(rich, str):
        return text({"text": rich}, "text")
    if depth <= 0:
        return ""
    if isinstance(rich, list):
        return "".join(plain(item, depth - 1) for item in rich)
    if not isinstance(rich, dict):
        return ""
    if "text" in rich:
        words = plain(rich["text"], depth - 1)
        url = text(rich, "url", 2000)
        return f"{words} ({url})" if url and url != words else words
    return text(rich, "expression") or text(rich, "alternative_text") or text(rich, "emoji")


def lines(blocks: list[Json], depth: int = _DEPTH) -> Iterator[str]:
    """The lines of a rich message, one block after the other; a kind never seen gives the words found in it."""
    for block in blocks if depth > 0 else []:
        kind = text(block, "type", 60)
        for field in ("title", "summary", "header", "text", "expression"):
            line = plain(block.get(field))
            if line.strip():
                yield line
        for item in objects(block, "items"):
            label = text(item, "label", 40) or "•"
            tick = ("☑ " if item.get("is_checked") is True else "☐ ") if item.get("has_checkbox") is True else ""
            inside = "\n".join(lines(objects(item, "blocks"), depth - 1)) or plain(item.get("text"))
            yield f"{label} {tick}{inside}".rstrip()
        cells = block.get("cells")
        for row in cells if isinstance(cells, list) else []:
            yield (
                " | ".join(plain(item.get("text")) for item in row if isinstance(item, dict))
                if isinstance(row, list)
                else ""
            )
        if kind == "divider":
            yield "———"
        if where := obj(block, "location"):
            yield f"📍 {where.get('latitude')}, {where.get('longitude')}"
        yield from lines(objects(block, "blocks"), depth - 1)
        for field in ("caption", "credit"):
            line = plain(block.get(field))
            if line.strip():
                yield line


def media(blocks: list[Json], depth: int = _DEPTH) -> Iterator[Json]:
    """Every block and list item of a rich message, in order: some hold files."""
    for block in blocks if depth > 0 else []:
        yield block
        yield from media(objects(block, "blocks"), depth - 1)
        for item in objects(block, "items"):
            yield from media(objects(item, "blocks"), depth - 1)

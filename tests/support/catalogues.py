"""Every text of the desk that people read, as the catalogues must hold it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
SPOKEN = ("NotFound", "Conflict", "Forbidden", "Invalid", "Resting", "say", "_page:2")  # calls whose words are shown
Key = tuple[str | None, str | tuple[str, ...]]


def keywords() -> dict[str, Any]:
    """Functions whose first text is for people."""
    return {**DEFAULT_KEYWORDS, **parse_keywords(SPOKEN)}


def wanted() -> dict[Key, str]:
    """Texts of templates and code, and one place where each is said."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found: dict[Key, str] = {}
    for name in ("helpdesk", "templates"):
        moved = [(pattern.removeprefix(f"{name}/"), method) for pattern, method in methods if pattern.startswith(f"{name}/")]
        settings = {pattern.removeprefix(f"{name}/"): one for pattern, one in options.items()}
        for file_name, line, message, _, context in extract_from_dir(ROOT / name, moved, settings, keywords()):
            text = message if isinstance(message, str) else tuple(message)
            if text:
                found.setdefault((context, text), f"{name}/{file_name}:{line}")
    return found


def written(language: str) -> dict[Key, tuple[str, ...]]:
    """What a catalogue says for each text; every form of it."""
    path = ROOT / "helpdesk" / "web" / "locale" / language / "LC_MESSAGES" / "pasokh.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {
        (one.context, one.id if isinstance(one.id, str) else tuple(one.id)): (
            (one.string,) if isinstance(one.string, str) else tuple(one.string or ("",))
        )
        for one in catalogue
        if one.id
    }

"""Extraction of all translatable texts, and the update of the catalogues.

`python -m tests.support.pages.catalogues` adds new texts, removes unused ones and prints those without a translation.
English translates to itself; Persian is written by hand.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from tests.support.pages.stored_sentences import stored_sentences

ROOT = Path(__file__).resolve().parents[3]
SPOKEN = (
    "NotFound",
    "Conflict",
    "Forbidden",
    "Invalid",
    "Resting",
    "ErrorMessage",
    "say",
)  # calls whose first argument is shown to people
Key = tuple[str | None, str | tuple[str, ...]]


def keywords() -> dict[str, Any]:
    """Functions whose first text is for people."""
    return {**DEFAULT_KEYWORDS, **parse_keywords(SPOKEN)}


def wanted() -> dict[Key, str]:
    """Texts of templates and code, each with one place."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found: dict[Key, str] = {}
    for name in ("helpdesk", "templates"):
        moved = [
            (pattern.removeprefix(f"{name}/"), method) for pattern, method in methods if pattern.startswith(f"{name}/")
        ]
        settings = {pattern.removeprefix(f"{name}/"): one for pattern, one in options.items()}
        for file_name, line, message, _, context in extract_from_dir(ROOT / name, moved, settings, keywords()):
            text = message if isinstance(message, str) else tuple(message)
            if text:
                found.setdefault((context, text), f"{name}/{file_name}:{line}")
    for sentence, place in stored_sentences().items():
        found.setdefault((None, sentence), place)
    return found


def path_of(language: str) -> Path:
    """The catalogue of a language."""
    return ROOT / "helpdesk" / "web" / "locale" / language / "LC_MESSAGES" / "pasokh.po"


def written(language: str) -> dict[Key, tuple[str, ...]]:
    """The translations of a catalogue, with all plural forms."""
    with path_of(language).open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {
        (one.context, one.id if isinstance(one.id, str) else tuple(one.id)): (
            (one.string,) if isinstance(one.string, str) else tuple(one.string or ("",))
        )
        for one in catalogue
        if one.id
    }


def renew(language: str) -> list[str]:
    """Update a catalogue; returns the texts without a translation."""
    with path_of(language).open("rb") as file:
        old = read_po(file, locale=language)
    known, empty = written(language), []
    new = Catalog(
        locale=language, project="Pasokh", version="", header_comment="# The words of the desk.",
        last_translator="", language_team="", msgid_bugs_address="", charset="utf-8", fuzzy=False,
        creation_date=old.creation_date, revision_date=old.creation_date,
    )  # fmt: skip
    for context, text in sorted(wanted(), key=lambda key: (key[1] if isinstance(key[1], str) else key[1][0]).lower()):
        role = known.get((context, text), ())
        if language == "en":
            role = (text,) if isinstance(text, str) else text
        elif not all(role) or not role:
            empty.append(text if isinstance(text, str) else text[0])
        new.add(text, (role[0] if role else "") if isinstance(text, str) else tuple(role), context=context)
    made = BytesIO()
    write_po(made, new, width=0, no_location=True)
    path_of(language).write_bytes(made.getvalue())
    return empty


if __name__ == "__main__":
    for spoken in ("en", "fa"):
        for missing in renew(spoken):
            print(f"{spoken}: {missing}")

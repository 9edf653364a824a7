"""Visitors who never said a name: what they are called, and how they are found again by that."""

from __future__ import annotations

import re

TOKEN = re.compile(r"[0-9a-f]{16,}|[\w-]{24,}")  # what a channel calls somebody who never said a name
WORDS = {"fa": "مهمان", "en": "Visitor"}
SHOWN = 4  # characters of the token that people see
_CALLED = re.compile(rf"(?:{'|'.join(WORDS.values())})\s+([\w-]{{{SHOWN},}})", re.IGNORECASE)


def anonymous_name(token: str, language: str) -> str:
    """What a visitor is called: `مهمان 1aaf`."""
    return f"{WORDS.get(language, WORDS['en'])} {token[:SHOWN]}"


def address_prefix(question: str) -> str | None:
    """How the token begins when somebody is looked for by what they are called; None for any other question."""
    match = _CALLED.fullmatch(question.strip().strip("«»\"'").strip())
    return match[1] if match else None

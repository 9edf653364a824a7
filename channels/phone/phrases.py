"""Phrases this channel writes itself, per language."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "fa": {"inbound": "تماس تلفنی از {who}", "outbound": "تماس تلفنی با {who}", "hidden": "شمارهٔ پنهان"},
    "en": {"inbound": "Phone call from {who}", "outbound": "Phone call to {who}", "hidden": "a hidden number"},
}
QUESTIONS: Mapping[str, tuple[str, ...]] = {  # the longest that fits into one text message is taken
    "fa": ("از گفت‌وگو با ما راضی بودید؟", "از ما راضی بودید؟", "راضی بودید؟", "نظر شما؟"),
    "en": ("How was talking with us? One tap is enough:", "How was talking with us?", "How were we?"),
}


def call_subject(language: str, direction: str | None, who: str | None) -> str:
    """The subject of a ticket a call opens; the number is isolated from the direction of the text."""
    words = WORDS.get(language, WORDS["en"])
    name = words["hidden"] if who in (None, "anonymous") else f"\u2068{who}\u2069"
    return words["outbound" if direction == "outbound" else "inbound"].format(who=name)

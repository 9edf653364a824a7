"""Emoji-only texts: whether a message says anything beyond its emoji. Pure."""

from __future__ import annotations

import re

MAX_LENGTH = 80  # code points; a longer text is something else

_EMOJI = re.compile(
    r"(?:[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
    r"\U000e0020-\U000e007f\ufe0f\u200d\u20e3\s.!،,…]|[#*0-9](?=\ufe0f?\u20e3))+"
)
_PUNCTUATION = re.compile(r"[\s.!،,…]*")


def is_emoji_only(text: str) -> bool:
    """Whether there is nothing but emoji, with spaces and harmless punctuation between them; keycaps count."""
    stripped = text.strip()
    return (
        0 < len(stripped) <= MAX_LENGTH
        and _EMOJI.fullmatch(stripped) is not None
        and _PUNCTUATION.fullmatch(stripped) is None
        and any(ord(character) > 0xA8 for character in stripped)
    )

"""Emoji of a message, and the face of the survey that one stands for. Pure."""

from __future__ import annotations

import re
from typing import Literal

Score = Literal["happy", "neutral", "sad"]

_EMOJI = re.compile(
    r"(?:[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
    r"\U000e0020-\U000e007f\ufe0f\u200d\u20e3\s.!،…]|[#*0-9](?=\ufe0f?\u20e3))+"
)
_FACES: dict[Score, str] = {
    "happy": "😀😃😄😁😆😊🙂☺😍🥰😘🤩😇🤗😻👍👌👏🙏❤🥳💯🔥😎😸💚💙🎉",
    "neutral": "😐😑😶🤔😕🫤🤷🙄😬",
    "sad": "☹🙁😞😟😠😡🤬😢😭😤😣😖😫😩👎😔😒💔🤮🤢😿💩🤦",
}
_SCORE = {emoji: score for score, emojis in _FACES.items() for emoji in emojis}


def is_emoji(text: str) -> bool:
    """Whether there is nothing but emoji."""
    short = text.strip()
    return (
        bool(short)
        and len(short) <= 80
        and bool(_EMOJI.fullmatch(short))
        and any(ord(character) > 0xA8 for character in short)
    )


def face_of(emoji: str) -> Score | None:
    """The face of the survey that one emoji stands for (skin tones and repetition don't matter); None: none of them."""
    plain = re.sub("[\ufe0e\ufe0f\u200d\u2640\u2642\U0001f3fb-\U0001f3ff\\s]", "", emoji)
    scores = {_SCORE.get(character) for character in plain}
    return scores.pop() if len(scores) == 1 and len(plain) <= 6 else None

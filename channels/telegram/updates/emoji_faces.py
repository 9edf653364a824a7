"""Survey faces by emoji: which of the three answers an emoji stands for. Pure."""

from __future__ import annotations

import re
from typing import Literal

Score = Literal["happy", "neutral", "sad"]

_FACES: dict[Score, str] = {
    "happy": "😀😃😄😁😆😊🙂☺😍🥰😘🤩😇🤗😻👍👌👏🙏❤🥳💯🔥😎😸💚💙🎉",
    "neutral": "😐😑😶🤔😕🫤🤷🙄😬",
    "sad": "☹🙁😞😟😠😡🤬😢😭😤😣😖😫😩👎😔😒💔🤮🤢😿💩🤦",
}
_SCORE = {emoji: score for score, emojis in _FACES.items() for emoji in emojis}


def face_of(emoji: str) -> Score | None:
    """The face of the survey that one emoji stands for (skin tones and repetition don't matter); None: none of them."""
    plain = re.sub("[\ufe0e\ufe0f\u200d\u2640\u2642\U0001f3fb-\U0001f3ff\\s]", "", emoji)
    scores = {_SCORE.get(character) for character in plain}
    return scores.pop() if len(scores) == 1 and len(plain) <= 6 else None

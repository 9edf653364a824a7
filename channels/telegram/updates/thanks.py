"""Small judgements about what was sent: mere thanks, and which face of the survey an emoji stands for. Pure."""

from __future__ import annotations

import re
from typing import Literal

Score = Literal["happy", "neutral", "sad"]

_EMOJI = re.compile(
    r"(?:[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
    r"\U000e0020-\U000e007f\ufe0f\u200d\u20e3\s.!،…]|[#*0-9](?=\ufe0f?\u20e3))+"
)
_LETTER = re.compile(r"[^\W\d_]")
_THANKS = re.compile(
    r"\b(?:thanks?|thank you|thx|ty|tnx|cheers|merci|ممنون|ممنونم|ممنونیم|متشکر|متشکرم|متشکریم|تشکر|سپاس|سپاسگزارم|سپاسگزار"
    r"|مرسی|مچکر|مچکرم|دستتون درد نکنه|دستت درد نکنه|دست شما درد نکنه|دمتون گرم|دمت گرم|شکرا|قربان شما|لطف کردید|لطف کردین)\b"
)
_AROUND = re.compile(
    r"\b(?:very|so|much|you|a lot|again|ok|okay|great|perfect|got it|for|your|the|help|support|dear|all|خیلی|بسیار|واقعا|از|"
    r"شما|بابت|پاسخ|پاسختون|پاسخ‌تون|جواب|پیگیری|پیگیریتون|پیگیری‌تون|راهنمایی|راهنماییتون|کمک|کمکتون|عالی|عالیه|بود|باشه|چشم|"
    r"حله|اوکی|و|عزیز|لطف|لطفتون|محبت|زحمت|زحمات|زحماتتون|هستم|سلام|درود|فراوان|بی‌نهایت|یک دنیا|تیم|پشتیبانی|همکار|گرامی|تون)\b"
)
_FOLD = str.maketrans({"ي": "ی", "ك": "ک", "ً": "", "ّ": "", "\u200f": "", "\u200e": ""})
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
        bool(short) and len(short) <= 80 and bool(_EMOJI.fullmatch(short)) and any(ord(item) > 0xA8 for item in short)
    )


def is_thanks(text: str) -> bool:
    """Whether a message is a mere thank-you or emoji, which reopens nothing. In doubt: no."""
    short = text.strip()
    if is_emoji(short):
        return True
    if not short or len(short) > 100 or re.search(r"[?؟\d@/]", short):
        return False
    folded = short.lower().translate(_FOLD)
    rest, results = _THANKS.subn(" ", folded)
    return bool(results) and not _LETTER.search(_AROUND.sub(" ", rest))


def face_of(emoji: str) -> Score | None:
    """The face of the survey that one emoji stands for (skin tones and repetition don't matter); None: none of them."""
    plain = re.sub("[\ufe0e\ufe0f\u200d\u2640\u2642\U0001f3fb-\U0001f3ff\\s]", "", emoji)
    scores = {_SCORE.get(item) for item in plain}
    return scores.pop() if len(scores) == 1 and len(plain) <= 6 else None

"""Whether a message is a mere thank-you or a gesture: shown, but it opens nothing again. Pure."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 60  # characters; what is longer says something
THANKS = frozenset(
    re.split(
        r"\s+",
        "ممنون ممنونم متشکر متشکرم مرسی سپاس سپاسگزار سپاسگزارم تشکر دستتون دستت درد نکنه لطف کردید کردین خیلی بسیار زیاد "
        "عالی عالیه خداحافظ خدانگهدار از شما تون واقعا دمتون گرم دم "
        "thanks thank you thx ty tnx cheers great perfect bye so much very many a lot all for your the help that is "
        "merci mersi mamnoon mamnun",
    )
)
SAID = re.compile(
    r"\b(ممنون|متشکر|مرسی|سپاس|تشکر|نکنه|دمتون|خداحافظ|thank|thx|ty|tnx|cheers|merci|mersi|mamnoon|mamnun|bye)"
)
FOLD = str.maketrans({"ي": "ی", "ك": "ک", "ۀ": "ه", "أ": "ا", "إ": "ا", "\u200c": " ", "ً": ""})


def mere_thanks(text: str) -> bool:
    """Nothing but thanks, a goodbye, or pictures of feelings. A question is never mere thanks."""
    said = text.strip()
    if not said or len(said) > LONGEST or "?" in said or "؟" in said:
        return False
    words = re.findall(r"[^\W\d_]+", said.translate(FOLD).lower())
    if not words:
        return not any(c.isdigit() for c in said) and all(_gesture(c) for c in said if not c.isspace())
    return (
        all(word in THANKS for word in words)
        and SAID.search(" ".join(words)) is not None
        and not re.search(r"\d", said)
    )


def _gesture(character: str) -> bool:
    return unicodedata.category(character) in ("So", "Sk", "Mn", "Cf", "Me") or character in "!.♥❤"

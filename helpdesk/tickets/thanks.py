"""Thanks detector: whether a text is nothing but a thank-you, a goodbye or emoji. Pure.

Such a message reopens nothing and starts no clock. A missed thank-you costs an agent one look, a missed question
costs a customer their answer: whatever is not understood word by word counts as a message.
"""

from __future__ import annotations

import re

from channels.toolkit.emoji import is_emoji_only
from helpdesk.text import key

MAX_LENGTH = 160  # characters; a longer text says more than thanks

_PLAIN_SMILES = frozenset({":)", ":-)", ":d", ";)", "<3", "+1", "(y)", ":+1:"})
_WANTS_ANSWER = re.compile(r"[?؟\u2753\u2754\u2049\U0001f198👎😡🤬😠😤🖕]|:-?[(/]|\d|[@/\\]")
_LETTER = re.compile(r"[^\W_]")
_BREAK = re.compile(r"[^\w\s'’]+|_")
_REPEATED = re.compile(r"(.)\1{2,}")

_EN_OBJECT = (
    r"(?:(?:all|your|the|such|a|an|very|really|great|good|quick|fast|prompt|swift|kind|excellent|amazing|wonderful|and) )*"
    r"(?:help|support|time|reply|response|answer|assistance|patience|efforts?|service|work|info|information|explanation"
    r"|update|attention|understanding|kindness|guidance|everything|helping(?: me| us)?|getting back to (?:me|us)"
    r"|letting (?:me|us) know|that|this|it)(?: everyone| team)?"
)
_FA_OBJECT = (
    r"(?:پاسخ|جواب|پیگیری|راهنمایی|راهنمائی|کمک|زحمات|زحمت|لطف|محبت|توجه|همکاری|همراهی|صبر|حوصله|وقت|خدمات|پشتیبانی|شما|همه چیز)"
    r"(?: ?(?:تون|تان|ت|شما|ها|های|ی|و|خوب|عالی|سریع|گرم|بی نظیر))*"
)
_THANKS = (
    (
        rf"(?:thanks|thank ?(?:you|u)|thanx|thx|ty|tysm|tnx|tks|cheers|merci|mersi|mamnoon(?:am)?|mamnun(?:am)?"
        rf"|moteshakeram|sepas)(?: very much| so much| a lot| again)?(?: for {_EN_OBJECT}(?: and {_EN_OBJECT})*)?"
    ),
    rf"(?:i|we) (?:really |truly |do )*appreciate (?:it|that|this|{_EN_OBJECT})",
    r"(?:much|really|greatly|highly|so|very much) appreciated",
    r"(?:good)?bye|good bye",
    (
        rf"(?:با )?(?:ممنون|متشکر|تشکر|سپاس|سپاس ?گزار|سپاس ?گذار|مرسی|مچکر|شکرا|قدردان)(?: ?(?:م|یم|ی|هستم|هستیم|از شما))?"
        rf"(?: (?:فراوان|زیاد|بسیار|ویژه))?(?: (?:می ?کنم|می ?کنیم))?(?: (?:از|بابت|برای|به خاطر|بخاطر) {_FA_OBJECT})*"
    ),
    r"دست(?: ?(?:تون|تان|ت|شما))? درد نکن(?:ه|د)",
    r"دم(?: ?(?:تون|تان|ت|شما)) گرم",
    r"(?:لطف|محبت) ?(?:فرمودید|کردید|کردین|کردی|دارید|دارین)",
    r"خدا خیر ?(?:تون|تان|ت) (?:بده|بدهد|دهد)",
    r"(?:قربان|قربون) ?(?:شما|تون|ت)",
    r"خداحافظ|خدا ?نگهدار",
    r"(?:dastet|dastetoon|dastetun) dard nakone|(?:damet|dametoon|dametun) garm",
)
_AROUND = (
    r"(?:hi|hello|hey|dear)(?: (?:all|team|everyone|sir|madam|there|support))*",
    r"very much|so much|so very|a lot|lots|a bunch|a million|a ton|many|much|very|so|indeed|again|really|all|everyone|you too",
    (
        r"ok|okay|okey|great|perfect|awesome|excellent|wonderful|amazing|brilliant|nice|cool|fine|super|good|oh|wow|got it"
        r"|received|understood|(?:that'?s|that is|thats) (?:great|perfect|awesome|all|it|very kind|kind)|you'?re the best"
    ),
    (
        r"have a (?:nice|good|great|lovely) (?:day|weekend|evening|night|one|week)|take care|good night"
        r"|(?:best|kind|warm) regards|regards|best wishes"
    ),
    r"team|sir|madam|guys|folks|friends?|mate|dear|and|of you|to you",
    r"kheili|kheyli|khaili|az shoma|salam",
    r"سلام|درود(?: بر شما)?|(?:وقت|روز|شب|عصر|صبح) ?(?:تون|تان|شما)?(?: هم)? ?(?:بخیر|به خیر|خوش)",
    r"(?:خیلی|بسیار|واقعا|زیاد|فراوان|بی ?نهایت|(?:یک|یه) دنیا)+",
    r"عالی(?: ?(?:ه|بود|بودید|هستید|است))?|باشه|چشم|حله|اوکی(?:ه)?|اوکیه|دریافت شد|متوجه شدم|گرفتم|خب|بله چشم",
    (
        r"شما(?:ست)?|عزیز(?:ان)?|گرامی|محترم|جان|اقا|خانم|دوست(?:ان)?|همکار(?:ان)?|تیم(?: پشتیبانی)?|پشتیبانی|هم|و|ازتون|از شما"
        r"|(?:گلید|گلین|گلی)"
    ),
    r"(?:موفق|پیروز|سلامت|زنده|پاینده|شاد|سربلند|موید)(?: و (?:موفق|پیروز|سلامت|شاد|موید|سربلند))? (?:باشید|باشین|باشی)",
)


def _phrases(alternatives: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<![\w'])(?:{phrase})(?![\w'])" for phrase in alternatives))


_THANKS_PHRASE, _AROUND_PHRASE = _phrases(_THANKS), _phrases(_AROUND)


def is_thanks(text: str, *, author: str = "") -> bool:
    """Whether a text is mere thanks. `author`: the sender's name, which may stand below it."""
    stripped = text.strip()
    if not stripped or len(stripped) > MAX_LENGTH:
        return False
    if stripped.lower() in _PLAIN_SMILES:
        return True
    folded = key(stripped)
    if _WANTS_ANSWER.search(_keycaps_removed(folded)) or _WANTS_ANSWER.search(_keycaps_removed(stripped)):
        return False
    if is_emoji_only(stripped):
        return True
    words = " ".join(_BREAK.sub(" ", _REPEATED.sub(r"\1", folded).replace("’", "'")).split())
    rest, thanks = _THANKS_PHRASE.subn(" | ", words)
    if not thanks:
        return False
    rest = _AROUND_PHRASE.sub(" ", rest)
    name = set(key(author).split())
    return not any(_LETTER.search(word) for word in rest.split() if word not in name)


def _keycaps_removed(text: str) -> str:
    """`text` without emoji such as 1️⃣, whose digit is no number."""
    return re.sub("[#*0-9]\ufe0f?\u20e3", "", text)
